import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import fc from "fast-check";
import {type AboutPiece, hoverText, type ShownToken} from "../../src/features/heatmap/hoverText";
import {lineBitsPerByte} from "../../src/features/heatmap/lineFigures";
import {MovingPieces} from "../../src/features/heatmap/movingPieces";
import {surpriseFrom} from "../../src/features/heatmap/nextSurprise";
import {rulerMarks} from "../../src/features/heatmap/rulerMarks";
import {type LevelledPieces, type Stroke, strokesOf} from "../../src/features/heatmap/strokes";
import {thresholdSteps} from "../../src/features/heatmap/thresholdSteps";
import type {TextChange} from "../../src/host/documents/movedRange";
import {colourMeasures} from "../../src/metrics/colourChoice";
import {colourScales, type LevelFinder, thresholdOf, unknownLevel} from "../../src/metrics/colourScale";
import {regionSums} from "../../src/metrics/regions";
import {root} from "../harness/paths";

/** Pieces with these texts and logprobs, one token each. */
function pieces(texts: readonly string[], logprobs: readonly number[] = texts.map(() => -1)): MovingPieces {
  let end = 0;
  return new MovingPieces({
    ends: Uint32Array.from(texts, (text) => (end += text.length)),
    firstTokens: Uint32Array.from({length: texts.length + 1}, (_, piece) => piece),
    logprobs: Float64Array.from(logprobs),
    ranks: null,
    entropies: null
  });
}

/** Pieces with these texts and levels. */
function levelled(texts: readonly string[], levels: readonly number[] = texts.map(() => 2)): LevelledPieces {
  return {pieces: pieces(texts), levelOf: (piece) => levels[piece] ?? unknownLevel};
}

function result<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function edited(text: string, {rangeOffset, rangeLength, text: put}: TextChange): string {
  return text.slice(0, rangeOffset) + put + text.slice(rangeOffset + rangeLength);
}

/** The texts of the remaining pieces. */
function covered(text: string, {starts, ends}: MovingPieces): string[] {
  return Array.from(ends, (end, piece) => text.slice(starts[piece], end));
}

describe("pieces in a text that is edited", () => {
  it("move with what is edited before them, and stay before it", () => {
    const moving = pieces(["one", " two", " three"]);
    assert.equal(moving.edited, false);
    moving.edit([{rangeOffset: 3, rangeLength: 0, text: " and"}]);
    assert.equal(moving.edited, true);
    assert.deepEqual(covered("one and two three", moving), ["one", " two", " three"]);
  });

  it("are lost where an edit touches them", () => {
    const moving = pieces(["one", " two", " three"]);
    moving.edit([{rangeOffset: 5, rangeLength: 3, text: "W"}]);
    assert.deepEqual(covered("one tWthree", moving), ["one", "", ""]);
    assert.deepEqual([moving.at(2), moving.at(4), moving.at(7)], [0, undefined, undefined]);
  });

  it("survive any edits that don't touch them, with the text that was theirs", () => {
    const change = fc.record({at: fc.nat(60), length: fc.nat(8), text: fc.string({maxLength: 5})});
    fc.assert(
      fc.property(
        fc.array(fc.string({minLength: 1, maxLength: 6}), {minLength: 1, maxLength: 12}),
        fc.array(change, {maxLength: 4}),
        (texts, changes) => {
          let text = texts.join("");
          const moving = pieces(texts);
          for (const {at, length, text: put} of changes) {
            const rangeOffset = Math.min(at, text.length);
            const one = {rangeOffset, rangeLength: Math.min(length, text.length - rangeOffset), text: put};
            const before = covered(text, moving).map((_, piece) => ({
              start: moving.starts[piece] ?? 0,
              end: moving.ends[piece] ?? 0
            }));
            text = edited(text, one);
            moving.edit([one]);
            let last = 0;
            for (const [piece, {start, end}] of before.entries()) {
              const untouched = end <= one.rangeOffset || start >= one.rangeOffset + one.rangeLength;
              const now = covered(text, moving)[piece];
              if (untouched && start < end) assert.equal(now, texts[piece]);
              else assert.equal(now, "");
              // In order, without overlaps.
              assert.ok((moving.starts[piece] ?? 0) >= last);
              last = moving.ends[piece] ?? 0;
              if (now !== "") assert.equal(moving.at(moving.starts[piece] ?? 0), piece);
            }
          }
        }
      ),
      {seed: 20261122}
    );
  });

  it("take what several cursors wrote", () => {
    const moving = pieces(["a", "b", "c", "d"]);
    // In VS Code's order: the last change first.
    moving.edit([
      {rangeOffset: 3, rangeLength: 0, text: "!!"},
      {rangeOffset: 1, rangeLength: 1, text: ""}
    ]);
    assert.deepEqual(covered("ac!!d", moving), ["a", "", "c", "d"]);
  });
});

