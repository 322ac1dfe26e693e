import {strict as assert} from "node:assert";
import type {ChildProcess} from "node:child_process";
import {readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {root} from "../harness/paths";
import {cli} from "./cliProcess";
import {f16} from "./engine";
import {temporaryFolder} from "./modelCopies";

/** A run's exit code, its JSON documents, and the lines on stderr. */
async function documents(args: readonly string[]): Promise<{code: number | null; all: Scored[]; lines: string[]}> {
  const {code, stdout, stderr} = await cli([...args, "--gpu", "off"]);
  const lines = (text: string) => text.split("\n").slice(0, -1);
  return {code, all: lines(stdout).map((line) => JSON.parse(line) as Scored), lines: lines(stderr)};
}

/** The JSON document of a successful run without other output. */
async function answer<T>(args: readonly string[], input?: string): Promise<T> {
  const {code, stdout, stderr} = await cli([...args, "--gpu", "off"], input === undefined ? {} : {input});
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
  let plain: Promise<Scored> | undefined;
  /** The scores of the Python reference text without options, computed once. */
  const scoredPython = (): Promise<Scored> => {
    plain ??= answer<Scored>(["score", path.join(root, "test/fixtures/reference/python.txt")]);
    return plain;
  };
  const folder = temporaryFolder();
  after(() => folder.remove());

  function file(name: string, content: string | Uint8Array): string {
    const full = path.join(folder.path, name);
    writeFileSync(full, content);
    return full;
  }

  describe("tokenize", () => {
    const text = "const é = '🚀';\r\n<|endoftext|>";

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

    it("reads what the editor reads: one text, whatever its encoding and mark", async () => {
      const {tokens} = await answer<Tokenized>(["tokenize", file("a.txt", text)]);
      const marked = Buffer.from(`\ufeff${text}`, "utf16le");
      for (const bytes of [Buffer.from(`\ufeff${text}`), marked, Buffer.from(marked).swap16()])
        assert.deepEqual((await answer<Tokenized>(["tokenize", file("b.txt", bytes)])).tokens, tokens);
      assert.deepEqual((await answer<Tokenized>(["tokenize", "-"], `\ufeff${text}`)).tokens, tokens);
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
      "top10Accuracy",
      "tokens"
    ];

    it("gives the text's numbers and each token's logprob", async () => {
      const scored = await scoredPython();
      assert.deepEqual(Object.keys(scored), fields);
      assert.deepEqual(Object.keys(scored.model), [...modelFields, "sha256", "device", "layers"]);
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

    it("adds rank, entropy, alternatives and top-10 accuracy; windows and strides as asked", async () => {
      const scored = await answer<Scored>(["score", "--top", "3", "--window", "40", "--stride", "10", python]);
      assert.deepEqual([scored["window"], scored["stride"]], [40, 10]);
      const share = scored.tokens.filter(({rank = 0}) => rank <= 10).length / scored.tokens.length;
      assert.ok(Math.abs(Number(scored["top10Accuracy"]) - share) < 1e-12);
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

  describe("score, held to limits,", () => {
    const python = path.join(root, "test/fixtures/reference/python.txt");
    const prose = path.join(root, "test/fixtures/reference/prose.txt");

    it("exits with 0 where every text is below them, and leaves the tokens out where it is told to", async () => {
      const limits = ["--max-perplexity", "100000", "--max-bits-per-byte", "50.5"];
      const {code, all, lines} = await documents(["score", "--no-tokens", ...limits, python]);
      assert.deepEqual([code, all.length, lines], [0, 1, []]);
      const {tokens, ...numbers} = await scoredPython();
      assert.ok(tokens.length > 0);
      assert.deepEqual(all[0], numbers);
    });

    it("exits with 2 where a text is above one, prints its numbers, and says so on one line for each text", async () => {
      const limits = ["--max-perplexity", "2", "--max-bits-per-byte", "0.5"];
      const {code, all, lines} = await documents(["score", "--no-tokens", ...limits, python]);
      assert.equal(code, 2);
      assert.equal(all[0]?.tokens, undefined);
      const [perplexity, bitsPerByte] = [all[0]?.perplexity, all[0]?.["bitsPerByte"]];
      assert.deepEqual(lines, [
        `tokenscope: "${python}": perplexity ${perplexity} is above the limit of 2, bits per byte ${bitsPerByte} is above the limit of 0.5`
      ]);
      const several = await documents(["score", ...limits.slice(0, 2), python, prose]);
      assert.deepEqual([several.code, several.all.length, several.lines.length], [2, 3, 2]);
    });
  });

  describe("score of several files", () => {
    const python = path.join(root, "test/fixtures/reference/python.txt");
    const prose = path.join(root, "test/fixtures/reference/prose.txt");

    it("gives a document for each, as it would alone, and then the corpus", async () => {
      const {code, all, lines} = await documents(["score", python, prose]);
      assert.deepEqual([code, lines], [0, []]);
      const [first, second, last, ...more] = all;
      assert.deepEqual(more, []);
      assert.ok(first && second && last);
      assert.deepEqual([first["file"], second["file"]], [python, prose]);
      const {file: name, ...alone} = first;
      assert.deepEqual(alone, await scoredPython());
      assert.equal(name, python);
      const {corpus, ...nothing} = last as unknown as {corpus: Record<string, number>};
      assert.deepEqual(nothing, {});
      const logprobs = [first, second].flatMap(({tokens}) => tokens.map(({logprob}) => logprob ?? Number.NaN));
      const mean = logprobs.reduce((sum, logprob) => sum - logprob, 0) / logprobs.length;
      assert.deepEqual([corpus["texts"], corpus["scored"]], [2, logprobs.length]);
      assert.ok(Math.abs((corpus["perplexity"] ?? 0) / Math.exp(mean) - 1) < 1e-9);
      const variance = logprobs.reduce((sum, logprob) => sum + (-logprob - mean) ** 2, 0) / logprobs.length;
      const error = Math.exp(mean) * Math.sqrt(variance / (logprobs.length - 1));
      assert.ok(Math.abs((corpus["standardError"] ?? 0) / error - 1) < 1e-9);
    });

    it("goes on where one can't be read or has nothing to score, and fails in the end", async () => {
      const empty = file("empty.txt", "");
      const limit = ["--max-perplexity", "2"];
      const args = ["score", "--no-tokens", ...limit, "no-such-file.txt", empty, folder.path, python];
      const {code, all, lines} = await documents(args);
      assert.equal(code, 1, "that something failed counts for more than that something is above a limit");
      assert.equal(all.length, 2);
      assert.deepEqual([all[0]?.["file"], Object.keys(all[1] ?? {})], [python, ["corpus"]]);
      assert.equal(lines.length, 4);
      assert.match(lines[0] ?? "", /"no-such-file\.txt" \(ENOENT\)/);
      assert.match(lines[1] ?? "", /empty\.txt": There is no text/);
      assert.match(lines[2] ?? "", /folder/);
      assert.match(lines[3] ?? "", /above the limit/);
    });

    it("has no corpus where there is none", async () => {
      const {code, all, lines} = await documents(["score", "none-1.txt", "none-2.txt"]);
      assert.deepEqual([code, all, lines.length], [1, [], 2]);
    });

    it("stops at what is wrong with all of them", async () => {
      const {code, all, lines} = await documents(["score", "--model", "none.gguf", python, prose]);
      assert.deepEqual([code, all, lines.length], [1, [], 1]);
    });
  });

  describe("score, told what to give,", () => {
    const python = path.join(root, "test/fixtures/reference/python.txt");

    it("says all there is to say: versions, counts, Min-K%", async () => {
      const {tokens, ...full} = await answer<Scored>(["score", "--full", python]);
      const {version} = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
      const {nodeLlamaCpp, llamaCpp, tokenscope} = full["versions"] as Record<string, string>;
      assert.equal(tokenscope, version);
      assert.match(nodeLlamaCpp ?? "", /^\d+\.\d+\.\d+/);
      assert.ok(llamaCpp);
      assert.equal(full["bytes"], readFileSync(python).length);
      assert.deepEqual([full["partial"], full["contextTokens"]], [false, 0]);
      const lowest = tokens.map(({logprob}) => logprob ?? 0).sort((a, b) => a - b);
      const fifth = lowest.slice(0, Math.ceil(lowest.length / 5));
      const mean = fifth.reduce((sum, logprob) => sum + logprob, 0) / fifth.length;
      assert.ok(Math.abs(Number(full["minK"]) - mean) < 1e-9);
    });

    it("writes CSV, with the same numbers", async () => {
      const scored = await scoredPython();
      const {code, stdout} = await cli(["score", "--format", "csv", "--gpu", "off", python]);
      assert.equal(code, 0);
      const lines = stdout.replace(/^\ufeff/, "").split("\r\n");
      assert.ok(lines.includes(`# perplexity: ${scored.perplexity}`));
      assert.ok(lines.includes(`# model.sha256: "${scored.model["sha256"]}"`));
      const table = lines.filter((line) => !line.startsWith("#"));
      assert.equal(table[0], "index,id,text,start,end,logprob,probability,surprisal_bits");
      assert.equal(table.length, scored.tokens.length + 2);
      const [first] = scored.tokens;
      assert.ok(table[1]?.startsWith(`0,${first?.id},`) && table[1].includes(`,0,${first?.end},${first?.logprob},`));
    });

    it("scores in the context of a file, which is not scored itself", async () => {
      const text = readFileSync(python, "utf8");
      // Split at a line end, so that both parts have the tokens of the whole.
      const cut = text.indexOf("\n", text.length / 2) + 1;
      const args = ["--context-file", file("before.txt", text.slice(0, cut)), file("behind.txt", text.slice(cut))];
      const [whole, alone, behind] = await Promise.all([
        scoredPython(),
        answer<Scored>(["score", args[2] ?? ""]),
        answer<Scored>(["score", ...args])
      ]);
      const {contextTokens, ...rest} = behind;
      assert.deepEqual(Object.keys(rest), Object.keys(alone));
      assert.equal(Number(contextTokens) + behind.scored, whole.scored);
      for (const [i, token] of behind.tokens.entries()) {
        const same = whole.tokens.at(i - behind.tokens.length);
        assert.equal(token.text, same?.text);
        assert.ok(Math.abs((token.logprob ?? 0) - (same?.logprob ?? 0)) < 0.2, `token ${i}`);
      }
      assert.ok(behind.perplexity < alone.perplexity);
    });

    it("stops at Ctrl+C without half an answer", async () => {
      const long = file("long.txt", "def add(a, b):\n    return a + b\n\n".repeat(20_000));
      const {code, stdout} = await cli(["score", "--gpu", "off", "--verbose", long], {onStart});
      assert.deepEqual([code, stdout], [130, ""]);
      function onStart(child: ChildProcess): void {
        let said = "";
        const listen = (text: string): void => {
          said += text;
          if (!said.includes("llama_context:")) return;
          // The program has a context, so it is about to compute.
          child.kill("SIGINT");
          child.stderr?.off("data", listen);
        };
        child.stderr?.on("data", listen);
      }
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

  describe("score under a grammar or a schema", () => {
    interface Under extends Record<string, unknown> {
      constrained: Record<string, unknown> & {surprisalBits: number; contentBits: number; decidedBits: number};
      tokens: (Record<string, unknown> & {start: number; logprob: number})[];
    }
    const fields = ["allowed", "cutOff", "constrainedLogprob", "decided", "wanted", "wantedForbidden"];

    it("adds what it decides to each token, and sums", async () => {
      const text = file("under.json", '{"a": [1, 2]}');
      const schema = file("under.schema.json", '{"properties": {"a": {"items": {"type": "integer"}}}}');
      const {constrained, tokens, ...others} = await answer<Under>(["score", text, "--schema-file", schema]);
      const {tokens: plain, ...scored} = await answer<Under>(["score", text]);
      assert.deepEqual(others, scored);
      assert.deepEqual(
        tokens.map((token) => Object.fromEntries(Object.entries(token).filter(([name]) => !fields.includes(name)))),
        plain
      );
      for (const token of tokens) assert.deepEqual(Object.keys(token).slice(5), fields);
      const {surprisalBits, contentBits, decidedBits, ...rest} = constrained;
      assert.ok(Math.abs(surprisalBits - contentBits - decidedBits) < 1e-9 && decidedBits > 0);
      assert.deepEqual([rest["leavesAt"], rest["leavesAtByte"], rest["complete"]], [null, null, true]);
    });

    it("says where a text leaves the grammar", async () => {
      const text = file("leaves.txt", "123x45");
      const grammar = file("leaves.gbnf", "root ::= [0-9]+");
      const {constrained, tokens} = await answer<Under>(["score", text, "--grammar-file", grammar, "--top", "1"]);
      const at = Number(constrained["leavesAt"]);
      assert.ok(Number(constrained["leavesAtByte"]) <= 3 && constrained["complete"] === false);
      assert.equal(tokens[at]?.["constrainedLogprob"], "-Infinity");
      assert.deepEqual(
        tokens.slice(at + 1).map((token) => token["allowed"]),
        tokens.slice(at + 1).map(() => null)
      );
      const {stdout} = await cli(["score", text, "--grammar-file", grammar, "--format", "csv"]);
      assert.match(stdout, /surprisal_bits,allowed,cut_off,constrained_logprob,decided,wanted,wanted_forbidden\r\n/);
      assert.match(stdout, /# constrained\.contentBits: /);
    });
  });

  describe("next and sample", () => {
    const python = path.join(root, "test/fixtures/reference/python.txt");

    interface Next extends Record<string, unknown> {
      entropy: number;
      tokens: {id: number; text: string; logprob: number; probability: number; after: number; drawn?: number}[];
      rest: {tokens: number; probability: number; after: number; drawn?: number};
      stages: {sampler: string; candidates: number}[];
    }

    interface Sampled extends Record<string, unknown> {
      samples: {
        seed: number;
        text: string;
        stop: string;
        logprob: number;
        tokens: {id: number; text: string; logprob: number; drawnLogprob: number}[];
      }[];
    }

    it("next gives the model's own distribution", async () => {
      const {model, tokens, rest, ...others} = await answer<Next>(["next", python, "--top", "3"]);
      assert.deepEqual(Object.keys(model as object), modelFields);
      assert.deepEqual(Object.keys(others), ["promptTokens", "cut", "samplers", "entropy", "stages", "after"]);
      assert.deepEqual([tokens.length, rest.tokens], [3, 8189]);
      let sum = rest.probability;
      for (const token of tokens) {
        assert.deepEqual(Object.keys(token), ["id", "text", "logprob", "probability", "after"]);
        assert.ok(Math.abs(token.after - token.probability) < 1e-12);
        sum += token.probability;
      }
      assert.ok(Math.abs(sum - 1) < 1e-9, String(sum));
      assert.deepEqual(others.stages, []);
    });

    it("next gives what samplers leave of it, and draws", async () => {
      const args = ["--preset", "llama-cpp", "--top-k", "2", "--draws", "50", "--seed", "7", "--top", "5"];
      const {tokens, rest, stages, draws} = await answer<Next>(["next", python, ...args]);
      assert.deepEqual(draws, {count: 50, seed: 7});
      assert.deepEqual(
        stages.map(({sampler}) => sampler),
        ["topK", "topP", "minP", "temperature"]
      );
      assert.ok(tokens.every(({after}, place) => place < 2 || after === 0));
      assert.equal(
        tokens.reduce((drawn, token) => drawn + (token.drawn ?? 0), 0),
        50
      );
      assert.equal(rest.drawn, 0);
    });

    it("sample draws with seeds, and gives the cost of each token", async () => {
      const args = ["sample", "-", "-n", "3", "--seed", "5", "--max-tokens", "6", "--temp", "0.8", "--stop", "\n"];
      const {samples, ...others} = await answer<Sampled>(args, "def add(a, b):\n    return");
      assert.deepEqual(Object.keys(others), ["model", "promptTokens", "cut", "samplers"]);
      assert.deepEqual(
        samples.map(({seed}) => seed),
        [5, 6, 7]
      );
      for (const {text, stop, logprob, tokens} of samples) {
        assert.ok(["end", "maxTokens", "text"].includes(stop) && !text.includes("\n"));
        assert.ok(Math.abs(logprob - tokens.reduce((sum, token) => sum + token.logprob, 0)) < 1e-12);
        for (const token of tokens) assert.deepEqual(Object.keys(token), ["id", "text", "logprob", "drawnLogprob"]);
      }
      const again = await answer<Sampled>([...args, "--count", "1", "--seed", "6"], "def add(a, b):\n    return");
      assert.deepEqual(again.samples[0], samples[1]);
    });

    it("sample writes what a grammar or a schema allows", async () => {
      const grammar = file("digits.gbnf", "root ::= [0-9]{3}");
      const {samples} = await answer<Sampled>(["sample", python, "--grammar-file", grammar]);
      assert.match(samples[0]?.text ?? "", /^[0-9]{3}$/);
      assert.equal(samples[0]?.stop, "constraint");
      for (const token of samples[0]?.tokens ?? [])
        assert.deepEqual(Object.keys(token).slice(4), ["allowedMass", "wantedForbidden"]);
      const schema = file("schema.json", '{"enum": ["yes", "no"]}');
      const chosen = await answer<Sampled>(["sample", python, "--schema-file", schema]);
      assert.ok(["yes", "no"].includes(JSON.parse(chosen.samples[0]?.text ?? "")));
    });
  });

  describe("refuses, with one line on stderr, nothing on stdout and exit code 1,", () => {
    const good = path.join(root, "test/fixtures/reference/one-token.txt");

    const refused: Readonly<Record<string, {args: readonly string[]; input?: string; says: RegExp}>> = {
      "an unknown command": {args: ["compare", good], says: /no command "compare"/},
      "an unknown option": {args: ["score", "--best", good], says: /--best/},
      "an option without its value": {args: ["score", good, "--top"], says: /--top/},
      "layers that are no number": {
        args: ["score", "--gpu-layers", "all", good],
        says: /--gpu-layers takes a whole number, or auto/
      },
      "keys and values of no known type": {
        args: ["score", "--kv-cache", "q5_0", good],
        says: /--kv-cache takes one of: f16, q8_0, q4_0/
      },
      "a number that is none": {args: ["score", "--top", "many", good], says: /--top takes a whole number/},
      "an unknown mode": {args: ["score", "--mode", "fast", good], says: /document, llama-perplexity/},
      "a stride that can't work": {args: ["score", "--window", "16", "--stride", "16", good], says: /from 1 to 15/},
      "no file": {args: ["tokenize"], says: /FILE/},
      "two files": {args: ["tokenize", good, good], says: /one too many/},
      "no file to score": {args: ["score"], says: /FILE/},
      "a limit that is none": {args: ["score", "--max-perplexity", "-1", good], says: /--max-perplexity/},
      "a limit of nothing": {args: ["score", "--max-bits-per-byte", "0", good], says: /a number above 0/},
      "an unknown format": {args: ["score", "--format", "xml", good], says: /json, csv/},
      "CSV of two files": {args: ["score", "--format", "csv", good, good], says: /one FILE/},
      "standard input twice": {args: ["score", "-", good, "-"], says: /only one FILE/},
      "a missing context": {args: ["score", "--context-file", "none.txt", good], says: /none\.txt/},
      "a context for llama-perplexity": {
        args: ["score", "--mode", "llama-perplexity", "--context-file", good, good],
        says: /document mode/
      },
      "a missing file": {args: ["score", "no-such-file.txt"], says: /no-such-file\.txt.*ENOENT/},
      "a directory": {args: ["tokenize", folder.path], says: /folder/},
      "bytes that are no UTF-8": {
        args: ["tokenize", file("latin1.txt", Uint8Array.of(0x61, 0xe9, 0x62))],
        says: /UTF-8/
      },
      "a binary file": {args: ["tokenize", file("binary.dat", Buffer.from("PNG\0\x01\x02"))], says: /binary/},
      "an empty text": {args: ["score", "-"], says: /no text/},
      "too little text for llama-perplexity": {args: ["score", "--mode", "llama-perplexity", good], says: /512 tokens/},
      "standard input for two files": {
        args: ["complete", "--prefix-file", "-", "--suffix-file", "-"],
        input: "a",
        says: /only one/
      },
      "a temperature below 0": {args: ["next", "--temp=-1", good], says: /temperature can't be -1/},
      "an unknown preset": {args: ["sample", "--preset", "gpt", good], says: /llama-cpp/},
      "an unknown sampler": {args: ["next", "--samplers", "top_q", good], says: /top_k/},
      "two files to go on from": {args: ["sample", good, good], says: /one too many/},
      "a grammar and a schema": {
        args: ["sample", "--grammar-file", good, "--schema-file", good, good],
        says: /--schema-file/
      },
      "a grammar that is none": {
        args: ["sample", "--grammar-file", file("none.gbnf", "root ::= ("), good],
        says: /[Gg]rammar/
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
        const {code, stdout, stderr} = await cli([...args, "--gpu", "off"], input === undefined ? {} : {input});
        assert.deepEqual([code, stdout], [1, ""], stderr);
        assert.match(stderr, /^tokenscope: [^\n]+\n$/);
        assert.match(stderr, says);
      });
  });
});
