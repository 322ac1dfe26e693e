import {strict as assert} from "node:assert";
import fc from "fast-check";
import type {ScoreDetail, Scores} from "../../src/contract/scoring";
import {copyPieces, exportJson} from "../../src/features/logprobs/copies";
import {isSavedText, parseMessage, parseViewState} from "../../src/features/logprobs/parseMessage";
import {
  type CopyFormat,
  protocolVersion,
  restoredText,
  type ScoredText,
  type Source,
  savedText,
  usualLayout
} from "../../src/features/logprobs/protocol";
import {scoredText} from "../../src/features/logprobs/scoredText";
import {TokenPlaces} from "../../src/features/logprobs/tokenPlaces";
import {isDocumentRange} from "../../src/host/documents/documentRange";
import {movedRange} from "../../src/host/documents/movedRange";
import {summarize} from "../../src/metrics/summary";
import {Blocks} from "../../webview/logprobs/blocks";
import {ShownText} from "../../webview/logprobs/shownText";
import {capabilities, modelRef} from "../harness/modelRef";
import {cases} from "../harness/thorough";

const source: Source = {title: "a.txt", uri: "file:///a.txt", start: 0, end: 0, isSelection: false};

/** A text scored in tokens of the given bytes. `ends` is null for a tokenizer that rewrites texts. */
function scored(text: string, ends: number[] | null, tokens: readonly string[] = []): ScoredText {
  const count = ends?.length ?? tokens.length;
  const logprobs = Float64Array.from({length: count}, (_, token) => (token === 0 ? Number.NaN : -token / 2));
  const top1 = new Uint8Array(count);
  const byteEnds = ends && Uint32Array.from(ends);
  const scores: Scores = {
    spec: modelRef("/tiny.gguf"),
    model: {
      name: "Tiny",
      file: "tiny.gguf",
      architecture: "llama",
      quantization: "Q8_0",
      parameters: 1,
      vocabularySize: 10,
      contextSize: 512,
      addsBos: false,
      capabilities: {...capabilities, spans: ends !== null},
      sha256: "00",
      device: "cpu"
    },
    windowing: {mode: "document", bos: false, window: 512, stride: 256},
    ids: Int32Array.from({length: count}, (_, token) => token + 7),
    ends: byteEnds,
    logprobs,
    top1,
    detail: null,
    contextIds: new Int32Array(),
    finished: true,
    summary: summarize(text, {logprobs, top1, ends: byteEnds}),
    warnings: []
  };
  return scoredText({id: "1", text, languageId: "plaintext", scores, texts: ends ? null : tokens});
}

/** All that a generator gives at its end. */
function run<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function tokenRange(text: ScoredText, token: number) {
  return run(TokenPlaces.of(text))?.rangeOf({from: token, to: token + 1}) ?? null;
}

function copiedJson(text: ScoredText, from = 0, to = text.ids.length, detail: ScoreDetail | null = null) {
  const range = run(TokenPlaces.of(text))?.rangeOf({from, to}) ?? null;
  return JSON.parse([...exportJson({scored: text, source, detail}, {from, to}, range)].join(""));
}

function copied(text: ScoredText, format: CopyFormat, from = 0, to = text.ids.length): string {
  const range = run(TokenPlaces.of(text))?.rangeOf({from, to}) ?? null;
  const colours = {by: "probability", threshold: null} as const;
  return [...copyPieces({scored: text, source, detail: null}, format, {from, to}, range, colours)].join("");
}

/** The view's data: UTF-16 ends and labels. */
function drawn(text: ScoredText): {ends: number[] | null; labels: string[]} {
  const shown = new ShownText(text);
  return {
    ends: shown.ends && Array.from(shown.ends),
    labels: Array.from({length: shown.count}, (_, token) => shown.label(token))
  };
}

/** The byte offsets where the pieces of a text end. */
function endsOf(pieces: readonly string[]): number[] {
  let end = 0;
  return pieces.map((piece) => {
    end += Buffer.byteLength(piece);
    return end;
  });
}

