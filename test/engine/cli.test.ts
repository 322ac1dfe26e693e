import {strict as assert} from "node:assert";
import {spawn} from "node:child_process";
import {writeFileSync} from "node:fs";
import path from "node:path";
import {root} from "../harness/paths";
import {f16} from "./engine";
import {temporaryFolder} from "./modelCopies";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `node dist/cli.js` to its end. */
function cli(args: readonly string[], input = ""): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, "dist/cli.js"), ...args]);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({code, stdout, stderr}));
    // Where a run ends before it reads, there is nobody to write to.
    child.stdin.on("error", () => undefined).end(input);
  });
}

/** The JSON document of a run that went well; nothing else was said. */
async function answer<T>(args: readonly string[], input?: string): Promise<T> {
  const {code, stdout, stderr} = await cli([...args, "--gpu", "off"], input);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(stdout.trimEnd().split("\n").length, 1, "one document on one line");
  return JSON.parse(stdout) as T;
}

const modelFields = [
  "name",
  "file",
  "architecture",
  "quantization",
  "parameters",
  "vocabularySize",
  "contextSize",
  "addsBos",
  "capabilities"
];

interface Token {
  id: number;
  text: string;
  start: number | null;
  end: number | null;
}

interface Tokenized {
  model: Record<string, unknown>;
  count: number;
  tokens: Token[];
}

interface Scored extends Record<string, unknown> {
  model: Record<string, unknown>;
  scored: number;
  unscored: number;
  crossEntropy: number;
  perplexity: number;
  tokens: (Token & {
    logprob: number | null;
    rank?: number;
    entropy?: number;
    top?: {id: number; text: string; logprob: number}[];
  })[];
}

