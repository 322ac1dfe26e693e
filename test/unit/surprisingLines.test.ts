import {strict as assert} from "node:assert";
import fc from "fast-check";
import {linesInSteps} from "../../src/features/surprisingLines/parts";
import {maxShownParts, minBytes, type Rankings, rankInSteps} from "../../src/features/surprisingLines/ranking";
import {functionParts, type Part} from "../../src/metrics/functionParts";
import type {Region} from "../../src/metrics/regions";
import {Looks} from "../harness/looks";

function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const linesOf = (text: string): Part[] => finish(linesInSteps(text));

/** One token per byte (ASCII), with these bits. */
function rank(text: string, bits: (character: string, at: number) => number, parts = linesOf(text)): Rankings {
  const logprobs = Float64Array.from([...text], (character, at) => -bits(character, at) * Math.LN2);
  const ends = Uint32Array.from([...text], (_, token) => token + 1);
  return finish(rankInSteps(text, {logprobs, ends}, parts));
}

function shown(text: string, {parts}: Rankings["bits"]): string[] {
  return parts.map(({part}) => text.slice(part.place.start, part.place.end));
}

describe("A text's lines", () => {
  it("end behind their breaks, of every kind, and are shown without the space around them", () => {
    const text = "  one \r\ntwo\n\n\tthree\rfour";
    const lines = linesOf(text);
    assert.deepEqual(
      lines.map(({regions: [region]}) => text.slice(region?.start, region?.end)),
      ["  one \r\n", "two\n", "\n", "\tthree\r", "four"]
    );
    assert.deepEqual(
      lines.map(({place}) => text.slice(place.start, place.end)),
      ["one", "two", "", "three", "four"]
    );
  });

  it("tile any text, and are as many as an editor counts", () => {
    fc.assert(
      fc.property(fc.string({unit: fc.constantFrom("a", " ", "\n", "\r", "👩", "\t"), maxLength: 30}), (text) => {
        const regions = linesOf(text).flatMap((line) => line.regions);
        let end = 0;
        for (const region of regions) {
          assert.equal(region.start, end);
          end = region.end;
        }
        assert.equal(end, text.length);
        assert.equal(regions.length, text.split(/\r\n|\r|\n/).length);
      }),
      {seed: 1, numRuns: 1000}
    );
  });
});

describe("Functions", () => {
  const named = (name: string, start: number, end: number) => ({name, start, end, place: {start, end: start + 1}});
  const regionsOf = (parts: Part[]): Record<string, Region[]> =>
    Object.fromEntries(parts.map(({name, regions}) => [name, [...regions]]));

  it("count without the functions inside them", () => {
    const parts = functionParts([named("outer", 0, 100), named("a", 10, 20), named("b", 20, 50), named("c", 30, 40)]);
    assert.deepEqual(regionsOf(parts), {
      outer: [
        {start: 0, end: 10},
        {start: 50, end: 100}
      ],
      a: [{start: 10, end: 20}],
      b: [
        {start: 20, end: 30},
        {start: 40, end: 50}
      ],
      c: [{start: 30, end: 40}]
    });
  });

  it("say which have functions inside them, and all that they span", () => {
    const parts = functionParts([
      named("outer", 0, 100),
      named("inner", 10, 30),
      // The function around it cuts it off, but nothing is inside it.
      named("wide", 40, 120),
      named("alone", 120, 130),
      named("empty", 125, 125)
    ]);
    const found = Object.fromEntries(parts.map(({name, hasInner, whole}) => [name, {hasInner, ...whole}]));
    assert.deepEqual(found, {
      outer: {hasInner: true, start: 0, end: 100},
      inner: {hasInner: false, start: 10, end: 30},
      wide: {hasInner: false, start: 40, end: 120},
      alone: {hasInner: false, start: 120, end: 130},
      empty: {hasInner: false, start: 125, end: 125}
    });
    for (const line of linesOf("one\ntwo")) assert.equal(line.hasInner, false);
  });

  it("never count a character twice, whatever a language says of their ranges", () => {
    const ranges = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), {maxLength: 12});
    fc.assert(
      fc.property(ranges, (all) => {
        const functions = all.map(([a, b], index) => named(String(index), Math.min(a, b), Math.max(a, b)));
        const times = new Uint8Array(61);
        for (const {regions} of functionParts(functions))
          for (const {start, end} of regions) for (let at = start; at < end; at++) times[at] = (times[at] ?? 0) + 1;
        for (let at = 0; at < 60; at++) {
          const inside = functions.some(({start, end}) => start <= at && at < end);
          assert.ok((times[at] ?? 0) <= 1);
          // Only text that reaches out of its enclosing function may belong to no function.
          if ((times[at] ?? 0) === 1) assert.ok(inside);
        }
      }),
      {seed: 2, numRuns: 1000}
    );
  });
});

