import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import fc from "fast-check";
import type * as vscode from "vscode";
import type {DocumentTokens} from "../../src/contract/documents";
import type {TokenInfo} from "../../src/contract/tokenInfo";
import {runsOf, type ShownPart, shownParts} from "../../src/features/tokenBoundaries/shownParts";
import {
  beforeShared,
  type LinePart,
  piecesOf,
  type Stroke,
  strokesOf
} from "../../src/features/tokenBoundaries/strokes";
import {tokenHoverText} from "../../src/features/tokenBoundaries/tokenHoverText";
import {utf16Offsets} from "../../src/text/textOffsets";
import {root} from "../harness/paths";

/** Tokens that end at these offsets. */
function tokens(ends: readonly number[], first = 0, start = 0): DocumentTokens {
  return {first, start, ids: Int32Array.from(ends, (_, i) => i), ends: Uint32Array.from(ends)};
}

/** The lines of a whole text. */
function linesOf(text: string, lineEnd = "\n"): LinePart[] {
  let start = 0;
  const contents = text.split(lineEnd);
  return contents.map((content, number) => {
    const endLength = number < contents.length - 1 ? lineEnd.length : 0;
    const line = {number, start, from: 0, to: content.length, endLength};
    start += content.length + endLength;
    return line;
  });
}

const told = (strokes: readonly Stroke[]) => strokes.map(({line, from, to, odd}) => [line, from, to, odd ? 1 : 0]);

describe("token boundaries", () => {
  it("alternate by the token's number in the document", () => {
    const lines = linesOf("one two three");
    assert.deepEqual(told(strokesOf(tokens([3, 7, 13]), lines)), [
      [0, 0, 3, 0],
      [0, 3, 7, 1],
      [0, 7, 13, 0]
    ]);
    assert.deepEqual(told(strokesOf(tokens([7, 13], 1, 3), [{number: 0, start: 0, from: 3, to: 13, endLength: 0}])), [
      [0, 3, 7, 1],
      [0, 7, 13, 0]
    ]);
  });

  it("paint line ends, and go on with the token on the next line", () => {
    assert.deepEqual(told(strokesOf(tokens([2, 6, 7]), linesOf("a:\n\n  b"))), [
      [0, 0, 2, 0],
      [0, 2, 2, 1],
      [1, 0, 0, 1],
      [2, 0, 2, 1],
      [2, 2, 3, 0]
    ]);
  });

  it("have one sign for CRLF, of the token that ends the line", () => {
    assert.deepEqual(told(strokesOf(tokens([1, 2, 3, 4]), linesOf("a\r\nb", "\r\n"))), [
      [0, 0, 1, 0],
      [0, 1, 1, 0],
      [1, 0, 1, 1]
    ]);
  });

  it("join tokens that share a character with the one that ends it", () => {
    // "a", three tokens of an emoji, "b".
    const shared = tokens([1, 1, 1, 3, 4]);
    assert.deepEqual(piecesOf(shared), [
      {firstToken: 0, endToken: 1, start: 0, end: 1},
      {firstToken: 1, endToken: 4, start: 1, end: 3},
      {firstToken: 4, endToken: 5, start: 3, end: 4}
    ]);
    assert.deepEqual(
      strokesOf(shared, linesOf("a😀b")).map(({from, to, shared}) => [from, to, shared]),
      [
        [0, 1, false],
        [1, 3, true],
        [3, 4, false]
      ]
    );
    // Nothing comes behind the last: it is not painted.
    assert.equal(piecesOf(tokens([1, 1])).length, 1);
  });

  it("tile every text, in each part of it that is shown, in the colours of the whole", () => {
    const token = fc.uint8Array({minLength: 1, maxLength: 6});
    const text = fc.string({unit: fc.constantFrom("a", " ", "\n", "é", "€", "😀"), maxLength: 40});
    fc.assert(
      fc.property(text, fc.array(token, {maxLength: 60}), fc.nat(), fc.nat(), (text, cuts, from, length) => {
        const bytes = Buffer.byteLength(text);
        const ends = [...cuts.map((cut) => cut[0] ?? 0).filter((cut) => cut < bytes), ...(bytes > 0 ? [bytes] : [])];
        const byteEnds = Uint32Array.from(ends).sort();
        const all: DocumentTokens = {
          first: 0,
          start: 0,
          ids: Int32Array.from(byteEnds),
          ends: utf16Offsets(text, byteEnds)
        };
        const lines = linesOf(text);
        const whole = painted(text, strokesOf(all, lines), lines);
        assert.ok(whole.every((look) => look !== undefined));
        const shown = lines.slice(from % lines.length, (from % lines.length) + 1 + (length % 3));
        const [first, last] = [shown[0], shown.at(-1)];
        assert.ok(first && last);
        const end = last.start + last.to + last.endLength;
        const part = painted(text, strokesOf(reaching(all, beforeShared(first.start), end), shown), shown);
        assert.deepEqual(part.slice(first.start, end), whole.slice(first.start, end));
      }),
      {seed: 20261130}
    );
  });
});