describe("A scored text for the view", () => {
  it("has byte ends, from which the view makes UTF-16 ends and visible labels", () => {
    const text = scored("né 🚀\n", endsOf(["né", " 🚀", "\n"]));
    assert.deepEqual(text.byteEnds, Uint32Array.of(3, 8, 9));
    assert.equal(text.texts, null);
    const {ends, labels} = drawn(text);
    assert.deepEqual(ends, [2, 5, 6]);
    assert.deepEqual(labels, ["né", "·🚀", "⏎"]);
  });

  it("writes the bytes of a character that tokens share", () => {
    const {ends, labels} = drawn(scored("a🚀b", [2, 4, 6]));
    assert.deepEqual(ends, [1, 1, 4]);
    assert.deepEqual(labels, ["a⟨F0⟩", "⟨9F 9A⟩", "⟨80⟩b"]);
  });

  it("shows a token that covers no byte", () => {
    assert.deepEqual(drawn(scored("a", [0, 1])).labels, ["▁", "a"]);
  });

  it("keeps CRLF, NUL and a byte order mark in their places", () => {
    const text = "\ufeffa\r\n\0";
    const {ends, labels} = drawn(scored(text, endsOf(["\ufeff", "a", "\r\n", "\0"])));
    assert.deepEqual(ends, [1, 2, 4, 5]);
    assert.deepEqual(labels, ["\\u{feff}", "a", "␍⏎", "␀"]);
  });

  it("takes the model's token texts where the tokenizer rewrites the text", () => {
    const {ends, labels} = drawn(scored("Ünit", null, ["un", " it"]));
    assert.equal(ends, null);
    assert.deepEqual(labels, ["un", "·it"]);
  });

  it("cuts a label that nobody would read to its end, and no character in two", () => {
    const [label = ""] = drawn(scored(`a${"🚀".repeat(500)}`, [2001])).labels;
    assert.equal(label, `a${"🚀".repeat(99)}\ufffd…`);
  });

  it("is kept as JSON that reads back the same, unscored tokens as null", () => {
    for (const text of [scored("ab", [1, 2]), scored("漢字", [3, 6]), scored("AB", null, ["a", "b"])]) {
      const back: unknown = JSON.parse(JSON.stringify(savedText(text)));
      assert.ok(isSavedText(back));
      assert.deepEqual(back.logprobs, [null, -0.5]);
      assert.deepEqual(restoredText(back), text);
    }
  });

  it("keeps what is infinite, and takes it for no unscored token", () => {
    const text = scored("abc", [1, 2, 3]);
    text.logprobs[1] = Number.NEGATIVE_INFINITY;
    const summary = summarize("abc", {logprobs: text.logprobs, top1: new Uint8Array(3), ends: Uint32Array.of(1, 2, 3)});
    const back: unknown = JSON.parse(JSON.stringify(savedText({...text, summary})));
    assert.ok(isSavedText(back));
    assert.deepEqual(back.logprobs, [null, "-Infinity", -1]);
    assert.equal(back.summary.nats, "Infinity");
    assert.deepEqual(restoredText(back), {...text, summary});
    assert.ok(!isSavedText({...back, logprobs: [null, "NaN", -1]}));
    assert.ok(!isSavedText({...back, spacedWords: "yes"}));
  });

  it("says whether its words are parted by spaces", () => {
    const found = [scored("two words", [3, 9]), scored("漢字", [3, 6])].map(({spacedWords}) => spacedWords);
    assert.deepEqual(found, [true, false]);
  });

  it("does not carry along what its numbers came in", () => {
    const message = new ArrayBuffer(4096);
    const text = scored("ab", [1, 2]);
    const model = {...text.model, architecture: "llama", parameters: 1, vocabularySize: 10, contextSize: 512};
    const scores: Scores = {
      spec: modelRef("/tiny.gguf"),
      windowing: text.windowing,
      model: {
        ...model,
        addsBos: false,
        capabilities
      },
      ids: new Int32Array(message, 8, 2),
      ends: new Uint32Array(message, 16, 2),
      logprobs: new Float64Array(message, 24, 2),
      top1: new Uint8Array(message, 40, 2),
      detail: null,
      contextIds: new Int32Array(),
      finished: true,
      summary: text.summary,
      warnings: []
    };
    const {ids, byteEnds, logprobs} = scoredText({id: "1", text: "ab", languageId: "plaintext", scores, texts: null});
    assert.deepEqual(
      [ids, byteEnds, logprobs].map((numbers) => numbers?.buffer.byteLength),
      [8, 8, 16]
    );
  });

  it("tiles any text, however its bytes are cut", () => {
    const pieces = fc.array(fc.string({unit: "grapheme", minLength: 1, maxLength: 4}), {minLength: 1, maxLength: 8});
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(40), {maxLength: 8}), (texts, cuts) => {
        const text = texts.join("");
        const bytes = Buffer.byteLength(text);
        const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < bytes), bytes])].sort((a, b) => a - b);
        const result = scored(text, ends);
        assert.ok(isSavedText(savedText(result)));
        const shown = new ShownText(result);
        const spans = ends.map((_, token) => text.slice(shown.start(token), shown.end(token)));
        assert.equal(spans.join(""), text);
        for (const [token, end] of ends.entries()) {
          const range = tokenRange(result, token);
          assert.ok(range && range.end > range.start, `token ${token} ending at byte ${end} selects nothing`);
        }
      }),
      {seed: 20261122}
    );
  });
});

