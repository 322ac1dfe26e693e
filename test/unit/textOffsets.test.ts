import {strict as assert} from "node:assert";
import fc from "fast-check";
import {codePoints, utf8Length, utf16Offsets} from "../../src/text/textOffsets";
import {Looks} from "../harness/looks";

/** Any string of UTF-16 units: ASCII, accents, emoji, lone surrogates on both sides. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({unit: "binary", maxLength: 3}),
      fc.constantFrom("a", "é", "ß", "こ", "👩🏽‍🚀", "\r\n", "\0", "\ud800", "\udfff", "\udc00\ud800")
    ),
    {maxLength: 12}
  )
  .map((parts) => parts.join(""));

describe("text offsets", () => {
  it("count bytes as Buffer does, a lone surrogate as U+FFFD", () => {
    assert.equal(utf8Length("aé€👩"), 1 + 2 + 3 + 4);
    assert.equal(utf8Length("\ud83d"), 3);
    fc.assert(
      fc.property(anyText, (text) => assert.equal(utf8Length(text), Buffer.byteLength(text, "utf8"))),
      {seed: 1, numRuns: 1000}
    );
  });

  it("count code points, not UTF-16 units", () => {
    assert.equal(codePoints("👩🏽‍🚀"), 4);
    fc.assert(
      fc.property(anyText, (text) => assert.equal(codePoints(text), Array.from(text).length)),
      {seed: 2, numRuns: 1000}
    );
  });

  it("map byte offsets to UTF-16 offsets", () => {
    assert.deepEqual([...utf16Offsets("aé👩b", Uint32Array.of(0, 1, 3, 7, 8))], [0, 1, 2, 4, 5]);
  });

  it("map an offset inside a character to the character's start, one beyond the text to its end", () => {
    assert.deepEqual([...utf16Offsets("a👩b", Uint32Array.of(2, 3, 4, 5, 6, 100))], [1, 1, 1, 3, 4, 4]);
  });

  it("agree with a brute-force count on any text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const offsets = Uint32Array.from({length: Buffer.byteLength(text, "utf8") + 1}, (_, byte) => byte);
        assert.deepEqual([...utf16Offsets(text, offsets)], bruteForce(text, offsets));
      }),
      {seed: 3, numRuns: 1000}
    );
  });

  it("refuse offsets that descend", () => {
    assert.throws(() => utf16Offsets("abc", Uint32Array.of(2, 1)), RangeError);
  });

  it("take a megabyte on one line in one pass", () => {
    const text = "xé👩 ".repeat(125_000);
    const offsets = Uint32Array.from({length: 250_000}, (_, index) => index * 4);
    const looks = new Looks();
    const mapped = utf16Offsets(looks.text(text), offsets);
    // Each character is read once, again for each offset before it, and a low surrogate with its high one.
    assert.ok(
      looks.count >= text.length / 2 && looks.count <= 2 * (text.length + offsets.length),
      `${looks.count} looks`
    );
    // Byte 999,996 is inside the last 👩.
    assert.equal(mapped.at(-1), text.length - "👩 ".length);
  });
});

/** The longest prefix of whole characters that fits into `bytes` bytes. */
function bruteForce(text: string, offsets: Uint32Array): number[] {
  return Array.from(offsets, (offset) => {
    let prefix = "";
    for (const character of text) {
      if (Buffer.byteLength(prefix + character, "utf8") > offset) break;
      prefix += character;
    }
    return prefix.length;
  });
}