describe("The ranking", () => {
  it("puts the line first that has the most bits per byte, or the most bits", () => {
    const text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nbbbbbbbbbb\ncccccccccc\n";
    const ranking = rank(text, (character) => ({a: 2, b: 5, c: 1})[character] ?? 0);
    assert.deepEqual(shown(text, ranking.bitsPerByte), ["bbbbbbbbbb", "a".repeat(30), "cccccccccc"]);
    assert.deepEqual(shown(text, ranking.bits), ["a".repeat(30), "bbbbbbbbbb", "cccccccccc"]);
    assert.equal(Math.round((ranking.bits.parts[0]?.numbers.bits ?? 0) * 1e9), 60e9);
  });

  it("leaves out short lines, more of them by bits per byte, and says nothing of blank ones", () => {
    const text = "}\n  }  \n\n   \nreturn;\nfunction f() {\nxy\n";
    const {bitsPerByte, bits} = rank(text, (character) => (character === "}" ? 20 : 1));
    assert.deepEqual(shown(text, bitsPerByte), ["function f() {"]);
    assert.deepEqual([bitsPerByte.ranked, bitsPerByte.short], [1, 4]);
    assert.deepEqual(shown(text, bits), ["function f() {", "return;"]);
    assert.deepEqual([bits.ranked, bits.short], [2, 3]);
    assert.ok(minBytes.bits > 2 && minBytes.bitsPerByte > minBytes.bits);
  });

  it("measures a line's length in bytes", () => {
    // 4 characters, 8 bytes.
    const text = "éééé\n";
    const ends = Uint32Array.of(8, 9);
    const ranking = finish(rankInSteps(text, {ends, logprobs: Float64Array.of(-1, -1)}, linesOf(text)));
    assert.equal(ranking.bitsPerByte.ranked, 1);
  });

  it("keeps the order of the text where lines are alike", () => {
    const text = "line one\nline two\nline six\n";
    assert.deepEqual(shown(text, rank(text, () => 1).bitsPerByte), ["line one", "line two", "line six"]);
  });

  it("shows the first, and counts them all", () => {
    const text = Array.from({length: 3 * maxShownParts}, (_, line) => `line ${String(line).padStart(5, "0")}\n`).join(
      ""
    );
    const width = "line 00000\n".length;
    const ranking = rank(text, (_, at) => (Math.floor(at / width) * 7) % (3 * maxShownParts));
    const values = ranking.bits.parts.map(({numbers}) => Math.round(numbers.bits));
    assert.equal(values.length, maxShownParts);
    assert.deepEqual(
      values,
      values.toSorted((a, b) => b - a)
    );
    assert.equal(values[0], (3 * maxShownParts - 1) * width);
    assert.equal(ranking.bits.ranked, 3 * maxShownParts);
  });

  it("leaves out lines of which nothing was scored", () => {
    const text = "unscored\nscored it\n";
    const ranking = rank(text, (_, at) => (at < 9 ? Number.NaN : 1));
    assert.deepEqual(shown(text, ranking.bits), ["scored it"]);
  });

  it("of many lines hands back control after a little work, again and again", () => {
    const looks = new Looks();
    const text = looks.text("const x = 1;\n".repeat(16_000));
    const tokens = text.length / 4;
    const scores = {
      ends: looks.array(Uint32Array.from({length: tokens}, (_, token) => (token + 1) * 4)),
      logprobs: looks.array(new Float64Array(tokens).fill(-1))
    };
    const work: number[] = [];
    const run = <T>(steps: Generator<void, T>): T => {
      for (;;) {
        const before = looks.count;
        const step = steps.next();
        work.push(looks.count - before);
        if (step.done) return step.value;
      }
    };
    run(rankInSteps(text, scores, run(linesInSteps(text))));
    assert.ok(looks.count > 2 * text.length, `${looks.count} looks`);
    // Number of characters and tokens read: well below a millisecond's work.
    assert.ok(Math.max(...work) <= 1 << 17, `${work}`);
  });
});