describe("A click on a token", () => {
  it("selects its text", () => {
    assert.deepEqual(tokenRange(scored("const a", endsOf(["const", " a"])), 1), {start: 5, end: 7});
  });

  it("selects the same as the view draws", () => {
    const text = scored("né 🚀\r\nx", endsOf(["n", "é", " 🚀\r", "\nx"]));
    const shown = new ShownText(text);
    for (let token = 0; token < shown.count; token++)
      assert.deepEqual(tokenRange(text, token), {start: shown.start(token), end: shown.end(token)});
  });

  it("selects the whole character the token is a part of", () => {
    const rocket = scored("a🚀", [1, 2, 3, 4, 5]);
    assert.deepEqual(tokenRange(rocket, 2), {start: 1, end: 3});
    assert.deepEqual(tokenRange(rocket, 4), {start: 1, end: 3});
  });

  it("selects nothing for a token that covers nothing", () => {
    assert.deepEqual(tokenRange(scored("a", [0, 1]), 0), {start: 0, end: 0});
  });

  it("selects nothing where tokens stand nowhere in the text, or there is no such token", () => {
    assert.equal(tokenRange(scored("A", null, ["a"]), 0), null);
    assert.equal(tokenRange(scored("a", [1]), 1), null);
  });
});

describe("Copy as JSON", () => {
  it("has the text, place and logprob of every token", () => {
    const {tokens, model, source: place, scored: count, crossEntropy} = copiedJson(scored("é b", endsOf(["é", " b"])));
    assert.equal(count, 1);
    assert.deepEqual(place, {title: "a.txt", start: 0, end: 0});
    assert.equal(crossEntropy, 0.5);
    assert.deepEqual(tokens, [
      {id: 7, text: "é", start: 0, end: 2, logprob: null},
      {id: 8, text: " b", start: 2, end: 4, logprob: -0.5}
    ]);
    assert.deepEqual(model, {name: "Tiny", file: "tiny.gguf", sha256: "00", quantization: "Q8_0", device: "cpu"});
  });

  it("claims no places where there are none", () => {
    const {tokens} = copiedJson(scored("A", null, ["a"]));
    assert.deepEqual(tokens, [{id: 7, text: "a", start: null, end: null, logprob: null}]);
  });

  it("has rank and entropy where they are known, and no alternatives", () => {
    const detail = {
      top: 1,
      ranks: Int32Array.of(0, 3),
      entropies: Float64Array.of(Number.NaN, 1.5),
      topIds: Int32Array.of(-1, 9),
      topLogprobs: Float64Array.of(Number.NaN, -0.25)
    };
    const {tokens} = copiedJson(scored("ab", [1, 2]), 0, 2, detail);
    assert.deepEqual(tokens, [
      {id: 7, text: "a", start: 0, end: 1, logprob: null},
      {id: 8, text: "b", start: 1, end: 2, logprob: -0.5, rank: 3, entropy: 1.5}
    ]);
  });
});

describe("A copy of some tokens", () => {
  const text = scored("né 🚀|`x`\n", endsOf(["né", " ", "🚀", "|`x`", "\n"]));

  it("is their text, with whole characters", () => {
    assert.equal(copied(text, "text"), text.text);
    assert.equal(copied(text, "text", 1, 3), " 🚀");
    const parts = scored("a🚀b", [1, 3, 5, 6]);
    assert.equal(copied(parts, "text", 1, 2), "🚀");
    assert.equal(copied(scored("AB", null, ["a", "b"]), "text", 1, 2), "b");
  });

  it("is a table in Markdown, in which token text means nothing", () => {
    const lines = copied(text, "markdown", 1, 4).split("\n");
    assert.equal(lines[0], "**a&#46;txt** · Tiny · 3 tokens · 4.33 bits · perplexity 2.718");
    assert.equal(lines.length, 8);
    assert.equal(lines[4], "| `·` | 60.7 % | 0.72 | – | – |");
    assert.equal(lines[6], "| &#124;&#96;x&#96; | 22.3 % | 2.16 | – | – |");
  });

  it("is JSON with the places that they have in the text, and their own sums", () => {
    const {tokens, source: place, firstToken, scored: count, tokens: list} = copiedJson(text, 1, 3);
    assert.deepEqual([place.start, place.end, firstToken, count, list.length], [2, 5, 1, 2, 2]);
    assert.deepEqual(tokens[0], {id: 8, text: " ", start: 3, end: 4, logprob: -0.5});
    assert.deepEqual([tokens[1].start, tokens[1].end], [4, 8]);
  });

  it("is HTML in which all token text is text", () => {
    const hostile = scored("<b>&\"'\u202e", endsOf(["<b>", "&\"'", "\u202e"]));
    const html = copied(hostile, "html", 0, 3);
    assert.match(html, /^<pre style="white-space:pre-wrap"><span[^>]*>&lt;b&gt;<\/span>/);
    assert.equal(html.match(/</g)?.length, 8);
    assert.ok(!html.includes("\u202e"));
  });
});

