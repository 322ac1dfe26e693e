import {strict as assert} from "node:assert";
import fc from "fast-check";
import ignore from "ignore";
import {parsePatterns, pathMatcher} from "../../src/text/pathPatterns";

describe("patterns", () => {
  it("name files as those of a .gitignore do, upper and lower case alike", () => {
    const names = pathMatcher([".env", "*.key", "/build", "secret/", "docs/**/*.pdf", "!docs/open/*.pdf"]);
    for (const path of [".env", "a/.ENV", "b.key", "build/a.ts", "a/secret/b", "docs/a/b/c.pdf"])
      assert.ok(names(path), path);
    for (const path of ["", ".envy", "a/build/b", "secret", "docs/open/a.pdf", "c.pdf"]) assert.ok(!names(path), path);
  });

  it("that nobody understands name nothing", () => {
    const names = pathMatcher(["", "[", "[z-a]", "\\", "!", "/", "\0", "   "]);
    for (const path of ["a", "a/b", "["]) assert.ok(!names(path), path);
  });

  it("of a stranger's that would be matched for years are answered at once, and name more instead", () => {
    const path = "a/".repeat(60);
    assert.ok(!pathMatcher([`${"a/**/".repeat(12)}b`])(`${path}c`));
    assert.ok(pathMatcher([`${"a/**/".repeat(12)}b`])(`${path}b`));
    assert.ok(pathMatcher(["a/**/b/**/c/**/d"])("a/d"));
    assert.ok(pathMatcher(["a/", "!a/**/b/**/c/**/d"])("a/d"));
  });

  it("are too many above a thousand: then they name everything", () => {
    const many = (count: number) => pathMatcher(Array.from({length: count}, (_, index) => `x${index}`));
    assert.ok(!many(1000)("src/a.ts"));
    assert.ok(many(1001)("src/a.ts"));
  });

  it("never name less than they say", () => {
    const part = fc.constantFrom("a", "b", "*", "**", "a*", "?", "[ab]");
    const pattern = fc.array(part, {minLength: 1, maxLength: 6}).map((parts) => parts.join("/"));
    const path = fc
      .array(fc.constantFrom("a", "b", "ab"), {minLength: 1, maxLength: 6})
      .map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.array(pattern, {maxLength: 3}), path, (patterns, file) => {
        if (ignore().add(patterns).ignores(file)) assert.ok(pathMatcher(patterns)(file));
      }),
      {seed: 20261122, numRuns: 1000}
    );
  });

  it("of a file are its lines, without blank ones and comments, whatever its line ends", () => {
    assert.deepEqual(parsePatterns("# list\r\n\r\n*.key\r\n  \n\\#a\n b\n"), ["*.key", "\\#a", " b"]);
  });
});
