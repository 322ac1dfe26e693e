import {strict as assert} from "node:assert";
import fc from "fast-check";
import {fileText} from "../../src/text/fileText";
import {cases} from "../harness/thorough";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** UTF-16, encoded without the tested code. */
function utf16(text: string, end: "little" | "big"): Uint8Array {
  const bytes = Buffer.from(text, "utf16le");
  return end === "little" ? bytes : bytes.swap16();
}

describe("The text of a file", () => {
  const text = "Grüße,\r\n世界 🚀\n";

  it("is the same with and without a byte order mark, in UTF-8 and UTF-16", () => {
    const marked = `\ufeff${text}`;
    for (const bytes of [utf8(text), utf8(marked), utf16(marked, "little"), utf16(marked, "big")])
      assert.deepEqual(fileText(bytes), {text});
  });

  it("loses one mark, and no other U+FEFF", () => {
    assert.deepEqual(fileText(utf8("\ufeff\ufeffa\ufeff")), {text: "\ufeffa\ufeff"});
    assert.deepEqual(fileText(utf16("\ufeffa\ufeff", "little")), {text: "a\ufeff"});
  });

  it("is UTF-16 without a mark where its zeros say so, as VS Code sees it", () => {
    const latin = `${"plain text, ".repeat(60)}世界`;
    assert.deepEqual(fileText(utf16(latin, "little")), {text: latin});
    assert.deepEqual(fileText(utf16(latin, "big")), {text: latin});
  });

  it("is none where zeros stand otherwise among the first 512 bytes", () => {
    for (const bytes of [
      utf8("PNG\0…"),
      utf16("世界 a", "little"),
      Uint8Array.of(0, 0, 0, 1),
      utf8(`${"a".repeat(511)}\0`)
    ])
      assert.deepEqual(fileText(bytes), {problem: "binary"});
    const far = `${"a".repeat(512)}\0`;
    assert.deepEqual(fileText(utf8(far)), {text: far});
  });

  it("is none where its bytes are no UTF-8 or UTF-16", () => {
    for (const bytes of [
      [0x61, 0xe9, 0x61],
      [0xed, 0xa0, 0x80],
      [0xff, 0xfe, 0x61],
      [0xff, 0xfe, 0x00, 0xd8]
    ])
      assert.deepEqual(fileText(Uint8Array.from(bytes)), {problem: "encoding"}, String(bytes));
  });

  it("can be empty", () => {
    for (const bytes of [utf8(""), utf8("\ufeff"), utf16("\ufeff", "big")])
      assert.deepEqual(fileText(bytes), {text: ""});
  });

  it("is too large where a string can't hold it, and that is no matter of encoding", () => {
    // Untouched pages of zeros cost no memory.
    const many = Buffer.alloc(2 ** 30);
    many.set([0xff, 0xfe]);
    assert.deepEqual(fileText(many), {problem: "tooLarge"});
    many.fill(0x61, 0, 2 ** 29);
    assert.deepEqual(fileText(many.subarray(0, 2 ** 29)), {problem: "tooLarge"});
  });

  it("is what was written, whatever that is", () => {
    // The first character looks like neither a byte order mark nor a zero.
    const any = fc.string({unit: "grapheme"}).map((rest) => `世${rest}`);
    fc.assert(
      fc.property(
        any.filter((one) => !one.includes("\0")),
        (written) => {
          assert.deepEqual(fileText(utf8(written)), {text: written});
          assert.deepEqual(fileText(utf16(`\ufeff${written}`, "big")), {text: written});
        }
      ),
      {seed: 13, numRuns: cases(100, 5000)}
    );
  });
});
