import {strict as assert} from "node:assert";
import fc from "fast-check";
import {visibleText} from "../../src/text/visibleText";

const table: readonly (readonly [what: string, text: string, visible: string])[] = [
  ["a word", "return", "return"],
  ["nothing", "", ""],
  ["a leading space", " the", "·the"],
  ["a trailing space", "the ", "the·"],
  ["a space alone", " ", "·"],
  ["spaces alone", "    ", "····"],
  ["a single space inside", "of the", "of the"],
  ["spaces in a row inside, which HTML would merge", "a  b", "a··b"],
  ["a line feed", "}\n", "}⏎"],
  ["CRLF", "\r\n", "␍⏎"],
  ["a tab", "\tx", "→x"],
  ["NUL and escape", "\0\x1b[31m", "␀␛[31m"],
  ["DEL", "\x7f", "␡"],
  ["a C1 control", "\x85", "\\u{85}"],
  ["a right-to-left override", "\u202eevil", "\\u{202e}evil"],
  ["a bidi isolate", "\u2066a\u2069", "\\u{2066}a\\u{2069}"],
  ["a zero-width space", "a\u200bb", "a\\u{200b}b"],
  ["a zero-width joiner", "👩‍🚀", "👩\\u{200d}🚀"],
  ["a variation selector", "❤\ufe0f", "❤\\u{fe0f}"],
  ["a byte order mark", "\ufeff", "\\u{feff}"],
  ["a soft hyphen", "a\u00adb", "a\\u{ad}b"],
  ["a tag character", "\u{e0041}", "\\u{e0041}"],
  ["line and paragraph separators", "\u2028\u2029", "\\u{2028}\\u{2029}"],
  ["a no-break space", "a\u00a0b", "a\\u{a0}b"],
  ["an ideographic space", "\u3000", "\\u{3000}"],
  ["Hangul and Braille blanks", "\u3164\u2800", "\\u{3164}\\u{2800}"],
  ["private use", "\ue000", "\\u{e000}"],
  ["a noncharacter", "\uffff", "\\u{ffff}"],
  ["a lone surrogate", "\ud800x", "\\u{d800}x"],
  ["part of a character", "\ufffd", "\ufffd"],
  ["a combining mark alone", "\u0301", "◌\u0301"],
  ["a combining mark on its letter", "e\u0301", "e\u0301"],
  ["letters of any script", "こんにちは мир עברית", "こんにちは мир עברית"],
  ["markup, which is the view's to escape", "</script>", "</script>"]
];

describe("visible text", () => {
  for (const [what, text, visible] of table) {
    it(`shows ${what} as ${JSON.stringify(visible)}`, () => assert.equal(visibleText(text), visible));
  }

  it("never leaves a control, a line break or an edge that can't be seen", () => {
    fc.assert(
      fc.property(fc.string({unit: "binary"}), (text) => {
        const visible = visibleText(text);
        assert.doesNotMatch(visible, /[\p{C}\p{Zl}\p{Zp}]|^\s|\s$/u);
        assert.equal(visible === "", text === "");
      }),
      {seed: 6, numRuns: 2000}
    );
  });
});
