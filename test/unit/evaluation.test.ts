import {strict as assert} from "node:assert";
import type {Uri} from "vscode";
import type {Evaluation} from "../../src/features/evaluateFolder/evaluation";
import {evaluationCsv, evaluationJson} from "../../src/features/evaluateFolder/exports";
import {evaluationReport} from "../../src/features/evaluateFolder/report";
import {evaluationLines, restoredInSteps} from "../../src/features/evaluateFolder/savedEvaluation";
import {sortedFiles} from "../../src/features/evaluateFolder/sorting";
import {corpusSummary, summarize} from "../../src/metrics/summary";

/** A file with one token per byte. */
function file(path: string, logprobs: readonly number[], finished = true) {
  const summary = summarize("x".repeat(logprobs.length), {
    logprobs: Float64Array.from(logprobs),
    top1: new Uint8Array(logprobs.length),
    ends: Uint32Array.from(logprobs.keys(), (token) => token + 1)
  });
  return {uri: undefined as unknown as Uri, path, summary, finished};
}

function evaluation(files: ReturnType<typeof file>[], more: Partial<Evaluation> = {}): Evaluation {
  return {
    title: "src",
    roots: [],
    model: {
      name: "a model",
      file: "a.gguf",
      quantization: "Q8_0",
      device: "cpu",
      sha256: "abc"
    },
    windowing: {mode: "document", bos: true, window: 64, stride: 32},
    corpus: corpusSummary(files.map(({summary}) => summary)),
    files,
    failed: [],
    leftOut: [],
    notReached: 0,
    cut: false,
    warnings: [],
    ...more
  };
}

describe("Evaluated files", () => {
  const files = [file("b", [-1, -1]), file("a", [-3]), file("c", [Number.NaN])];
  const order = (by: Parameters<typeof sortedFiles>[1]) => sortedFiles(files, by).map(({path}) => path);

  it("are sorted by what is asked for, those without a value last", () => {
    assert.deepEqual(order("bitsPerByte"), ["a", "b", "c"]);
    assert.deepEqual(order("perplexity"), ["a", "b", "c"]);
    assert.deepEqual(order("bits"), ["a", "b", "c"]);
    assert.deepEqual(order("tokens"), ["b", "a", "c"]);
    assert.deepEqual(order("path"), ["a", "b", "c"]);
  });
});

