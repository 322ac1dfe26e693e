import {strict as assert} from "node:assert";
import fc from "fast-check";
import {
  everything,
  filePattern,
  folderPattern,
  typePatterns,
  withBudget
} from "../../src/features/tokenBudget/budgetPatterns";
import {type BudgetSetting, budgetOf, isBudgetSetting} from "../../src/text/tokenBudget";
import {allHostile, hostileTexts} from "../harness/hostileText";

const context = 4096;
const seed = 20261130;

describe("a token budget", () => {
  it("is that of every file, or none", () => {
    assert.equal(budgetOf(null, "a.md", context), null);
    assert.equal(budgetOf(2000, "a.md", context), 2000);
    assert.equal(budgetOf("context", "a.md", context), context);
  });

  it("is that of the last pattern that matches; null means that there is none", () => {
    const setting = {"*.md": 1000, "prompts/**/*.md": 2000, "/prompts/long.md": "context", "*.draft.md": null} as const;
    const budgets = {
      "readme.md": 1000,
      "prompts/a.md": 2000,
      "prompts/deep/a.MD": 2000,
      "prompts/long.md": context,
      "prompts/a.draft.md": null,
      "a.ts": null,
      "": null
    };
    for (const [path, budget] of Object.entries(budgets)) assert.equal(budgetOf(setting, path, context), budget, path);
  });

  it("comes of any setting that is valid, for any path, without an error", () => {
    const names = fc.oneof(
      fc.string({unit: "binary", maxLength: 30}),
      fc.constantFrom("**", "*".repeat(300), "[", "[z-a]", "\\", "!", "/", "!a", "a ", "(?:", "__proto__", "1", "")
    );
    const values = fc.oneof(fc.jsonValue({maxDepth: 1}), fc.integer(), fc.constantFrom("context", null));
    const setting = fc.oneof(fc.jsonValue({maxDepth: 3}), fc.dictionary(names, values, {maxKeys: 5}));
    const path = fc.oneof(fc.string({unit: "binary", maxLength: 60}), fc.constantFrom(...Object.values(hostileTexts)));
    let valid = 0;
    fc.assert(
      fc.property(setting, path, (value, file) => {
        if (!isBudgetSetting(value)) return;
        valid++;
        const budget = budgetOf(value, file, context);
        assert.ok(budget === null || (Number.isSafeInteger(budget) && budget > 0));
      }),
      {seed, numRuns: 3000}
    );
    assert.ok(valid > 300, `${valid} of them were valid`);
  });

  it("is found in time, whatever a stranger's patterns are", () => {
    const wild = [
      `${"a/**/".repeat(90)}b`,
      `${"*a".repeat(200)}*b?`,
      `${"?*".repeat(200)}x`,
      `${"[a-z]*".repeat(80)}0`
    ];
    const setting = Object.fromEntries(wild.map((pattern) => [pattern, 1]));
    assert.ok(isBudgetSetting(setting));
    for (const path of ["a/".repeat(500), `${"a".repeat(250)}bcc`, allHostile]) budgetOf(setting, path, context);
  });
});

/** Paths of files as systems allow them, with what a pattern gives a meaning to. */
const paths = fc
  .array(
    fc
      .string({
        unit: fc.constantFrom("a", "B", ".", "*", "?", "[", "]", "!", "#", "\\", " ", "ü", "{", "("),
        minLength: 1,
        maxLength: 8
      })
      .filter((name) => name !== "." && name !== ".."),
    {minLength: 1, maxLength: 4}
  )
  .map((parts) => parts.join("/"));

describe("the patterns that are offered for a file", () => {
  it("name it, and what they say", () => {
    assert.equal(filePattern("prompts/a.md"), "/prompts/a.md");
    assert.equal(folderPattern("prompts/deep/a.md"), "/prompts/deep/**");
    assert.equal(folderPattern("a.md"), undefined);
    assert.deepEqual(typePatterns("prompts/a.prompt.md"), ["*.prompt.md", "*.md"]);
    assert.deepEqual(typePatterns("a.b.c.md"), ["*.c.md", "*.md"]);
    for (const path of ["Makefile", ".env", "a.", "b.d/c", ""]) assert.deepEqual(typePatterns(path), [], path);
  });

  it("name it whatever its name is", () => {
    fc.assert(
      fc.property(paths, (path) => {
        for (const pattern of [filePattern(path), folderPattern(path), ...typePatterns(path)])
          if (pattern !== undefined) assert.equal(budgetOf({[pattern]: 7}, path, context), 7, pattern);
        assert.equal(budgetOf({[filePattern(path)]: 7}, `${path}x`, context), null);
      }),
      {seed, numRuns: 2000}
    );
  });
});

describe("a setting with another budget", () => {
  const steps: readonly (readonly [
    before: BudgetSetting,
    pattern: string,
    budget: number | "context" | null,
    after: BudgetSetting | undefined
  ])[] = [
    [null, everything, 5, 5],
    [5, everything, null, undefined],
    [null, "*.md", 5, {"*.md": 5}],
    ["context", "/a.md", 5, {"*": "context", "/a.md": 5}],
    [{"/a.md": 5}, "*.md", 6, {"*.md": 6, "/a.md": 5}],
    [{"/a.md": 5, "*.md": 6}, everything, 7, {"*": 7, "/a.md": 5, "*.md": 6}],
    [{"*.md": 6, "/a.md": 5}, "/a.md", 8, {"*.md": 6, "/a.md": 8}],
    [{"*.md": 6, "/a.md": 5}, "/a.md", null, {"*.md": 6, "/a.md": null}],
    [{"/a.md": 5}, "/a.md", null, undefined],
    [{"/b.md": 5, "*.md": 6}, "*.md", null, {"/b.md": 5}]
  ];
  for (const [before, pattern, budget, after] of steps)
    it(`of ${JSON.stringify(before)} for ${pattern}: ${budget}`, () => {
      const set = withBudget(before, pattern, budget, "a.md", false);
      assert.equal(JSON.stringify(set), JSON.stringify(after));
      assert.ok(set === undefined || isBudgetSetting(set));
    });

  it("says that there is none where a wider setting has one", () => {
    assert.equal(withBudget(5, everything, null, "a.md", true), null);
    assert.deepEqual(withBudget(null, "/a.md", null, "a.md", true), {"/a.md": null});
  });

  it("gives the file that budget, unless it has one of its own", () => {
    fc.assert(
      fc.property(paths, fc.integer({min: 1, max: 9}), (path, budget) => {
        const named = [everything, ...typePatterns(path), folderPattern(path), filePattern(path)];
        let setting: BudgetSetting = null;
        for (const pattern of named)
          if (pattern !== undefined) setting = withBudget(setting, pattern, budget, path, false) ?? null;
        assert.equal(budgetOf(setting, path, context), budget);
        assert.equal(budgetOf(withBudget(setting, filePattern(path), null, path, false) ?? null, path, context), null);
      }),
      {seed, numRuns: 500}
    );
  });
});
