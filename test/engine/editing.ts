import {strict as assert} from "node:assert";
import fc from "fast-check";
import type {DocumentEdits} from "../../src/contract/documents";
import type {Backend} from "../../src/engine/backend";
import {partTokenizer} from "../../src/engine/llama/partTokenizer";
import type {Vocabulary} from "../../src/engine/llama/vocabulary";
import {OpenDocuments} from "../../src/engine/openDocuments";
import {codePoints, utf8Length, utf16Offsets} from "../../src/text/textOffsets";

/** What a person does to a text. Places and lengths are shares of the text, so that they fit one of any length. */
type Act =
  | {readonly does: "write"; readonly cursors: readonly number[]; readonly length: number; readonly text: string}
  | {readonly does: "line ends"; readonly crlf: boolean}
  | {readonly does: "delete everything"}
  | {readonly does: "undo"};

interface Edit {
  readonly start: number;
  readonly removed: number;
  readonly added: string;
}

const prose =
  "The quick brown fox isn't lazy; it jumps over 12 dogs.\nЖивёт в лесу, ёлка. 你好，世界。こんにちは！ 안녕 하세요\n";
const code = 'function f(a1, b_2) {\n  if (a1 !== 3.14) {\r\n\t\treturn "x\\n" + b_2; // done\n  }\n}\n\n\n';
const json = '{"name":"Ann","ids":[1,22,333,4444],"on":true,"n":null,"s":"a b\\"c"},';
const csv = '2024-01-02,17.5,abc,,"x y"\n3,4,5\n';
const base64 = "QmFzZTY0IGlzIGEgZ3JvdXA+b2YgYmluYXJ5/LXRvLXRleHQ=";
const letters = "क्षेत्र ทดสอบ العربية עברית ǅ ªº ﬁ ß é e\u0301 \u200d👨‍👩‍👧 🚀🚀 ";
const special =
  "<|endoftext|> <s> a</s>b [MASK]  <mask> <|user|>  x<|end|> <unk>\u2581y ▁▁ \n\n\n    \t\t <0x41> \0 \ufffd";
const sources = [prose, code, json, csv, base64, letters, special];

const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("a", "e", " ", "\n", "1", ",", '"', ".", "'", "s", "}", "一", "，", "é", "\r\n", "  ")
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...sources), fc.nat(60), fc.nat(40))
      .map(([source, start, length]) => source.slice(start, start + length))
  },
  {weight: 1, arbitrary: fc.constantFrom("\ud83d", "\ude80", "🚀", "\ud83d\ude80", "\u0301", "\u200d", "ſ")},
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...sources), fc.integer({min: 1, max: 30}))
      .map(([text, times]) => text.repeat(times))
  },
  {weight: 1, arbitrary: fc.string({unit: "grapheme", maxLength: 6})},
  {weight: 1, arbitrary: fc.constant("")}
);

const share = fc.double({min: 0, max: 1, noNaN: true});
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      does: fc.constant("write" as const),
      cursors: fc.oneof(
        {weight: 5, arbitrary: fc.tuple(share)},
        {weight: 1, arbitrary: fc.array(share, {minLength: 2, maxLength: 5})}
      ),
      // Mostly nothing, or a few units.
      length: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(3), fc.nat(400)),
      text: piece
    })
  },
  {weight: 2, arbitrary: fc.constant({does: "undo"} as const)},
  {weight: 1, arbitrary: fc.boolean().map((crlf) => ({does: "line ends", crlf}) as const)},
  {weight: 1, arbitrary: fc.constant({does: "delete everything"} as const)}
);

/** Acts on a text that begins with some pieces. */
export function histories(acts: number): fc.Arbitrary<{readonly text: string; readonly acts: readonly Act[]}> {
  return fc.record({
    text: fc.array(piece, {maxLength: 20}).map((pieces) => pieces.join("")),
    acts: fc.array(act, {minLength: acts, maxLength: acts})
  });
}

/** Edits as an editor sends them: from the last to the first. */
function editsOf(does: Act, text: string, undone: readonly Edit[]): readonly Edit[] {
  if (does.does === "undo") return undone;
  if (does.does === "delete everything") return [{start: 0, removed: text.length, added: ""}];
  if (does.does === "line ends") {
    const [from, added] = does.crlf ? [/(?<!\r)\n/g, "\r\n"] : [/\r\n/g, "\n"];
    return [...text.matchAll(from)].map(({index, 0: {length}}) => ({start: index, removed: length, added})).reverse();
  }
  const edits: Edit[] = [];
  let limit = text.length;
  for (const cursor of does.cursors.toSorted((a, b) => b - a)) {
    const start = Math.min(limit, Math.round(cursor * text.length));
    edits.push({start, removed: Math.min(does.length, limit - start), added: does.text});
    limit = start;
  }
  return edits;
}

