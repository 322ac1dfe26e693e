import {strict as assert} from "node:assert";
import {deserialize, serialize} from "node:v8";
import fc from "fast-check";
import type {MessageConnection} from "vscode-jsonrpc/node";
import {ChunkedText, ChunkedTransport} from "../../src/contract/chunkedTransport";

/** The two ends of a channel like that of a forked process. */
class Channel {
  /** The size of each message in bytes. */
  readonly sizes: number[] = [];
  readonly ends: readonly [ChunkedTransport, ChunkedTransport];

  constructor() {
    const listeners: ((message: unknown) => void)[] = [];
    const end = (self: number): ChunkedTransport =>
      new ChunkedTransport({
        onNotification: (_: string, listener: (message: unknown) => void) => {
          listeners[self] = listener;
        },
        sendNotification: async (_: string, message: unknown) => listeners[1 - self]?.(this.carried(message))
      } as unknown as MessageConnection);
    this.ends = [end(0), end(1)];
  }

  carried(message: unknown): unknown {
    const bytes = serialize(message);
    this.sizes.push(bytes.length);
    return deserialize(bytes);
  }

  async through(message: object): Promise<unknown> {
    const [from, to] = this.ends;
    return to.reassemble(this.carried(await from.sendChunked(message, () => true)));
  }
}

describe("Long values", () => {
  const numbers = (length: number) => Float64Array.from({length}, (_, i) => i / 3);

  it("arrive as they were, in messages of a megabyte at most", async () => {
    const channel = new Channel();
    const message = {
      text: `${"long ".repeat(300_000)}\ud83d`,
      umlauts: "ä€🚀".repeat(200_000),
      ids: Int32Array.from({length: 300_000}, (_, i) => -i),
      detail: {ranks: Uint32Array.from({length: 200_000}, (_, i) => i), entropies: numbers(100_001), top: 3},
      flags: new Uint8Array(600_001).fill(7),
      texts: Array.from({length: 20_000}, (_, i) => `token ${i}`),
      short: {text: "abc", ids: Int32Array.of(1, 2), none: null, texts: ["a"], mixed: [1, "b"]}
    };
    assert.deepEqual(await channel.through({request: 1, params: message}), {request: 1, params: message});
    assert.ok(channel.sizes.length > 10);
    assert.ok(Math.max(...channel.sizes) < 1_100_000, `${Math.max(...channel.sizes)}`);
  });

  it("arrive where the message is nothing else", async () => {
    const texts = Array.from({length: 10_000}, (_, i) => `${i}`);
    assert.deepEqual(await new Channel().through(texts), texts);
  });

  it("may be texts in pieces, of whatever lengths", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({unit: "binary", maxLength: 5}), {maxLength: 5}), async (pieces) => {
        const text = await new Channel().through({text: new ChunkedText(pieces)});
        assert.deepEqual(text, {text: pieces.join("")});
      }),
      {seed: 20261122}
    );
  });

  it("cost a short message nothing", async () => {
    const channel = new Channel();
    const message = {text: "x".repeat(1000), ids: new Int32Array(1000)};
    assert.equal(await channel.ends[0].sendChunked(message, () => true), message);
    assert.deepEqual(channel.sizes, []);
  });

  it("are taken back when nobody wants the message any more", async () => {
    const channel = new Channel();
    let looks = 0;
    const sent = await channel.ends[0].sendChunked({text: "x".repeat(3_000_000)}, () => ++looks < 4);
    assert.equal(sent, undefined);
    // Three chunks, and the message that discards them.
    assert.equal(channel.sizes.length, 4);
    assert.ok((channel.sizes[3] ?? 0) < 100);
    const text = "y".repeat(1_000_000);
    assert.deepEqual(await channel.through({text}), {text});
  });
});
