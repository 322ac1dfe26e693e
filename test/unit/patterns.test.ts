import {strict as assert} from "node:assert";
import fc from "fast-check";
import {IgnoreRules} from "../../src/text/ignoreRules";
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
    const many = pathMatcher(Array.from({length: 900}, (_, index) => `a/**/*/**/b${index}`));
    assert.ok(!many("a/".repeat(50)));
    assert.ok(many("a/".repeat(2000)));
    assert.ok(pathMatcher([`x${"*".repeat(5000)}`])("y"));
    assert.ok(pathMatcher(["a", `!${"*".repeat(5000)}`])("a"));
  });

  it("are too many above a thousand: then they name everything", () => {
    const many = (count: number) => pathMatcher(Array.from({length: count}, (_, index) => `x${index}`));
    assert.ok(!many(1000)("src/a.ts"));
    assert.ok(many(1001)("src/a.ts"));
  });

  it("say what a .gitignore does, upper and lower case alike; with many wildcards they name more", () => {
    const part = fc.constantFrom("a", "B", "*", "**", "a*", "?", "[ab]", "[[:upper:]]");
    const pattern = fc
      .tuple(fc.constantFrom("", "!", "/"), fc.array(part, {minLength: 1, maxLength: 6}), fc.constantFrom("", "/", " "))
      .map(([start, parts, end]) => start + parts.join("/") + end);
    const path = fc
      .array(fc.constantFrom("a", "b", "A", "ab", "c"), {minLength: 1, maxLength: 6})
      .map((names) => names.join("/"));
    fc.assert(
      fc.property(fc.array(pattern, {maxLength: 3}), path, (patterns, file) => {
        const rules = new IgnoreRules(true);
        rules.add("", patterns.join("\n"));
        const [named, ignored] = [pathMatcher(patterns)(file), rules.ignoresWithin(file)];
        if (patterns.some((one) => one.split("**").length > 3)) assert.ok(named || !ignored);
        else assert.equal(named, ignored);
      }),
      {seed: 20261122, numRuns: 3000}
    );
  });

  it("name files of a repository's own folder only where they say so", () => {
    assert.ok(!pathMatcher(["*.md"])(".git/HEAD"));
    assert.ok(pathMatcher(["*.md"])(".git/description.md"));
    assert.ok(pathMatcher(["*.md"])("../a.md"));
  });

  it("of a file are its lines, without blank ones and comments, whatever its line ends", () => {
    assert.deepEqual(parsePatterns("# list\r\n\r\n*.key\r\n  \n\\#a\n b\n"), ["*.key", "\\#a", " b"]);
  });
});