function applied(text: string, edits: readonly Edit[]): {readonly text: string; readonly inverse: readonly Edit[]} {
  let now = text;
  const inverse: Edit[] = [];
  for (const {start, removed, added} of edits) {
    inverse.unshift({start, removed: added.length, added: now.slice(start, start + removed)});
    now = now.slice(0, start) + added + now.slice(start + removed);
  }
  return {text: now, inverse};
}

export function sent(edits: readonly Edit[]): DocumentEdits {
  return {
    starts: Uint32Array.from(edits, ({start}) => start),
    removed: Uint32Array.from(edits, ({removed}) => removed),
    added: Uint32Array.from(edits, ({added}) => added.length),
    text: edits.map(({added}) => added).join("")
  };
}

const {signal} = new AbortController();
const context = {signal, onProgress: () => undefined};

/** The documents of a vocabulary, in parts of about so many UTF-16 units. */
export function documentsOf(vocabulary: Vocabulary, chunkLength: number): OpenDocuments {
  const backend: Pick<Backend, "partTokenizer" | "idle" | "warnings" | "describe"> = {
    partTokenizer: async () => partTokenizer(vocabulary),
    idle: async () => undefined,
    warnings: async () => [],
    describe: async () => ({}) as never
  };
  return new OpenDocuments(backend as Backend, chunkLength);
}

/**
 * Does all acts to a document, and compares it after each with what the vocabulary says about the whole text. Texts that it can't
 * take are left alone. Returns the number of comparisons.
 */
export async function compareEdits(
  vocabulary: Vocabulary,
  history: {readonly text: string; readonly acts: readonly Act[]},
  chunkLength: number
): Promise<number> {
  const documents = documentsOf(vocabulary, chunkLength);
  const ref = {model: {} as never, document: "d"};
  let {text} = history;
  let version = 1;
  let undone: readonly Edit[] = [];
  await documents.open({...ref, version, text}, context);
  for (const one of history.acts) {
    const edits = editsOf(one, text, undone);
    const {text: now, inverse} = applied(text, edits);
    const counted = await documents.change({...ref, ...sent(edits), from: version, version: version + 1}, context);
    text = now;
    undone = inverse;
    version++;
    assert.ok(counted, "the document is known");
    const ids = vocabulary.tokenize(text.toWellFormed(), false);
    const {count, characters, bytes, length} = counted;
    assert.deepEqual(
      {count, characters, bytes, length},
      {count: ids.length, characters: codePoints(text), bytes: utf8Length(text), length: text.length}
    );
    await compareTokens(vocabulary, documents, {...ref, version}, text, ids);
  }
  return history.acts.length;
}

async function compareTokens(
  vocabulary: Vocabulary,
  documents: OpenDocuments,
  ref: {readonly model: never; readonly document: string; readonly version: number},
  text: string,
  ids: Int32Array
): Promise<void> {
  const byteEnds = await vocabulary.ends(text.toWellFormed(), ids, false, signal);
  const ends = byteEnds && [...utf16Offsets(text, byteEnds)];
  const all = await documents.tokens({...ref, start: 0, end: text.length}, context);
  assert.deepEqual(
    {...all, ids: [...(all?.ids ?? [])], ends: all?.ends && [...all.ends]},
    {
      first: 0,
      start: 0,
      ids: [...ids],
      // No tokens: nothing says whether they have places.
      ends: ids.length === 0 ? [] : ends
    }
  );
  // Some place in the text, another one after each edit.
  const start = (ids.length * 7919) % (text.length + 1);
  const end = Math.min(text.length, start + ((ids.length * 31) % 90));
  const counts = await documents.countRanges(
    {...ref, starts: Uint32Array.of(start), ends: Uint32Array.of(end)},
    context
  );
  const range = text.slice(start, end);
  assert.deepEqual(
    {count: counts?.count, characters: counts?.characters, bytes: counts?.bytes},
    {
      count: vocabulary.tokenize(range.toWellFormed(), false).length,
      characters: codePoints(range),
      bytes: utf8Length(range)
    },
    `[${start}, ${end})`
  );
  if (ends === null || start >= end) return;
  const some = await documents.tokens({...ref, start, end}, context);
  // A token without characters of its own, which begins a character, has that character's place.
  const first = ends.findIndex((at, i) => at > start || (at === start && (ends[i - 1] ?? 0) === start));
  const last = ends.findIndex((at) => at >= end);
  assert.deepEqual(
    {first: some?.first, start: some?.start, ids: [...(some?.ids ?? [])], ends: [...(some?.ends ?? [])]},
    {first, start: ends[first - 1] ?? 0, ids: [...ids.slice(first, last + 1)], ends: ends.slice(first, last + 1)}
  );
  const tokens = Math.floor(ids.length / 2);
  const {offset} = (await documents.tokenEnd({...ref, tokens}, context)) ?? {};
  assert.equal(offset, tokens === 0 ? 0 : ends[tokens - 1]);
  assert.equal((await documents.tokenEnd({...ref, tokens: ids.length + 1}, context))?.offset, null);
}
