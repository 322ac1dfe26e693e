import {strict as assert} from "node:assert";
import fc from "fast-check";
import {coveredTexts, csvPieces, type ExportedTokens, exportHeader, jsonPieces} from "../../src/metrics/scoreExport";
import {corpusHeader, scoreHeader} from "../../src/metrics/scoreHeader";
import {corpusSummary, summarize} from "../../src/metrics/summary";

const model = {name: 'Tiny, "the" model;\n=HYPERLINK("http://evil")', file: "tiny.gguf", sha256: "00", device: "cpu"};
const windowing = {mode: "document", bos: true, window: 512, stride: 256} as const;
const versions = {tokenscope: "0.1.0", nodeLlamaCpp: "3.22.1", llamaCpp: null};

const texts = ["=1+1", ' say "hi", he', "\r\n", "#1", "null", "3-4", " 🚀", "\u0000\u202e"];
const logprobs = texts.map((_, token) => (token === 0 ? Number.NaN : -token / 4));

/** The tokens of a text made of these pieces. */
function tokensOf(pieces: readonly string[], values: readonly number[]): ExportedTokens {
  let end = 0;
  const ends = pieces.map((piece) => {
    end += Buffer.byteLength(piece);
    return end;
  });
  return {ids: pieces.map((_, i) => i + 100), ends, logprobs: values, textOf: coveredTexts(pieces.join(""), ends)};
}

const tokens = tokensOf(texts, logprobs);
const summary = summarize(texts.join(""), {
  logprobs: Float64Array.from(logprobs),
  top1: new Uint8Array(texts.length),
  ends: Uint32Array.from(tokens.ends ?? [])
});
const detail = {
  top: 2,
  ranks: texts.map((_, token) => token),
  entropies: texts.map(() => 1.5),
  topIds: texts.flatMap((_, token) => [token, -1]),
  topLogprobs: texts.flatMap(() => [-0.25, Number.NaN]),
  textOfId: (id: number) => `t${id}`
};

const csv = (header: object, of: ExportedTokens | null) => [...csvPieces(header, of)].join("");

/** A strict parser for RFC 4180: fields between commas, quoted ones with doubled quotes, records that end with CRLF. */
function records(text: string): string[][] {
  const found: string[][] = [];
  for (let rest = text; rest !== ""; ) {
    const record: string[] = [];
    for (let more = true; more; ) {
      const field = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
      assert.ok(field, `no field: ${JSON.stringify(rest.slice(0, 40))}`);
      record.push((field[1] ?? field[2] ?? "").replaceAll('""', '"'));
      rest = rest.slice(field[0].length);
      more = field[3] === ",";
    }
    found.push(record);
  }
  return found;
}

function table(text: string): {comments: string[]; columns: string[]; rows: string[][]} {
  const lines = text.replace(/^\ufeff/, "").split("\r\n");
  const comments = lines.filter((line) => line.startsWith("#"));
  const [columns = [], ...rows] = records(lines.slice(comments.length).join("\r\n"));
  return {comments, columns, rows};
}

describe("A score as JSON", () => {
  it("is the header's fields and the tokens, on one line or a token to a line", () => {
    const header = scoreHeader({model, windowing}, summary);
    const line = [...jsonPieces(header, tokens, "line")].join("");
    const indented = [...jsonPieces(header, tokens, "indented")].join("");
    assert.deepEqual(JSON.parse(line), JSON.parse(indented));
    // A bidirectional override is invisible to a reader.
    assert.equal(line, JSON.stringify(JSON.parse(line)).replaceAll("\u202e", "\\u202e"));
    assert.ok(
      indented.split("\n").includes('    {"id":103,"text":"#1","start":19,"end":21,"logprob":-0.75},'),
      indented
    );
    const {tokens: listed, ...rest} = JSON.parse(line);
    assert.deepEqual(rest, JSON.parse(JSON.stringify(header)));
    assert.deepEqual(
      listed.map(({text}: {text: string}) => text),
      texts
    );
    assert.deepEqual(listed[0], {id: 100, text: "=1+1", start: 0, end: 4, logprob: null});
  });

  it("has rank, entropy and alternatives where they were asked for", () => {
    const {tokens: listed} = JSON.parse([...jsonPieces({}, {...tokens, detail}, "line")].join(""));
    assert.deepEqual(Object.keys(listed[0]), ["id", "text", "start", "end", "logprob"]);
    assert.equal(listed[3].rank, 3);
    assert.equal(listed[3].entropy, 1.5);
    assert.deepEqual(listed[3].top, [{id: 3, text: "t3", logprob: -0.25}]);
  });

  it("reads back in any size and layout, also without tokens", () => {
    const none = tokensOf([], []);
    for (const layout of ["line", "indented"] as const) {
      for (const header of [{}, {a: 1}]) {
        assert.deepEqual(JSON.parse([...jsonPieces(header, null, layout)].join("")), header);
        assert.deepEqual(JSON.parse([...jsonPieces(header, none, layout)].join("")), {...header, tokens: []});
      }
      const many = tokensOf(Array(1000).fill("ab"), Array(1000).fill(-1));
      const pieces = [...jsonPieces({}, many, layout)];
      assert.ok(pieces.length > 3 && pieces.every((piece) => piece.length < 30_000));
      assert.equal(JSON.parse(pieces.join("")).tokens.length, 1000);
    }
  });

  it("says nothing of contexts, parts and top-10 accuracy where there are none", () => {
    const fields = Object.keys(scoreHeader({model, windowing}, summary));
    assert.deepEqual(fields, [
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
      "top1Accuracy"
    ]);
    const more = scoreHeader(
      {model, windowing, contextIds: [1, 2, 3], finished: false},
      {...summary, top10Accuracy: 0.5}
    );
    assert.deepEqual([more.contextTokens, more.partial, more.top10Accuracy], [3, true, 0.5]);
  });

  it("says all there is to say in a file", () => {
    const all = exportHeader({model, windowing, contextIds: [], finished: true}, summary, versions);
    assert.deepEqual([all.contextTokens, all.partial, all.reached, all.versions], [0, false, 8, versions]);
    assert.deepEqual([all.minK, all.minKPercent], [-1.625, 20]);
    assert.deepEqual([all.bytes, all.words], [summary.bytes, summary.words]);
  });

  it("has a corpus's numbers in the same words", () => {
    const {texts: count, ...rest} = corpusHeader(corpusSummary([summary]));
    assert.equal(count, 1);
    assert.equal(rest.perplexity, summary.perplexity);
  });
});

