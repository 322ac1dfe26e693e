import {strict as assert} from "node:assert";
import {execFileSync} from "node:child_process";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import fc from "fast-check";
import {excludeGlobs} from "../../src/text/excludeGlobs";
import {glob} from "../../src/text/glob";
import {IgnoreRules} from "../../src/text/ignoreRules";
import {cases} from "../harness/thorough";

const names = ["a", "b", "ab", "a.b", "b.a", ".a", "a b", "A"];

/** All paths that the random lists are tried on; folders end with a slash. */
const folders = ["a", "b", "ab", "a/b", "a/ab", "a/b/a.b", "b/a", ".a", "a b", "A"];
const paths = [
  ...folders.map((folder) => `${folder}/`),
  ...["", ...folders.map((folder) => `${folder}/`)].flatMap((folder) =>
    names.filter((name) => !folders.includes(folder + name)).map((name) => folder + name)
  )
];

const piece = fc.constantFrom(
  ...[
    "a",
    "b",
    ".",
    "*",
    "**",
    "?",
    "[ab]",
    "[!a]",
    "[a-c.]",
    "[[:alpha:]]",
    "\\a",
    "\\*",
    " ",
    "A",
    "[^b]",
    "[]a]",
    "["
  ]
);
// Without `a**`, which git reads as `a*` or as `a**/*`, depending on what stands before it.
const segment = fc.oneof(
  {
    arbitrary: fc
      .array(piece, {minLength: 1, maxLength: 3})
      .map((all) => all.join(""))
      .filter((text) => !text.includes("**") || /^\*+$/.test(text)),
    weight: 3
  },
  {arbitrary: fc.constantFrom(...names, "**", "*"), weight: 3}
);
const pattern = fc
  .tuple(
    fc.constantFrom("", "", "!", "/", "!/", "#"),
    fc.array(segment, {minLength: 1, maxLength: 3}),
    fc.constantFrom("", "", "/", " ", "\\ ", "\r")
  )
  .map(([start, segments, end]) => start + segments.join("/") + end);
const list = fc.array(pattern, {minLength: 1, maxLength: 6}).map((patterns) => `${patterns.join("\n")}\n`);
const lists = fc.record({"": list, a: fc.option(list), "a/b": fc.option(list)});

