import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import type {TokenInfo} from "../../src/contract/tokenInfo";
import {type Entry, takeApart, valueTypes} from "../faults/ggufParts";
import {Random} from "../faults/random";
import {cases} from "../harness/thorough";
import {at, demonstration, Engine, spec} from "./engine";
import {vocabularyFile, vocabularySource} from "./vocabularyFiles";

/** The lists of a vocabulary, read by the format's description alone. */
interface Listed {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly merges: readonly string[];
  readonly scores: readonly number[];
}

function listed(file: string): Listed {
  const {entries} = takeApart(readFileSync(file));
  const list = <T>(key: string, item: (value: Buffer, offset: number) => readonly [T, number]): T[] => {
    const found = entries.find((one) => one.key.toString() === `tokenizer.ggml.${key}`);
    return found === undefined ? [] : itemsOf(found, item);
  };
  const texts = (value: Buffer, offset: number) => {
    const length = Number(value.readBigUInt64LE(offset));
    return [value.subarray(offset + 8, offset + 8 + length).toString(), 8 + length] as const;
  };
  return {
    tokens: list("tokens", texts),
    types: list("token_type", (value, offset) => [value.readInt32LE(offset), 4] as const),
    merges: list("merges", texts),
    scores: list("scores", (value, offset) => [value.readFloatLE(offset), 4] as const)
  };
}

function itemsOf<T>({type, value}: Entry, item: (value: Buffer, offset: number) => readonly [T, number]): T[] {
  assert.equal(type, valueTypes.array);
  let offset = 12;
  return Array.from({length: Number(value.readBigUInt64LE(4))}, () => {
    const [one, size] = item(value, offset);
    offset += size;
    return one;
  });
}

/** llama_token_type in llama.h. */
const kinds = ["unknown", "normal", "unknown", "control", "userDefined", "unused", "byte"];

/** As the file says, but for names that llama.cpp itself knows: those it takes for control tokens whatever the file says. */
function assertKind(kind: string, type: number, written: string): void {
  if (kind === kinds[type]) return;
  assert.equal(kind, "control", written);
  assert.ok(vocabularySource().includes(JSON.stringify(written)), `llama.cpp knows no "${written}"`);
}

describe("What a vocabulary says about a token", () => {
  const engine = new Engine();

  /** Some tokens, or all. */
  async function infosOf(file: string, ids: Iterable<number>): Promise<readonly TokenInfo[]> {
    return await engine.ask("tokenInfo", {model: spec(file), ids: Int32Array.from(ids)});
  }

  function someOf({tokens}: Listed): number[] {
    const random = new Random(2);
    return Array.from({length: cases(3000, 100_000)}, () => random.below(tokens.length));
  }

  for (const name of ["gpt-2", "llama-bpe", "qwen2", "deepseek-coder"])
    it(`${name}: as its file lists it, with the merge that makes it`, async () => {
      const file = vocabularyFile(name);
      const list = listed(file);
      let merged = 0;
      for (const {id, written, kind, merge, score} of await infosOf(file, someOf(list))) {
        assert.equal(written, list.tokens[id]);
        assertKind(kind, list.types[id] ?? 1, written);
        assert.equal(score, null);
        if (merge === null) continue;
        merged++;
        const [left, right] = [at(list.tokens, merge.left), at(list.tokens, merge.right)];
        assert.equal(left + right, written);
        assert.equal(list.merges[merge.rank], `${left} ${right}`);
      }
      assert.ok(merged > 2000, `${merged} merged`);
    });

  it("names the merge that comes about, not another with the same sum", async () => {
    const list = listed(demonstration);
    const infos = await infosOf(demonstration, list.tokens.keys());
    const byId = new Map(infos.map((info) => [info.id, info]));
    /** Joins from the characters on, as Sennrich's BPE: all pairs of the lowest rank at once. */
    const byRank = new Map(list.merges.map((merge, rank) => [merge, rank]));
    const joined = (token: string): string => {
      let parts = Array.from(token);
      for (let last = ""; ; ) {
        const pairs = parts.slice(1).map((part, i) => `${parts[i]} ${part}`);
        const best = pairs.reduce((least, pair) => Math.min(least, byRank.get(pair) ?? Infinity), Infinity);
        if (best === Infinity) return parts.length === 1 ? last : "";
        last = at(list.merges, best);
        const next: string[] = [];
        for (const part of parts)
          if (`${next.at(-1)} ${part}` === last) next.push(next.pop() + part);
          else next.push(part);
        parts = next;
      }
    };
    for (const {merge, written} of infos)
      assert.equal(
        merge === null ? "" : `${byId.get(merge.left)?.written} ${byId.get(merge.right)?.written}`,
        joined(written),
        written
      );
  });

  for (const name of ["llama-spm", "phi-3"])
    it(`${name}: scores and bytes of a SentencePiece vocabulary`, async () => {
      const file = vocabularyFile(name);
      const list = listed(file);
      for (const {id, written, kind, merge, score, bytes, text} of await infosOf(file, someOf(list))) {
        assert.equal(written, list.tokens[id]);
        assertKind(kind, list.types[id] ?? 1, written);
        assert.equal(merge, null);
        assert.equal(score, list.scores[id]);
        if (kind === "byte") assert.equal(`<0x${Buffer.from(bytes).toString("hex").toUpperCase()}>`, written);
        else assert.equal(Buffer.from(bytes).toString(), text);
      }
    });

  it("says nothing of an id that is not there", async () => {
    const [info] = await engine.ask("tokenInfo", {ids: Int32Array.of(-1)});
    const nothing = {text: "", written: "", bytes: new Uint8Array(), kind: "unknown", merge: null, score: null};
    assert.deepEqual(info, {id: -1, ...nothing});
  });

  it("stops when nobody waits", async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(engine.ask("tokenInfo", {ids: new Int32Array(100_000)}, {signal}), {name: "AbortError"});
  });
});