describe("the colours of a line", () => {
  const line = (text: string, start = 0, endLength = 1) => ({number: 7, start, length: text.length, endLength});
  const told = (strokes: readonly Stroke[]) => strokes.map(({level, from, to}) => [level, from, to]);

  it("are those of its tokens; those within the threshold and unknown ones have none", () => {
    const all = levelled(["aa", "bb", "cc", "dd", "ee", "ff"], [0, 1, 2, 3, 4, unknownLevel]);
    const strokes = strokesOf(all, line("aabbccddeeff"));
    assert.deepEqual(told(strokes), [
      [1, 2, 4],
      [2, 4, 6],
      [3, 6, 8],
      [4, 8, 10]
    ]);
    assert.ok(strokes.every(({line}) => line === 7));
  });

  it("end with the line, and go on with the token on the next one", () => {
    const all = levelled(["a:", "\n  ", "b"]);
    assert.deepEqual(told(strokesOf(all, line("a:"))), [
      [2, 0, 2],
      [2, 2, 2]
    ]);
    assert.deepEqual(told(strokesOf(all, line("  b", 3, 0))), [
      [2, 0, 2],
      [2, 2, 3]
    ]);
  });

  it("show a line break once, by the stronger of its halves", () => {
    const all = levelled(["a", "\r", "\n", "b"], [0, 1, 4, 0]);
    assert.deepEqual(told(strokesOf(all, line("a", 0, 2))), [[4, 1, 1]]);
  });

  it("leave out what VS Code does not draw of a very long line", () => {
    const all = levelled(Array.from({length: 5000}, () => "word "));
    const strokes = strokesOf(all, line("word ".repeat(5000)));
    assert.equal(strokes.length, 2000);
  });

  it("tile what is coloured, without a character twice", () => {
    const token = fc.string({unit: fc.constantFrom("a", " ", "\n", "é", "😀"), minLength: 1, maxLength: 5});
    fc.assert(
      fc.property(fc.array(fc.tuple(token, fc.constantFrom(0, 1, 2, 3, 4, unknownLevel))), (tokens) => {
        const text = tokens.map(([one]) => one).join("");
        const all = levelled(
          tokens.map(([one]) => one),
          tokens.map(([, level]) => level)
        );
        const expected = tokens.flatMap(([one, level]) =>
          Array.from({length: one.length}, () => (level === unknownLevel ? 0 : level))
        );
        const painted = expected.map(() => 0);
        let start = 0;
        for (const content of text.split("\n")) {
          const isLast = start + content.length === text.length;
          let last = -1;
          for (const {level, from, to} of strokesOf(all, line(content, start, isLast ? 0 : 1))) {
            assert.ok(from >= last);
            last = to;
            for (let unit = from; unit < Math.max(to, from + 1); unit++) painted[start + unit] = level;
          }
          start += content.length + 1;
        }
        assert.deepEqual(painted, expected);
      }),
      {seed: 20261122}
    );
  });
});