describe("The tokens of a selection", () => {
  it("are all that have a part in it", () => {
    const text = scored("né 🚀b", [1, 3, 4, 6, 8, 9]);
    const places = run(TokenPlaces.of(text));
    assert.ok(places);
    assert.deepEqual(places.tokensIn({start: 0, end: 1}), {from: 0, to: 1});
    assert.deepEqual(places.tokensIn({start: 1, end: 3}), {from: 1, to: 3});
    assert.deepEqual(places.tokensIn({start: 3, end: 5}), {from: 3, to: 5});
    assert.deepEqual(places.tokensIn({start: 5, end: 6}), {from: 5, to: 6});
    assert.equal(places.tokensIn({start: 2, end: 2}), null);
  });

  it("and what they cover agree, in a text of many steps", () => {
    const unit = fc.constantFrom("a", "é", "漢", "🚀", "\n");
    fc.assert(
      fc.property(fc.array(unit, {minLength: 1, maxLength: 12}), fc.nat(), (units, seed) => {
        const text = units.join("").repeat(1 + (seed % 2000));
        const characters = [...text];
        const result = scored(text, endsOf(characters));
        const places = run(TokenPlaces.of(result));
        const at = seed % characters.length;
        const start = characters.slice(0, at).join("").length;
        const range = {start, end: start + (characters[at]?.length ?? 0)};
        assert.deepEqual(places?.rangeOf({from: at, to: at + 1}), range);
        assert.deepEqual(places?.tokensIn(range), {from: at, to: at + 1});
      }),
      {seed: 20261130, numRuns: cases(50, 1000)}
    );
  });
});

describe("What the view says", () => {
  it("is understood", () => {
    assert.deepEqual(parseMessage({type: "select", token: 2, more: 1}, 3), {type: "select", token: 2});
    assert.deepEqual(parseMessage({type: "ready", showing: null}, 0), {type: "ready", showing: null});
    assert.deepEqual(parseMessage({type: "cancel"}, 0), {type: "cancel"});
  });

  it("is dropped where it is not what it should be", () => {
    const wrong = [null, 1, "cancel", [], {}, {type: "cancel "}, {type: "run"}, {type: "ready"}, {type: "select"}];
    for (const message of wrong) assert.equal(parseMessage(message, 3), null, JSON.stringify(message));
  });

  it("is dropped where it names no token", () => {
    for (const token of [-1, 3, 1.5, Number.NaN, "1", null]) {
      assert.equal(parseMessage({type: "alternatives", token}, 3), null, String(token));
    }
  });
});

describe("A text of millions of tokens on one line", () => {
  it("is cut into blocks that a browser can bear, and counted whole", () => {
    const tokens = 3_000_000;
    const shown = new ShownText({
      ...scored("ab", [1, 2]),
      text: "abc".repeat(tokens),
      ids: new Int32Array(tokens),
      byteEnds: Uint32Array.from({length: tokens}, (_, token) => 3 * token + 3),
      logprobs: new Float64Array(tokens)
    });
    const blocks = new Blocks(shown);
    assert.deepEqual(
      [shown.count, blocks.end(blocks.count - 1), blocks.of(tokens - 1)],
      [tokens, tokens, blocks.count - 1]
    );
    for (let block = 0; block < blocks.count; block++) assert.ok(blocks.end(block) - blocks.start(block) <= 320);
    assert.equal(shown.label(tokens - 1), "abc");
  });
});