describe("The report of an evaluation", () => {
  it("has the corpus and a row for each file, the densest first", () => {
    const report = evaluationReport(evaluation([file("a.ts", [-1, -1]), file("b.ts", [-2, -3])]));
    assert.match(report, /^# Evaluation of src$/m);
    assert.match(report, /^\| Perplexity \| \*\*5\.755\*\* \|$/m);
    assert.match(report, /^\| Bits per byte \| \*\*2\.525\*\* \|$/m);
    const rows = report.split("\n").filter((line) => line.includes("&#46;ts"));
    assert.deepEqual(rows, ["| b&#46;ts | 3.607 | 12.18 | 7 | 2 |", "| a&#46;ts | 1.443 | 2.718 | 3 | 2 |"]);
    assert.doesNotMatch(report, /partial|Failed|Left out/i);
  });

  it("says what is partial, what failed and what was left out", () => {
    const some = {uri: undefined as never, path: "x", reason: "binary"};
    const report = evaluationReport(
      evaluation([file("a", [-1], false)], {
        failed: [{...some, path: "y", reason: "can't be read"}],
        leftOut: [some],
        notReached: 2
      })
    );
    assert.match(report, /\*\*Partial:\*\* stopped with 2 files not reached\./);
    assert.match(report, /^\| a \(partial\) \|/m);
    assert.match(report, /^## Failed\n\n.*\n.*\n\| y \| can&#39;t be read \|$/m);
    assert.match(report, /^## Left out\n\n.*\n.*\n\| x \| binary \|$/m);
  });

  it("says what makes the numbers others than one may think", () => {
    const some = evaluation([file("a", [-1])], {warnings: ["a `warning`"]});
    assert.match(evaluationReport(some), /^\*\*Note:\*\* a &#96;warning&#96;$/m);
    assert.deepEqual(JSON.parse(evaluationJson(some)).warnings, ["a `warning`"]);
    assert.ok(!("warnings" in JSON.parse(evaluationJson(evaluation([file("a", [-1])])))));
  });

  it("shows files' names as they are, whatever is in them", () => {
    const name = "a|b<img src=x>[c](command:d)`e`\n# f &amp; \u202e";
    const report = evaluationReport(evaluation([file(name, [-1])]));
    const [row] = report.split("\n").filter((line) => line.includes("img"));
    assert.equal(row?.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))).split(" | ").length, 5);
    assert.doesNotMatch(row ?? "", /[<[\]()`\u202e]/);
    assert.match(row ?? "", /&#9166;/);
  });
});

describe("The export of an evaluation", () => {
  it("names what is infinite, and leaves null to what has no value", () => {
    const some = evaluation([file("a", [-1, Number.NEGATIVE_INFINITY]), file("b", [Number.NaN])]);
    const json = JSON.parse(evaluationJson(some));
    assert.deepEqual([json.corpus.perplexity, json.corpus.bits], ["Infinity", "Infinity"]);
    assert.deepEqual(
      json.files.map(({perplexity}: {perplexity: unknown}) => perplexity),
      ["Infinity", null]
    );
    assert.match(evaluationCsv(some), /^a,scored,2,2,2,inf,inf,inf,inf,inf\r$/m);
  });

  it("as JSON has the corpus and every file", () => {
    const json = JSON.parse(evaluationJson(evaluation([file("a", [-1, -1]), file("b", [-2], false)])));
    assert.equal(json.finished, false);
    assert.equal(json.model.sha256, "abc");
    assert.deepEqual([json.window, json.stride, json.bos], [64, 32, true]);
    assert.equal(json.corpus.scored, 3);
    assert.ok(Math.abs(json.corpus.perplexity - Math.exp(4 / 3)) < 1e-9);
    assert.deepEqual(
      json.files.map(({path, scored, finished}: Record<string, unknown>) => [path, scored, finished]),
      [
        ["a", 2, true],
        ["b", 1, false]
      ]
    );
    assert.ok(Math.abs(json.files[1].perplexity - Math.exp(2)) < 1e-9);
  });

  it("as CSV has a row for every file, with its reason where it has no numbers", () => {
    const reasons = {failed: [{uri: undefined as never, path: 'x "y", z', reason: "can't be read"}]};
    const lines = evaluationCsv(evaluation([file("a", [-1, -1])], reasons)).split("\r\n");
    assert.match(lines[0] ?? "", /^path,status,tokens,scored,bytes,bits,bitsPerByte,perplexity,/);
    assert.match(lines[1] ?? "", /^a,scored,2,2,2,2\.885\d*,1\.442\d*,2\.718\d*,0,1$/);
    assert.equal(lines[2], `"x ""y"", z",failed: can't be read,,,,,,,,`);
    assert.equal(lines[3], "");
  });

  it("as CSV is no program for a spreadsheet", () => {
    assert.match(evaluationCsv(evaluation([file("=cmd()|' /C calc'!A0", [-1])])), /^'=cmd/m);
  });
});

describe("A saved evaluation", () => {
  const uri = (path: string) => ({toString: () => `file:///${path}`}) as Uri;
  const some: Evaluation = {
    ...evaluation(
      [
        {...file("a", [-1, -2]), uri: uri("a")},
        {...file("b", [-3], false), uri: uri("b")}
      ],
      {
        failed: [{uri: uri("c"), path: "c", reason: "can't be read"}],
        leftOut: [{uri: uri("d"), path: "d", reason: "binary"}],
        notReached: 2,
        warnings: ["a warning"]
      }
    ),
    roots: [uri("")]
  };
  const text = [...evaluationLines(some)].join("");
  const uriOf = (address: string) => (address.startsWith("file:") ? ({toString: () => address} as Uri) : null);

  function restored(saved: string): Evaluation | null {
    const steps = restoredInSteps(saved, uriOf);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  it("comes back with every number", () => {
    const back = restored(text);
    assert.ok(back);
    assert.equal(evaluationJson(back), evaluationJson(some));
    assert.equal(evaluationReport(back), evaluationReport(some));
    assert.deepEqual(
      back.files.map((one) => String(one.uri)),
      ["file:///a", "file:///b"]
    );
    assert.deepEqual(back.roots.map(String), ["file:///"]);
  });

  it("keeps infinite sums, and sums that are not known", () => {
    const odd = restored(
      [...evaluationLines(evaluation([{...file("a", [Number.NEGATIVE_INFINITY]), uri: uri("a")}]))].join("")
    );
    assert.equal(odd?.files[0]?.summary.perplexity, Number.POSITIVE_INFINITY);
    assert.equal(odd?.files[0]?.summary.top10Hits, null);
  });

  it("is nothing if it is not ours, and loses the lines that are not", () => {
    for (const saved of [
      "",
      "x",
      "{}",
      "null\n",
      text.replace('"version":1', '"version":2'),
      text.split("\n")[0] ?? ""
    ])
      assert.equal(restored(saved), null, saved);
    const [head = "", first = "", second = "", ...rest] = text.split("\n");
    const cut = restored([head, first, second.slice(0, 40), ...rest].join("\n"));
    assert.deepEqual(
      cut?.files.map(({path}) => path),
      ["a"]
    );
    assert.equal(cut?.notReached, 3);
    assert.equal(cut?.corpus.scored, 2);
    const strange = restored([head, first.replace("file:///a", "command:x"), second, ...rest].join("\n"));
    assert.deepEqual(
      strange?.files.map(({path}) => path),
      ["b"]
    );
    const wrong = restored([head, first.replace('"tokens":2', '"tokens":"2"'), second, ...rest].join("\n"));
    assert.deepEqual(
      wrong?.files.map(({path}) => path),
      ["b"]
    );
  });
});