describe("the figure behind a line", () => {
  const text = "first line here\nfn()\n    second = one\n";
  const cut = ["first ", "line ", "here", "\n", "fn()", "\n    ", "second ", "= one", "\n"];
  const logprobs = Float64Array.of(-1, -2, -4, -8, -16, -32, -64, Number.NaN, -128);
  const ends = Uint32Array.from(cut.map((_, index) => cut.slice(0, index + 1).join("").length));
  const heat = () => ({
    pieces: pieces(cut),
    scores: {logprobs, ends} as Parameters<typeof lineBitsPerByte>[0]["scores"]
  });
  const lines = [
    {number: 0, start: 0, length: 15, endLength: 1},
    {number: 1, start: 16, length: 4, endLength: 1},
    {number: 2, start: 21, length: 16, endLength: 1}
  ] as const;
  const figure = (of = heat(), line: (typeof lines)[number] = lines[0]) =>
    lineBitsPerByte(of, text.slice(line.start, line.start + line.length), line);

  it("is what Surprising Lines has, and none of a line that is too short", () => {
    for (const line of [lines[0], lines[2]]) {
      const region = {start: line.start, end: line.start + line.length + line.endLength};
      const [sums] = regionSums(text, {logprobs, ends}, [region]);
      assert.ok(sums?.bytes);
      assert.equal(figure(heat(), line), sums.nats / Math.LN2 / sums.bytes);
    }
    assert.equal(figure(heat(), lines[1]), null);
  });

  it("goes where the line is edited, and stays with the others", () => {
    for (const change of [
      {rangeOffset: 3, rangeLength: 1, text: ""},
      {rangeOffset: 6, rangeLength: 0, text: "new "},
      {rangeOffset: 0, rangeLength: 6, text: ""},
      {rangeOffset: 15, rangeLength: 0, text: "!"}
    ]) {
      const edited = heat();
      edited.pieces.edit([change]);
      const growth = change.text.length - change.rangeLength;
      const [first, , third] = lines;
      const whole = `${text.slice(0, change.rangeOffset)}${change.text}${text.slice(change.rangeOffset + change.rangeLength)}`;
      const now = {...first, length: first.length + growth};
      assert.equal(lineBitsPerByte(edited, whole.slice(0, now.length), now), null, JSON.stringify(change));
      const moved = {...third, start: third.start + growth};
      assert.equal(lineBitsPerByte(edited, text.slice(third.start), moved), figure(heat(), third));
    }
  });
});

describe("the marks in the overview ruler", () => {
  it("are those of the strongest level, far from each other, and few", () => {
    const logprobs = Float64Array.from({length: 10_000}, (_, piece) => -(piece % 100));
    const levelOf: LevelFinder = (piece) => (piece % 100 > 90 ? 4 : 3);
    const marks = result(rulerMarks(logprobs, levelOf));
    assert.equal(marks.length, 40);
    assert.deepEqual(
      marks,
      marks.toSorted((a, b) => a - b)
    );
    // The most surprising one of each run.
    assert.ok(marks.every((piece) => piece % 100 === 99));
    assert.deepEqual(result(rulerMarks(logprobs, () => 3)), []);
    assert.deepEqual(result(rulerMarks(new Float64Array(), () => 4)), []);
    // In a short text, the most surprising one of twenty.
    const short = new Float64Array(40).fill(-1).fill(Number.NEGATIVE_INFINITY, 7, 9);
    assert.deepEqual(result(rulerMarks(short, () => 4)), [7, 8]);
  });
});

describe("the next surprise", () => {
  const heat = () => levelled(["aa", "bb", "cc", "dd", "ee"], [1, 0, 4, unknownLevel, 2]);
  const found = (from: number, direction: 1 | -1, of = heat()) => {
    const surprise = result(surpriseFrom(of, from, direction));
    return surprise && [surprise.piece, surprise.wrapped];
  };

  it("is beyond the threshold and not at the cursor, and comes round", () => {
    assert.deepEqual(
      [0, 1, 4, 5, 8, 9, 10].map((offset) => found(offset, 1)),
      [
        [2, false],
        [2, false],
        [4, false],
        [4, false],
        [0, true],
        [0, true],
        [0, true]
      ]
    );
    assert.deepEqual(
      [0, 1, 4, 5, 8, 9, 10].map((offset) => found(offset, -1)),
      [
        [4, true],
        [0, false],
        [0, false],
        [2, false],
        [2, false],
        [4, false],
        [4, false]
      ]
    );
  });

  it("is not there where nothing is beyond the threshold, nor in an empty text", () => {
    const none = levelled(["aa", "bb"], [0, unknownLevel]);
    for (const direction of [1, -1] as const) {
      assert.equal(found(0, direction, none), undefined);
      assert.equal(found(0, direction, levelled([])), undefined);
    }
  });

  it("is the only one again", () => {
    const one = levelled(["aa", "bb"], [0, 3]);
    assert.deepEqual(found(2, 1, one), [1, true]);
    assert.deepEqual(found(2, -1, one), [1, true]);
  });

  it("is none that an edit touched", () => {
    const edited = heat();
    edited.pieces.edit([{rangeOffset: 4, rangeLength: 1, text: ""}]);
    assert.deepEqual(found(0, 1, edited), [4, false]);
  });
});