/** What the engine answers for a range: the tokens that lie in it or reach into it. */
function reaching({ids, ends}: DocumentTokens, start: number, end: number): DocumentTokens {
  assert.ok(ends);
  const first = Math.max(
    0,
    ends.findIndex((one) => one > start)
  );
  const last = ends.findIndex((one) => one >= end);
  const behind = last === -1 ? ids.length : last + 1;
  return {first, start: ends[first - 1] ?? 0, ids: ids.slice(first, behind), ends: ends.slice(first, behind)};
}

/** Each unit's look; strokes must neither overlap nor go back. */
function painted(text: string, strokes: readonly Stroke[], lines: readonly LinePart[]): (string | undefined)[] {
  const units: (string | undefined)[] = Array.from(text, () => undefined);
  units.length = text.length;
  units.fill(undefined);
  for (const {line, from, to, odd} of strokes) {
    const found = lines.find(({number}) => number === line);
    assert.ok(found);
    for (let unit = from; unit < Math.max(to, from + 1); unit++) {
      assert.equal(units[found.start + unit], undefined);
      units[found.start + unit] = odd ? "odd" : "even";
    }
  }
  return units;
}

describe("the parts that are painted", () => {
  /** A document with lines of these lengths. */
  function documentOf(lengths: readonly number[]): vscode.TextDocument {
    const lineAt = (line: number) => ({text: {length: lengths[line] ?? assert.fail(`line ${line}`)}});
    return {lineCount: lengths.length, lineAt} as unknown as vscode.TextDocument;
  }

  const visible = (startLine: number, endLine: number, startCharacter = 0): vscode.Range =>
    ({start: {line: startLine, character: startCharacter}, end: {line: endLine, character: 0}}) as vscode.Range;

  it("are the visible lines, and those around them", () => {
    const lengths = Array.from({length: 100_000}, () => 30);
    const parts = shownParts(documentOf(lengths), [visible(50_000, 50_040)]);
    assert.deepEqual(parts[0], {line: 50_000, from: 0, to: 30, isWhole: true});
    assert.equal(parts.length, 41 + 2 * 60);
    const [run, ...others] = runsOf(parts);
    assert.deepEqual(others, []);
    assert.deepEqual([run?.[0]?.line, run?.at(-1)?.line], [49_940, 50_100]);
  });

  it("are some tens of thousands of units, however long lines are", () => {
    const unitsOf = (parts: readonly ShownPart[]) => parts.reduce((sum, {from, to}) => sum + to - from, 0);
    const long = shownParts(documentOf([10_000_000]), [visible(0, 0)]);
    assert.equal(unitsOf(long), 1 << 15);
    // Wrapped, and scrolled far into the line.
    const [wrapped] = shownParts(documentOf([10_000_000]), [visible(0, 0, 5_000_000)]);
    assert.deepEqual(wrapped, {line: 0, from: 4_995_904, to: 5_028_672, isWhole: false});
    const many = shownParts(documentOf(Array.from({length: 1000}, () => 100_000)), [visible(10, 60)]);
    assert.equal(many.length, 51);
    assert.ok(unitsOf(many) < 60_000);
    assert.equal(runsOf(many).length, 51);
  });

  it("are all of a long paragraph, if there is room", () => {
    const lengths = Array.from({length: 80}, (_, i) => (i === 20 ? 9000 : 40));
    assert.equal(shownParts(documentOf(lengths), [visible(0, 60)]).find(({line}) => line === 20)?.isWhole, true);
  });

  it("leave out what is folded", () => {
    const lengths = Array.from({length: 10_000}, () => 5);
    const runs = runsOf(shownParts(documentOf(lengths), [visible(100, 110), visible(5000, 5010)]));
    assert.deepEqual(
      runs.map((run) => [run[0]?.line, run.at(-1)?.line]),
      [
        [40, 170],
        [4940, 5070]
      ]
    );
  });

  it("are there while an edit has made the document shorter than what was visible", () => {
    assert.deepEqual(shownParts(documentOf([3]), [visible(400, 420, 7)]), []);
    const [part] = shownParts(documentOf([3]), [visible(0, 60, 700)]);
    assert.deepEqual(part, {line: 0, from: 0, to: 3, isWhole: true});
  });
});