describe("The headless runner", () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  function file(name: string, content: string | Uint8Array): string {
    const full = path.join(folder.path, name);
    writeFileSync(full, content);
    return full;
  }

  describe("tokenize", () => {
    const text = "\ufeffconst é = '🚀';\r\n<|endoftext|>";

    it("gives each token's id, text and bytes", async () => {
      const {model, count, tokens, ...rest} = await answer<Tokenized>(["tokenize", file("a.txt", text)]);
      assert.deepEqual(rest, {});
      assert.deepEqual(Object.keys(model), modelFields);
      assert.equal(model["file"], "tokenscope-tiny-q8_0.gguf");
      assert.equal(count, tokens.length);
      const bytes = Buffer.from(text);
      let at = 0;
      for (const token of tokens) {
        assert.deepEqual(Object.keys(token), ["id", "text", "start", "end"]);
        assert.equal(token.start, at);
        at = token.end ?? -1;
        const covered = new TextDecoder("utf-8", {ignoreBOM: true}).decode(bytes.subarray(token.start, at));
        assert.equal(token.text, covered);
      }
      assert.equal(at, bytes.length);
    });

    it("reads standard input, special tokens when asked to, and another model", async () => {
      const {model, tokens} = await answer<Tokenized>(["tokenize", "--special", "--model", f16, "-"], text);
      assert.equal(model["file"], "tokenscope-tiny-f16.gguf");
      assert.deepEqual([tokens.at(-1)?.id, tokens.at(-1)?.text], [8185, "<|endoftext|>"]);
      assert.equal(tokens.at(-1)?.end, Buffer.byteLength(text));
    });
  });

  describe("score", () => {
    const python = path.join(root, "test/fixtures/reference/python.txt");
    const fields = [
      "model",
      "mode",
      "bos",
      "window",
      "stride",
      "scored",
      "unscored",
      "crossEntropy",
      "perplexity",
      "standardError",
      "bitsPerCharacter",
      "bitsPerByte",
      "wordPerplexity",
      "top1Accuracy",
      "tokens"
    ];

    it("gives the text's numbers and each token's logprob", async () => {
      const scored = await answer<Scored>(["score", python]);
      assert.deepEqual(Object.keys(scored), fields);
      assert.deepEqual(Object.keys(scored.model), [...modelFields, "sha256", "device"]);
      const {mode, bos, window, stride, unscored} = scored;
      assert.deepEqual(
        {mode, bos, window, stride, unscored},
        {mode: "document", bos: true, window: 1024, stride: 512, unscored: 0}
      );
      assert.equal(scored.scored, scored.tokens.length);
      for (const token of scored.tokens)
        assert.deepEqual(Object.keys(token), ["id", "text", "start", "end", "logprob"]);
      const mean = scored.tokens.reduce((sum, {logprob}) => sum - (logprob ?? Number.NaN), 0) / scored.scored;
      assert.ok(Math.abs(mean - scored.crossEntropy) < 1e-9);
      assert.ok(Math.abs(Math.exp(mean) - scored.perplexity) < 1e-6);
    });

    it("adds rank, entropy and alternatives; windows and strides as asked", async () => {
      const scored = await answer<Scored>(["score", "--top", "3", "--window", "40", "--stride", "10", python]);
      assert.deepEqual([scored["window"], scored["stride"]], [40, 10]);
      for (const token of scored.tokens) {
        assert.deepEqual(Object.keys(token), ["id", "text", "start", "end", "logprob", "rank", "entropy", "top"]);
        const {top = [], rank = 0, logprob} = token;
        assert.equal(top.length, 3);
        assert.deepEqual(Object.keys(top[0] ?? {}), ["id", "text", "logprob"]);
        if (rank <= 3) assert.equal(top[rank - 1]?.logprob, logprob);
        else assert.ok((logprob ?? 0) <= (top[2]?.logprob ?? 0));
      }
    });

    it("has llama-perplexity's chunks, and null where a token is unscored", async () => {
      const scored = await answer<Scored>([
        "score",
        "--mode",
        "llama-perplexity",
        "--window",
        "32",
        "--top",
        "1",
        python
      ]);
      assert.equal(scored["mode"], "llama-perplexity");
      const positions = scored.tokens.flatMap(({logprob}, t) => (logprob === null ? [] : [t + 1]));
      const chunks = Math.floor((scored.tokens.length + 1) / 32);
      assert.deepEqual(
        positions,
        scored.tokens.map((_, t) => t + 1).filter((p) => p < chunks * 32 && p % 32 > 16)
      );
      assert.equal(scored.scored, chunks * 15);
      assert.equal(scored.scored + scored.unscored, scored.tokens.length);
      assert.equal(scored.tokens[0]?.rank, undefined);
    });
  });

  describe("complete", () => {
    it("gives what the model would write and what it cost", async () => {
      const completion = await answer<Record<string, unknown> & {tokens: {text: string; logprob: number}[]}>(
        ["complete", "--prefix-file", "-", "--suffix-file", file("suffix.txt", "\n"), "--max-tokens", "5"],
        "def add(a, b):\n    return "
      );
      const {model, text, tokens, stop, infill, promptTokens, evaluatedPromptTokens, milliseconds, ...rest} =
        completion;
      assert.deepEqual(rest, {});
      assert.deepEqual(Object.keys(model as object), modelFields);
      assert.equal(tokens.map((token) => token.text).join(""), text);
      assert.ok(tokens.length <= 5 && tokens.every(({logprob}) => logprob <= 0));
      for (const token of tokens) assert.deepEqual(Object.keys(token), ["id", "text", "logprob"]);
      assert.ok(["end", "maxTokens"].includes(String(stop)));
      assert.equal(infill, true);
      assert.equal(evaluatedPromptTokens, promptTokens);
      assert.equal(typeof milliseconds, "number");
    });
  });

  describe("refuses, with one line on stderr, nothing on stdout and exit code 1,", () => {
    const good = path.join(root, "test/fixtures/reference/one-token.txt");

    const refused: Readonly<Record<string, {args: readonly string[]; input?: string; says: RegExp}>> = {
      "an unknown command": {args: ["count", good], says: /no command "count"/},
      "an unknown option": {args: ["score", "--best", good], says: /--best/},
      "an option without its value": {args: ["score", good, "--top"], says: /--top/},
      "a number that is none": {args: ["score", "--top", "many", good], says: /--top takes a whole number/},
      "an unknown mode": {args: ["score", "--mode", "fast", good], says: /document, llama-perplexity/},
      "a stride that can't work": {args: ["score", "--window", "16", "--stride", "16", good], says: /from 1 to 15/},
      "no file": {args: ["tokenize"], says: /FILE/},
      "two files": {args: ["tokenize", good, good], says: /one too many/},
      "a missing file": {args: ["score", "no-such-file.txt"], says: /no-such-file\.txt.*ENOENT/},
      "a directory": {args: ["tokenize", folder.path], says: /folder/},
      "bytes that are no UTF-8": {
        args: ["tokenize", file("latin1.txt", Uint8Array.of(0x61, 0xe9, 0x62))],
        says: /UTF-8/
      },
      "an empty text": {args: ["score", "-"], says: /no text/},
      "too little text for llama-perplexity": {args: ["score", "--mode", "llama-perplexity", good], says: /512 tokens/},
      "standard input for two files": {
        args: ["complete", "--prefix-file", "-", "--suffix-file", "-"],
        input: "a",
        says: /only one/
      },
      "a completion without a prefix": {args: ["complete"], says: /--prefix-file/},
      "a missing model": {args: ["tokenize", "--model", "none.gguf", good], says: /"none\.gguf"/},
      "a model that is none": {args: ["tokenize", "--model", good, good], says: /not a GGUF/},
      "a damaged model": {
        args: ["score", "--model", file("damaged.gguf", "GGUF\u0000\u0000\u0000\u0000 and twenty bytes more"), good],
        says: /incomplete or damaged/
      }
    };

    for (const [name, {args, input, says}] of Object.entries(refused))
      it(name, async () => {
        const {code, stdout, stderr} = await cli([...args, "--gpu", "off"], input);
        assert.deepEqual([code, stdout], [1, ""], stderr);
        assert.match(stderr, /^tokenscope: [^\n]+\n$/);
        assert.match(stderr, says);
      });
  });
});