describe("What VS Code kept of the view", () => {
  const state = {
    version: protocolVersion,
    source,
    scored: savedText(scored("ab", [1, 2])),
    colours: {by: "rank", threshold: 10} as const,
    isPinned: true,
    token: 1,
    scroll: {token: 0, offset: -3},
    layout: {
      place: "bottom",
      sideSize: null,
      bottomSize: 120,
      tab: "charts",
      showsNumbers: true,
      showsInvisible: false
    } as const
  };

  it("comes back with the usual layout where that of the state can't be", () => {
    for (const layout of [undefined, {...state.layout, place: "top"}, {...state.layout, bottomSize: -1}])
      assert.deepEqual(parseViewState({...state, layout}), {...state, layout: usualLayout});
  });

  it("comes back", () => {
    assert.deepEqual(parseViewState(JSON.parse(JSON.stringify(state))), state);
  });

  it("comes back with its text where it lacks a sum that another version keeps", () => {
    const {bytes: _, ...summary} = state.scored.summary;
    const read = parseViewState({...state, scored: {...state.scored, summary}});
    assert.ok(read?.scored);
    const back = restoredText(read.scored).summary;
    assert.equal(back.bitsPerByte, null);
    assert.deepEqual({...back, bytes: 1, bitsPerByte: 0.5 / Math.LN2}, restoredText(state.scored).summary);
  });

  it("is not read in another version or shape", () => {
    for (const wrong of [undefined, null, {}, {...state, version: 0}, {...state, source: {...source, start: -1}}]) {
      assert.equal(parseViewState(wrong), null);
    }
  });

  it("comes back without its text where that can't be drawn", () => {
    const {scored: text} = state;
    for (const wrong of [
      {...text, logprobs: []},
      {...text, byteEnds: [2, 1]},
      {...text, byteEnds: [1, 3]},
      {...text, byteEnds: [1]},
      {...text, byteEnds: null},
      {...text, byteEnds: null, texts: ["a"]},
      {...text, texts: ["a", "b"]},
      {...text, summary: {}},
      {...text, warnings: [1]}
    ]) {
      const read = parseViewState({...state, scored: wrong});
      assert.deepEqual(read, {...state, scored: null, token: 0, scroll: null});
    }
  });
});

describe("A place given to Show Logprobs", () => {
  it("has an address and offsets in order", () => {
    assert.ok(isDocumentRange({uri: "file:///a", start: 1, end: 1}));
    for (const wrong of [
      undefined,
      {uri: "file:///a", start: 2, end: 1},
      {uri: 1, start: 0, end: 1},
      {start: 0, end: 1}
    ]) {
      assert.ok(!isDocumentRange(wrong));
    }
  });
});

describe("The place of a scored text", () => {
  const at = (start: number, end: number): Source => ({...source, start, end, isSelection: true});
  const change = (rangeOffset: number, rangeLength: number, text: string) => ({rangeOffset, rangeLength, text});

  it("moves with edits before it and stays with edits behind it", () => {
    assert.deepEqual(movedRange(at(10, 20), [change(25, 0, "tail"), change(2, 3, "x")]), at(8, 18));
    assert.deepEqual(movedRange(at(10, 20), [change(10, 0, "ab")]), at(12, 22));
    assert.deepEqual(movedRange(at(10, 20), [change(20, 0, "ab")]), at(10, 20));
  });

  it("grows and shrinks with edits inside it", () => {
    assert.deepEqual(movedRange(at(10, 20), [change(12, 4, "x")]), at(10, 17));
    assert.deepEqual(movedRange(at(10, 20), [change(5, 10, "")]), at(5, 10));
    assert.deepEqual(movedRange(at(10, 20), [change(15, 10, "")]), at(10, 15));
    assert.deepEqual(movedRange(at(10, 20), [change(10, 10, "all of it")]), at(10, 19));
  });

  it("stays where it was, and as long, when more than it is replaced: a formatter, other line ends", () => {
    assert.deepEqual(movedRange(at(10, 20), [change(0, 100, "x".repeat(120))]), at(10, 20));
    assert.deepEqual(movedRange(at(10, 20), [change(10, 90, "x".repeat(90))]), at(10, 20));
  });

  it("is cut to what there is when more than it is replaced by less", () => {
    assert.deepEqual(movedRange(at(10, 20), [change(5, 45, "x".repeat(10))]), at(10, 15));
    assert.deepEqual(movedRange(at(10, 20), [change(0, 100, "x")]), at(1, 1));
    assert.deepEqual(movedRange(at(10, 20), [change(0, 100, "")]), at(0, 0));
  });

  it("is what the whole document has become where that was scored", () => {
    const whole = {...at(0, 20), isSelection: false};
    assert.deepEqual(movedRange(whole, [change(0, 20, "x".repeat(30))]), {...whole, end: 30});
  });
});