describe("the hover over a token", () => {
  const info = (written: string, more: Partial<TokenInfo> = {}): TokenInfo => ({
    ...{id: 7, text: written, written, bytes: Buffer.from(written), kind: "normal", merge: null, score: null},
    ...more
  });

  it("tells what the vocabulary says, and where the token stands", () => {
    const token = info("Ġtoken", {
      ...{id: 1234, text: " token", bytes: Buffer.from(" token")},
      merge: {left: 1, right: 2, rank: 12_344}
    });
    const joined = new Map([
      [1, info("Ġto", {id: 1})],
      [2, info("ken", {id: 2})]
    ]);
    const text = tokenHoverText({tokens: [token], first: 1203, count: 9120, joined});
    assert.equal(
      text,
      [
        "`·token` · token 1,204 of 9,120\n",
        "|  |  |",
        "| :-- | :-- |",
        "| id | 1234 |",
        "| bytes | 20 74 6F 6B 65 6E |",
        "| kind | normal |",
        "| written as | `Ġtoken` |",
        "| made of | `Ġto` + `ken` |",
        "| merge | 12,345 |"
      ].join("\n")
    );
  });

  it("tells of each token that shares a character", () => {
    const bytes = [...Buffer.from("😀")];
    const parts = bytes.map((byte, i) =>
      info(`<0x${byte.toString(16).toUpperCase()}>`, {
        ...{id: i, kind: "byte", text: "\ufffd", bytes: Uint8Array.of(byte), score: -i}
      })
    );
    const [heading, table] = tokenHoverText({tokens: parts, first: 4, count: 10, joined: new Map()}).split("\n\n");
    assert.equal(heading, "`😀` · tokens 5–8 of 10, which share a character");
    assert.match(table ?? "", /^\| {2}\| `⟨F0⟩` \| `⟨9F⟩` \| `⟨98⟩` \| `⟨80⟩` \|/);
    assert.match(table ?? "", /\| bytes \| F0 \| 9F \| 98 \| 80 \|/);
    assert.match(table ?? "", /\| kind \| byte \| byte \| byte \| byte \|/);
  });

  for (const label of ["`", "a|b", "[x](command:y)", "<img src=x onerror=alert(1)>", "$(alert)", "\\|", "&lt;"])
    it(`shows ${label} as text only`, () => {
      const token = info(label, {text: "", merge: {left: 1, right: 1, rank: 0}});
      const text = tokenHoverText({tokens: [token], first: 0, count: 1, joined: new Map([[1, info(label)]])});
      const written = text.replace(/`[^`|\\]+`/g, "").replace(/&#\d+;/g, "");
      assert.doesNotMatch(written, /[`<>[\]$\\]/);
      for (const row of text.split("\n").filter((line) => line.startsWith("|"))) assert.equal(row.split("|").length, 4);
    });

  it("is short, however long the token is", () => {
    const token = info("x".repeat(100_000));
    assert.ok(tokenHoverText({tokens: [token], first: 0, count: 1, joined: new Map()}).length < 1000);
  });
});

describe("the colours of token boundaries", () => {
  const {contributes} = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    contributes: {colors: {id: string; defaults: Record<string, string>}[]};
  };
  const colour = (name: string, theme: string) =>
    contributes.colors.find(({id}) => id === `tokenscope.${name}`)?.defaults[theme] ?? assert.fail(name);

  type Rgb = readonly [number, number, number];
  const channel = (hex: string, index: number) => Number.parseInt(hex.slice(1 + 2 * index, 3 + 2 * index), 16);
  const over = (above: string, below: string): Rgb => {
    const alpha = above.length > 7 ? channel(above, 3) / 255 : 1;
    const mix = (index: number) => channel(above, index) * alpha + channel(below, index) * (1 - alpha);
    return [mix(0), mix(1), mix(2)];
  };
  const linear = (value: number) => (value <= 10.31 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]: Rgb) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const lightness = (rgb: Rgb) => 116 * Math.cbrt(luminance(rgb)) - 16;
  const contrast = (one: Rgb, other: Rgb) => {
    const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };

  /** Of VS Code's own themes: the editor's background, a selection's, and the syntax colours. */
  const themes = {
    dark: {
      background: "#1F1F1F",
      selection: "#264F78",
      syntax: ["#6A9955", "#569CD6", "#C586C0", "#CE9178", "#B5CEA8", "#DCDCAA", "#4EC9B0", "#9CDCFE", "#D16969"]
    },
    light: {
      background: "#FFFFFF",
      selection: "#ADD6FF",
      syntax: ["#008000", "#0000FF", "#AF00DB", "#A31515", "#098658", "#795E26", "#267F99", "#001080", "#0070C1"]
    }
  };

  for (const [theme, {background, selection, syntax}] of Object.entries(themes)) {
    const behind = (hex: string) => over(hex, background);
    const [even, odd] = [colour("evenTokenBackground", theme), colour("oddTokenBackground", theme)].map(behind);
    assert.ok(even && odd);

    it(`differ in lightness in ${theme} themes, from each other and from the editor, so that hue is not needed`, () => {
      assert.ok(Math.abs(lightness(even) - lightness(odd)) >= 5);
      for (const one of [even, odd]) assert.ok(Math.abs(lightness(one) - lightness(behind(background))) >= 4);
    });

    it(`leave syntax colours better to read in ${theme} themes than a selection does`, () => {
      const worst = (back: Rgb) => Math.min(...syntax.map((hex) => contrast(behind(hex), back)));
      for (const one of [even, odd]) assert.ok(worst(one) > 3.4 && worst(one) > worst(behind(selection)));
    });
  }

  for (const [theme, background] of [
    ["highContrast", "#000000"],
    ["highContrastLight", "#FFFFFF"]
  ] as const)
    it(`are lines in ${theme} themes`, () => {
      for (const name of ["even", "odd"]) {
        assert.equal(colour(`${name}TokenBackground`, theme), "#00000000");
        assert.ok(contrast(over(colour(`${name}TokenLine`, theme), background), over(background, background)) >= 7);
      }
    });
});
