import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import fc from "fast-check";
import {type AboutPiece, hoverText, type ShownToken} from "../../src/features/heatmap/hoverText";
import {MovingPieces} from "../../src/features/heatmap/movingPieces";
import {type Stroke, strokesOf} from "../../src/features/heatmap/strokes";
import type {TextChange} from "../../src/host/documents/movedRange";
import {bucketBits, bucketOf, buckets} from "../../src/metrics/buckets";
import {root} from "../harness/paths";

/** A logprob in the middle of each bucket. */
const inBucket = {p50: Math.log(0.7), p10: Math.log(0.2), p1: Math.log(0.02), p01: Math.log(0.002), p0: -20};

/** Pieces with these texts and logprobs, one token each. */
function pieces(texts: readonly string[], logprobs: readonly number[] = texts.map(() => inBucket.p1)): MovingPieces {
  let end = 0;
  return new MovingPieces({
    ends: Uint32Array.from(texts, (text) => (end += text.length)),
    firstTokens: Uint32Array.from({length: texts.length + 1}, (_, piece) => piece),
    logprobs: Float64Array.from(logprobs)
  });
}

function edited(text: string, {rangeOffset, rangeLength, text: put}: TextChange): string {
  return text.slice(0, rangeOffset) + put + text.slice(rangeOffset + rangeLength);
}

/** The texts of the remaining pieces. */
function covered(text: string, {starts, ends}: MovingPieces): string[] {
  return Array.from(ends, (end, piece) => text.slice(starts[piece], end));
}

describe("the buckets", () => {
  it("are told in bits too", () => {
    const told = buckets.map((bucket) => bucketBits(bucket));
    assert.deepEqual(told, ["up to 1 bit", "1–3.3 bits", "3.3–6.6 bits", "6.6–10 bits", "over 10 bits", ""]);
  });

  it("hold their own lower bounds", () => {
    for (const {name, atLeast} of buckets)
      if (atLeast !== null) assert.equal(bucketOf(atLeast === 0 ? -1e9 : Math.log(atLeast) + 1e-12).name, name);
    assert.equal(bucketOf(Number.NEGATIVE_INFINITY).name, "p0");
    assert.equal(bucketOf(null).name, "unscored");
  });
});

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
  const told = (strokes: readonly Stroke[]) => strokes.map(({bucket, from, to}) => [bucket, from, to]);

  it("are those of its tokens; expected and unscored ones have none", () => {
    const all = pieces(["aa", "bb", "cc", "dd", "ee", "ff"], [...Object.values(inBucket), Number.NaN]);
    const strokes = strokesOf(all, line("aabbccddeeff"));
    assert.deepEqual(told(strokes), [
      ["p10", 2, 4],
      ["p1", 4, 6],
      ["p01", 6, 8],
      ["p0", 8, 10]
    ]);
    assert.ok(strokes.every(({line}) => line === 7));
  });

  it("end with the line, and go on with the token on the next one", () => {
    const all = pieces(["a:", "\n  ", "b"]);
    assert.deepEqual(told(strokesOf(all, line("a:"))), [
      ["p1", 0, 2],
      ["p1", 2, 2]
    ]);
    assert.deepEqual(told(strokesOf(all, line("  b", 3, 0))), [
      ["p1", 0, 2],
      ["p1", 2, 3]
    ]);
  });

  it("show a line break once, by the more surprising of its halves", () => {
    const all = pieces(["a", "\r", "\n", "b"], [inBucket.p50, inBucket.p10, inBucket.p0, inBucket.p50]);
    assert.deepEqual(told(strokesOf(all, line("a", 0, 2))), [["p0", 1, 1]]);
  });

  it("leave out what VS Code does not draw of a very long line", () => {
    const all = pieces(Array.from({length: 5000}, () => "word "));
    const strokes = strokesOf(all, line("word ".repeat(5000)));
    assert.equal(strokes.length, 2000);
  });

  it("tile what is coloured, without a character twice", () => {
    const token = fc.string({unit: fc.constantFrom("a", " ", "\n", "é", "😀"), minLength: 1, maxLength: 5});
    fc.assert(
      fc.property(fc.array(fc.tuple(token, fc.constantFrom(...Object.values(inBucket), Number.NaN))), (tokens) => {
        const text = tokens.map(([one]) => one).join("");
        const moving = pieces(
          tokens.map(([one]) => one),
          tokens.map(([, logprob]) => logprob)
        );
        const expected = tokens.flatMap(([one, logprob]) => {
          const {name} = bucketOf(Number.isNaN(logprob) ? null : logprob);
          return Array.from({length: one.length}, () => (name === "p50" || name === "unscored" ? "" : name));
        });
        const painted = expected.map(() => "");
        let start = 0;
        for (const content of text.split("\n")) {
          const isLast = start + content.length === text.length;
          let last = -1;
          for (const {bucket, from, to} of strokesOf(moving, line(content, start, isLast ? 0 : 1))) {
            assert.ok(from >= last);
            last = to;
            for (let unit = from; unit < Math.max(to, from + 1); unit++) painted[start + unit] = bucket;
          }
          start += content.length + 1;
        }
        assert.deepEqual(painted, expected);
      }),
      {seed: 20261122}
    );
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
    assert.equal(numbers, "rank 4 · entropy 4.00 bits (16 effective choices)");
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
    assert.match(text, /`⟨9F⟩`: rank 9/);
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
