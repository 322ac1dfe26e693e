import {strict as assert} from "node:assert";
import fc from "fast-check";
import {defaultPrefixLimit, defaultSuffixLimit, promptWindow} from "../../src/completion/promptWindow";

describe("the prompt's window", () => {
  const lines = Array.from({length: 1000}, (_, index) => `line ${String(index).padStart(4, "0")}\n`).join("");

  it("takes a short document whole", () => {
    assert.deepEqual(promptWindow("abc\ndef", 3, {prefix: 100, suffix: 100}), {prefix: "abc", suffix: "\ndef"});
    assert.deepEqual(promptWindow("", 0, {prefix: 100, suffix: 100}), {prefix: "", suffix: ""});
  });

  it("cuts a long one at line boundaries", () => {
    const {prefix, suffix} = promptWindow(lines, 5005, {prefix: 400, suffix: 100});
    assert.match(prefix, /^line \d{4}\n/);
    assert.match(suffix, /\nline \d{4}\n$/);
    assert.ok(prefix.length >= 200 && prefix.length <= 400);
    assert.ok(suffix.length >= 50 && suffix.length <= 100);
  });

  it("begins at the same place while one types, so that the KV cache holds", () => {
    const start = 5005;
    const starts = new Set<number>();
    for (let typed = 0; typed < 100; typed++) {
      const text = lines.slice(0, start) + "x".repeat(typed) + lines.slice(start);
      starts.add(start + typed - promptWindow(text, start + typed, {prefix: 400, suffix: 0}).prefix.length);
    }
    assert.ok(starts.size <= 2, `${starts.size} starts for 100 keys`);
  });

  it("cuts an endless line anywhere", () => {
    const {prefix, suffix} = promptWindow("x".repeat(10_000), 5000, {prefix: 400, suffix: 100});
    assert.ok(prefix.length >= 300 && prefix.length <= 400);
    assert.equal(suffix.length, 100);
  });

  it("prefers half a line to a boundary that would cost most of the window", () => {
    const {prefix, suffix} = promptWindow(`${"x".repeat(1000)}\nab\n${"y".repeat(1000)}`, 1003, {
      prefix: 400,
      suffix: 100
    });
    assert.ok(prefix.length >= 300);
    assert.equal(suffix.length, 100);
  });

  it("has limits for itself that leave room in a context of 4096 tokens", () => {
    assert.ok((defaultPrefixLimit + defaultSuffixLimit) / 3 < 4096);
  });

  it("never cuts a character in half, and never exceeds its limits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "👩", "\n", "\r\n", "é"), {maxLength: 60}),
        fc.nat(60),
        fc.nat(40),
        fc.nat(40),
        (characters, cursor, prefixLimit, suffixLimit) => {
          const text = characters.join("");
          const offset = characters.slice(0, cursor).join("").length;
          const {prefix, suffix} = promptWindow(text, offset, {prefix: prefixLimit, suffix: suffixLimit});
          assert.ok(text.slice(0, offset).endsWith(prefix) && text.slice(offset).startsWith(suffix));
          assert.ok(prefix.length <= prefixLimit && suffix.length <= suffixLimit);
          assert.ok(prefix.isWellFormed() && suffix.isWellFormed());
        }
      ),
      {seed: 10, numRuns: 3000}
    );
  });

  it("is the same where only the part of the document near the cursor is known", () => {
    const texts = fc
      .array(fc.constantFrom("abcdefg", "\n", "🚀", "x\n\n"), {maxLength: 60})
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(texts, fc.nat(), fc.integer({min: 20, max: 40}), (text, at, reach) => {
        const offset = at % (text.length + 1);
        const limits = {prefix: 17, suffix: 9};
        const start = Math.max(0, offset - reach);
        const part = text.slice(start, offset + reach);
        assert.deepEqual(promptWindow(part, offset - start, limits, start), promptWindow(text, offset, limits));
      }),
      {seed: 20261122}
    );
  });
});