describe("Ignored files", () => {
  const repository = mkdtempSync(path.join(tmpdir(), "tokenscope-ignore-"));
  before(() => {
    execFileSync("git", ["init", "--quiet"], {cwd: repository});
    // The machine's own list is not ours.
    execFileSync("git", ["config", "core.excludesFile", ""], {cwd: repository});
    for (const folder of folders) mkdirSync(path.join(repository, folder), {recursive: true});
    for (const one of paths) if (!one.endsWith("/")) writeFileSync(path.join(repository, one), "");
  });
  after(() => rmSync(repository, {recursive: true, force: true}));

  /** The paths that git ignores. */
  function ignoredByGit(texts: Readonly<Record<string, string | null>>): string[] {
    for (const [folder, text] of Object.entries(texts))
      writeFileSync(path.join(repository, folder, ".gitignore"), text ?? "");
    try {
      // With a slash at the end, git would take a folder for what is in it.
      const input = paths.map((one) => `${one.replace(/\/$/, "")}\0`).join("");
      const out = execFileSync("git", ["check-ignore", "--no-index", "-z", "--stdin"], {cwd: repository, input});
      return out
        .toString()
        .split("\0")
        .filter((one) => one !== "");
    } catch (error) {
      // Nothing is ignored.
      if ((error as {status?: number}).status === 1) return [];
      throw error;
    }
  }

  function ignoredByUs(texts: Readonly<Record<string, string | null>>): string[] {
    const rules = new IgnoreRules();
    for (const [folder, text] of Object.entries(texts)) if (text !== null) rules.add(folder, text);
    return paths.filter((one) => rules.ignoresWithin(one)).map((one) => one.replace(/\/$/, ""));
  }

  it("are those of git, whatever the lists say", function () {
    this.timeout(0);
    fc.assert(
      fc.property(lists, (texts) => assert.deepEqual(ignoredByUs(texts), ignoredByGit(texts))),
      {seed: 20261130, numRuns: cases(60, 5000)}
    );
  });

  it("are those of git for the lists that people write", () => {
    for (const text of [
      "*\n!*/\n!*.b\n",
      "a/*\n!a/b\na/b/*\n!a/b/a.b/\n",
      "/a\n",
      "a/\n!a/b\n",
      "**/ab/\n",
      "a/**/a.b\n",
      "\ufeffb\n",
      "\\!a\n\\#b\n",
      "a\\ b\n",
      "*.[ab]\n!b.a\n",
      "a/**\n"
    ])
      assert.deepEqual(
        ignoredByUs({"": text, a: null, "a/b": null}),
        ignoredByGit({"": text, a: null, "a/b": null}),
        text
      );
  });

  it("always are those of .git itself", () => {
    const rules = new IgnoreRules();
    rules.add("", "!.git\n!.git/\n");
    assert.ok(rules.ignores(".git/"));
    assert.ok(rules.ignoresWithin("a/.git/config"));
    assert.ok(!rules.ignores(".github/"));
  });

  it("are found at once, however hostile the list is", () => {
    const rules = new IgnoreRules();
    rules.add("", `${`${"a*".repeat(400)}b\n`.repeat(20)}${"**/a/".repeat(150)}b\n`);
    assert.ok(!rules.ignores("a".repeat(255)));
    assert.ok(!rules.ignores("a/".repeat(100)));
  });

  it("are told with regard to case where git does so", () => {
    const [exact, loose] = [new IgnoreRules(), new IgnoreRules(true)];
    for (const rules of [exact, loose]) rules.add("", "Build/\n*.LOG\n[x-z]1\n[[:upper:]]2\n");
    assert.deepEqual(
      ["build/", "Build/", "a.log", "X1", "x2"].map((one) => [exact.ignores(one), loose.ignores(one)]),
      [
        [false, true],
        [true, true],
        [false, true],
        [false, true],
        [false, true]
      ]
    );
  });
});

describe("Globs", () => {
  it("match name by name", () => {
    const matches = (pattern: string, one: string): boolean => glob(pattern, false)(one.split("/"));
    for (const [pattern, one] of [
      ["**/node_modules", "node_modules"],
      ["**/node_modules", "a/b/node_modules"],
      ["a/**/b", "a/b"],
      ["a/**/b", "a/x/y/b"],
      ["*.ts", "a.ts"],
      ["a/**", "a/b/c"]
    ] as const)
      assert.ok(matches(pattern, one), `${pattern} ${one}`);
    for (const [pattern, one] of [
      ["*.ts", "a/b.ts"],
      ["a/**", "a"],
      ["a/*/b", "a/b"],
      ["[", "["]
    ] as const)
      assert.ok(!matches(pattern, one), `${pattern} ${one}`);
  });
});

describe("Excluded files", () => {
  const excluded = (setting: unknown, one: string, ...beside: string[]): boolean =>
    excludeGlobs(setting, false)(one.split("/"), () => new Set(beside));

  it("are those of true globs, with braces", () => {
    const setting = {"**/.git": true, "**/*.{js,map}": true, "out/**": true, "b/": true, "**/c": false};
    for (const one of [".git", "a/.git", "a.js", "x/y.map", "out", "b"]) assert.ok(excluded(setting, one), one);
    for (const one of ["c", "a.ts", "outer", "a/b", "a/out"]) assert.ok(!excluded(setting, one), one);
  });

  it("are those whose condition is beside them", () => {
    const setting = {"**/*.js": {when: "$(basename).ts"}};
    assert.ok(excluded(setting, "a/b.js", "b.ts", "b.js"));
    assert.ok(!excluded(setting, "a/b.js", "c.ts"));
  });

  it("are none where the setting makes no sense", () => {
    for (const setting of [null, undefined, 7, "x", [], {a: 1, b: {when: 3}, c: null}])
      assert.ok(!excluded(setting, "a"));
    assert.ok(!excluded({[`${"{a,b}".repeat(200)}`]: true}, "c"));
  });
});