describe("the thresholds to choose from", () => {
  it("are within the slider, with the measure's own and the one in use, each once", () => {
    for (const by of colourMeasures) {
      const {min, max, preset, isLow} = colourScales[by];
      const current = thresholdOf({by, threshold: (min + max) / 3});
      const steps = thresholdSteps(by, current);
      assert.ok(steps.includes(preset) && steps.includes(current), by);
      assert.ok(steps.every((step) => step >= min && step <= max));
      const sorted = [...new Set(steps)].sort((a, b) => a - b);
      assert.deepEqual(steps, isLow ? sorted.reverse() : sorted);
      assert.ok(steps.length >= 5 && steps.length <= 10);
    }
  });
});

describe("the hover over a token", () => {
  const token = (label: string, id: number, logprob: number): ShownToken => ({label, id, logprob});
  const rivals = Array.from({length: 8}, (_, index) => token(`t${index}`, index, Math.log(0.1) - index));

  it("tells its numbers, and what was expected instead", () => {
    const one = token("·x", 3, Math.log(0.25));
    const expected = {token: one, rank: 4, entropy: Math.log(16), top: rivals};
    const [heading, numbers, table, ...rest] = hoverText({tokens: [one], logprob: one.logprob, expected}).split("\n\n");
    assert.equal(heading, "`·x` **25.0 %** · 2.00 bits of surprisal");
    assert.equal(
      numbers,
      "logprob −1.386 nats · rank 4 (top 10) · p / max p 100.0 % · entropy 4.00 bits · effective choices 16 · excess surprisal −2.00 bits · id 3"
    );
    const rows = table?.split("\n") ?? [];
    assert.equal(rows.length, 10);
    // The probability of the score, not of this request.
    assert.equal(rows[5], "| **4** | **`t3`** | **25.0 %** |");
    assert.equal(rows[6], "| 5 | `t4` | 0.18 % |");
    assert.deepEqual(rest, []);
  });

  it("puts a token that is not among the best below them, with its rank", () => {
    const one = token("far", 99, Math.log(0.0001));
    const text = hoverText({
      tokens: [one],
      logprob: one.logprob,
      expected: {token: one, rank: 1234, entropy: 1, top: rivals}
    });
    assert.match(text, /\n\| \*\*1,234\*\* \| \*\*`far`\*\* \| \*\*0\.010 %\*\* \|$/);
  });

  it("has the score also where nothing else is known, and says why", () => {
    const one = token("x", 1, -1);
    const text = hoverText({tokens: [one], logprob: -1, note: "The model's process ended."});
    assert.equal(text, "`x` **36.8 %** · 1.44 bits of surprisal\n\n_The model&#39;s process ended&#46;_");
  });

  it("tells of each token that shares a character, and which one it was asked about", () => {
    const parts = [token("⟨F0⟩", 1, -1), token("⟨9F⟩", 2, -3)];
    const [first, second] = parts;
    assert.ok(first && second);
    const expected = {token: second, rank: 9, entropy: 1, top: rivals};
    const text = hoverText({tokens: parts, logprob: -4, expected});
    assert.match(text, /^`⟨F0⟩` `⟨9F⟩` \*\*1\.8 %\*\* · 5\.77 bits/);
    assert.match(text, /\| `⟨F0⟩` \| 36\.8 % \| 1\.44 bits \|\n\| `⟨9F⟩` \| 5\.0 % \| 4\.33 bits \|/);
    assert.match(text, /`⟨9F⟩`: logprob −3\.000 nats · rank 9 /);
  });

  it("says of an unscored token that it is", () => {
    const one = token("x", 1, Number.NaN);
    assert.equal(hoverText({tokens: [one], logprob: Number.NaN, note: "So"}), "`x` **not scored**\n\n_So_");
  });

  const hostile = [
    "`",
    "``|",
    "\\|",
    "a|b",
    "[x](command:y)",
    "<img src=x onerror=alert(1)>",
    "**b**",
    "https://example.com",
    "$(alert)",
    "&lt;",
    "|--|"
  ];
  for (const label of hostile)
    it(`shows ${label} as text only`, () => {
      const one = token(label, 1, -1);
      const about: AboutPiece = {
        tokens: [one],
        logprob: -1,
        expected: {token: one, rank: 1, entropy: 1, top: [one, token("b", 2, -2)]}
      };
      const text = hoverText(about);
      // Either in a code span that its text can't end, or as entities.
      const shown = /^(`([^`|\\]+)`|((?:[\p{L}\p{N} ]|&#\d+;)+)) \*\*/u.exec(text);
      assert.ok(shown, text);
      const written = shown[2] ?? shown[3]?.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
      assert.equal(written, label);
      for (const row of text.split("\n").filter((line) => line.startsWith("|")))
        assert.equal(row.split("|").length, 5, row);
    });
});

describe("the colours of the heatmap", () => {
  type Themes = "dark" | "light" | "highContrast" | "highContrastLight";
  const {contributes} = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    contributes: {colors: {id: string; defaults: Record<Themes, string>}[]};
  };
  const colour = (id: string, theme: Themes) => {
    const found = contributes.colors.find(
      (one) => one.id === `tokenscope.heatmap${id[0]?.toUpperCase()}${id.slice(1)}`
    );
    assert.ok(found, id);
    return found.defaults[theme];
  };
  const coloured = ["p10", "p1", "p01", "p0"] as const;

  // The backgrounds of VS Code's own themes.
  const editors: Record<Themes, readonly string[]> = {
    dark: ["#1F1F1F", "#1E1E1E"],
    light: ["#FFFFFF"],
    highContrast: ["#000000"],
    highContrastLight: ["#FFFFFF"]
  };

  type Rgb = readonly [number, number, number];
  const channel = (hex: string, index: number) => Number.parseInt(hex.slice(1 + 2 * index, 3 + 2 * index), 16);
  const over = (above: string, below: string): Rgb => {
    const alpha = above.length > 7 ? channel(above, 3) / 255 : 1;
    const mix = (index: number) => channel(above, index) * alpha + channel(below, index) * (1 - alpha);
    return [mix(0), mix(1), mix(2)];
  };
  const linear = (value: number) => (value <= 10.31 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]: Rgb) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const contrast = (one: Rgb, other: Rgb) => {
    const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  /** CIE L*, 0 to 100: a colour's lightness, which colour-blind people see. */
  const lightness = (rgb: Rgb) => 116 * Math.cbrt(luminance(rgb)) - 16;

  for (const [theme, backgrounds] of Object.entries(editors) as [Themes, readonly string[]][])
    for (const background of backgrounds) {
      it(`leave text readable on ${background} in ${theme} themes`, () => {
        for (const name of coloured) {
          const behind = over(colour(`${name}Background`, theme), background);
          const ratio = contrast(over(colour("foreground", theme), background), behind);
          assert.ok(ratio >= 4.5, `${name}: ${ratio.toFixed(2)}`);
        }
      });

      if (!theme.startsWith("highContrast"))
        it(`go in steps of lightness on ${background}, so that hue is not needed`, () => {
          const steps = [background, ...coloured.map((name) => colour(`${name}Background`, theme))];
          const lights = steps.map((one) => lightness(over(one, background)));
          const distances = lights.slice(1).map((light, index) => Math.abs(light - (lights[index] ?? 0)));
          assert.ok(Math.min(...distances) >= 5, distances.map((it) => it.toFixed(1)).join(", "));
          const sorted = [...lights].sort((a, b) => a - b);
          assert.deepEqual(theme === "dark" ? lights : [...lights].reverse(), sorted);
        });
      else
        it(`are lines that can be seen on ${background}`, () => {
          for (const name of coloured)
            assert.ok(contrast(over(colour(`${name}Line`, theme), background), over(background, background)) >= 4.5);
        });
    }
});