describe("A score as CSV", () => {
  it("is a table by RFC 4180 that gives every text back", () => {
    const {columns, rows} = table(csv({a: 1}, tokens));
    assert.deepEqual(columns, ["index", "id", "text", "start", "end", "logprob", "probability", "surprisal_bits"]);
    assert.ok(rows.every((row) => row.length === columns.length));
    assert.deepEqual(
      rows.map((row) => JSON.parse(row[2] ?? "")),
      texts
    );
    assert.deepEqual(rows[0], ["0", "100", '"=1+1"', "0", "4", "", "", ""]);
    assert.deepEqual(rows[4]?.slice(5), ["-1", String(Math.exp(-1)), String(1 / Math.LN2)]);
  });

  it("has a line for each token, whatever it holds", () => {
    const text = csv({}, tokens);
    assert.equal(text.split(/\r\n|[\r\n\u2028]/).length, texts.length + 2);
  });

  it("adds rank, entropy, excess surprisal and frac where they are known", () => {
    const {columns, rows} = table(csv({}, {...tokens, detail}));
    assert.deepEqual(columns.slice(8), ["rank", "entropy", "excess_surprisal", "frac"]);
    assert.deepEqual(rows[0]?.slice(8), ["", "", "", ""]);
    assert.deepEqual(rows[4]?.slice(8), ["4", "1.5", "-0.5", String(Math.exp(-0.75))]);
  });

  it("writes what is infinite so that pandas reads it, and no place where there is none", () => {
    const impossible = {...tokensOf(["a"], [Number.NEGATIVE_INFINITY]), ends: null};
    assert.deepEqual(table(csv({}, impossible)).rows, [["0", "100", '"a"', "", "", "-inf", "0", "inf"]]);
  });

  it("has warnings as JSON has them, where there are any", () => {
    const scored = {model, windowing, warnings: ["The text; begins, with BOS."]};
    const {comments} = table(csv(scoreHeader(scored, summary), null));
    assert.equal(comments.at(-1), '# warnings.0: "The text\\u003b begins\\u002c with BOS."');
    assert.deepEqual(scoreHeader(scored, summary).warnings, scored.warnings);
    assert.ok(!("warnings" in scoreHeader({...scored, warnings: []}, summary)));
  });

  it("has infinite numbers of the text by their names", () => {
    const impossible = summarize("ab", {
      logprobs: Float64Array.of(-1, Number.NEGATIVE_INFINITY),
      top1: new Uint8Array(2),
      ends: Uint32Array.of(1, 2)
    });
    const {comments} = table(csv(exportHeader({model, windowing}, impossible, versions), null));
    for (const line of ['# perplexity: "Infinity"', '# minK: "-Infinity"']) assert.ok(comments.includes(line), line);
  });

  it("has the header as comments, one value to a line, which read back", () => {
    const header = exportHeader({model, windowing}, summary, versions);
    const {comments} = table(csv(header, tokens));
    const read = new Map(
      comments.map((line) => {
        const [, name = "", value = ""] = /^# ([\w.]+): (.*)$/.exec(line) ?? [];
        return [name, JSON.parse(value)];
      })
    );
    assert.equal(read.get("model.name"), model.name);
    assert.equal(read.get("perplexity"), summary.perplexity);
    assert.equal(read.get("versions.llamaCpp"), null);
    assert.equal(read.get("partial"), false);
  });

  it("gives a spreadsheet nothing to compute, in whatever locale", () => {
    const text = csv({model}, tokens);
    for (const line of text.replace(/^\ufeff/, "").split("\r\n")) {
      const cells = line.startsWith("#") ? line.split(/[,;\t]/) : (records(`${line}\r\n`)[0] ?? []);
      if (line.startsWith("#")) assert.equal(cells.length, 1, line);
      for (const cell of cells) assert.match(cell, /^(?![=+@\t\r]|-(?![\d.]))/, line);
    }
  });

  it("holds any text and any header", () => {
    const any = fc.string({unit: "binary"});
    fc.assert(
      fc.property(fc.array(any, {maxLength: 20}), any, (pieces, name) => {
        const of = {...tokensOf(pieces, Array(pieces.length).fill(-1)), textOf: (token: number) => pieces[token] ?? ""};
        const {comments, rows} = table(csv({name}, of));
        assert.equal(comments.length, 1);
        assert.equal(JSON.parse(comments[0]?.slice("# name: ".length) ?? ""), name);
        assert.deepEqual(
          rows.map((row) => JSON.parse(row[2] ?? "")),
          pieces
        );
      }),
      {seed: 10, numRuns: 300}
    );
  });
});

describe("The texts that tokens cover", () => {
  it("are the text's bytes, half a character as U+FFFD", () => {
    const textOf = coveredTexts("\ufeffé🚀", [3, 4, 7, 9]);
    assert.deepEqual([0, 1, 2, 3].map(textOf), ["\ufeff", "\ufffd", "\ufffd\ufffd", "\ufffd\ufffd"]);
  });
});
