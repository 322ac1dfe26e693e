import {strict as assert} from "node:assert";
import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import fc from "fast-check";
import {linesOf, placeChanges, wholeChange} from "../../src/features/scoreChanges/changes";
import {type FilePatch, PatchError, parsePatch} from "../../src/features/scoreChanges/patch";
import {cases} from "../harness/thorough";

describe("Git's diff", () => {
  it("of a changed file is read with its names, hunks and lines", () => {
    const [file, ...more] = parsePatch(
      [
        "diff --git a/src/a.ts b/src/a.ts",
        "index 351be5b..95a2f32 100644",
        "--- a/src/a.ts",
        "+++ b/src/a.ts",
        "@@ -3,3 +3,4 @@ function a() {",
        " three",
        "-four",
        "+vier",
        "+viereinhalb",
        " five",
        ""
      ].join("\n")
    );
    assert.deepEqual(more, []);
    assert.deepEqual(file, {
      oldPath: "src/a.ts",
      newPath: "src/a.ts",
      kind: "text",
      hunks: [
        {
          oldStart: 3,
          oldLines: 3,
          newStart: 3,
          newLines: 4,
          lines: [
            {side: "both", text: "three\n"},
            {side: "old", text: "four\n"},
            {side: "new", text: "vier\n"},
            {side: "new", text: "viereinhalb\n"},
            {side: "both", text: "five\n"}
          ]
        }
      ]
    });
  });

  it("of nothing is no file", () => assert.deepEqual(parsePatch(""), []));

  it("tells a line that lacks its end from one that has it", () => {
    const [file] = parsePatch(
      `${head("f")}@@ -1 +1,2 @@\n-no nl\n\\ No newline at end of file\n+no nl\n+more\n\\ No newline at end of file\n`
    );
    assert.deepEqual(
      file?.hunks[0]?.lines.map(({text}) => text),
      ["no nl", "no nl\n", "more"]
    );
  });

  it("keeps carriage returns, in headings too", () => {
    const [file] = parsePatch(`${head("f")}@@ -1,2 +1,2 @@ heading\r\n x\r\n-y\r\n+z\r\n`);
    assert.deepEqual(
      file?.hunks[0]?.lines.map(({text}) => text),
      ["x\r\n", "y\r\n", "z\r\n"]
    );
  });

  it("takes a removed line that looks like a file's head for what it is", () => {
    const [file] = parsePatch(`${head("f")}@@ -1,2 +1,2 @@\n--- a/x\n-diff --git a/f b/f\n+++ b/x\n+@@ -1 +1 @@\n`);
    assert.deepEqual(
      file?.hunks[0]?.lines.map(({text}) => text),
      ["-- a/x\n", "diff --git a/f b/f\n", "++ b/x\n", "@@ -1 +1 @@\n"]
    );
  });

  it("of new, deleted, renamed and copied files has the names of both sides", () => {
    const names = (patch: string) => parsePatch(patch).map(({oldPath, newPath}) => [oldPath, newPath]);
    const added =
      "diff --git a/n b/n\nnew file mode 100644\nindex 0000000..3e75765\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+n\n";
    const deleted =
      "diff --git a/d b/d\ndeleted file mode 100644\nindex 3e75765..0000000\n--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-n\n";
    const renamed =
      "diff --git a/x y b/z\nsimilarity index 92%\nrename from x y\nrename to z\nindex 1..2 100644\n--- a/x y\t\n+++ b/z\n@@ -1 +1 @@\n-a\n+b\n";
    const copied = "diff --git a/x b/z\nsimilarity index 100%\ncopy from x\ncopy to z\n";
    assert.deepEqual(names(added + deleted + renamed + copied), [
      [null, "n"],
      ["d", null],
      ["x y", "z"],
      ["x", "z"]
    ]);
    assert.deepEqual(names("diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n"), [[null, "e"]]);
  });

  it("has no lines of what is no text", () => {
    const kinds = (patch: string) => parsePatch(patch).map(({kind, hunks}) => [kind, hunks.length]);
    assert.deepEqual(kinds("diff --git a/b b/b\nindex 0ac98bd..19db624 100644\nBinary files a/b and b/b differ\n"), [
      ["binary", 0]
    ]);
    assert.deepEqual(kinds("diff --git a/b b/b\nindex 0..1 100644\nGIT binary patch\ndelta 7\nabc\n\ndelta 2\nx\n\n"), [
      ["binary", 0]
    ]);
    assert.deepEqual(kinds(`${head("l", "120000")}@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n`), [["link", 0]]);
    assert.deepEqual(kinds(`${head("s", "160000")}@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n`), [
      ["submodule", 0]
    ]);
    assert.deepEqual(kinds("Submodule lib/x 1234567..89abcde:\n  > one\n  < two\n* Unmerged path both.txt\n"), [
      ["submodule", 0],
      ["unmerged", 0]
    ]);
    assert.deepEqual(kinds("diff --git a/m b/m\nold mode 100644\nnew mode 100755\n"), [["text", 0]]);
  });

  for (const [names, name] of [
    ["a/f b/f", "f"],
    ["a/a b b/a b", "a b"],
    ["a/x b/x b/x b/x", "x b/x"],
    ["c/f w/f", "f"],
    ["a/f a/f", "a/f"],
    ["src/f.ts src/f.ts", "src/f.ts"],
    ['"a/a\\"b\\\\.txt" "b/a\\"b\\\\.txt"', 'a"b\\.txt'],
    ['"a/\\303\\274 x" "b/\\303\\274 x"', "ü x"],
    ['"a/ü\\tx" "b/ü\\tx"', "ü\tx"],
    ['"a/\\360\\237\\230\\200" "b/\\360\\237\\230\\200"', "😀"]
  ] as const)
    it(`names ${JSON.stringify(name)} by ${names}`, () => {
      assert.equal(parsePatch(`diff --git ${names}\n`)[0]?.newPath, name);
    });

  const hunk = "@@ -1,2 +1,2 @@\n x\n-y\n+z\n";
  for (const [what, patch, line] of [
    ["words before it", `warning\n${head("f")}${hunk}`, 1],
    ["colours", `\x1b[1m${head("f")}${hunk}`, 1],
    ["another program's diff", "f.ts --- TypeScript\n1 a\n", 1],
    ["a conflict's combined diff", "diff --cc f\nindex 1,2..3\n--- a/f\n+++ b/f\n@@@ -1,1 -1,1 +1,2 @@@\n", 1],
    ["names that differ", "diff --git a/f b/g\n", 1],
    ["a path out of the repository", "diff --git a/../f b/../f\n", 1],
    ["an absolute path", "diff --git a//etc/passwd b//etc/passwd\n", 1],
    ["a broken quote", 'diff --git "a/f b/f\n', 1],
    ["a rename out of the repository", "diff --git a/f b/g\nrename from f\nrename to ../g\n", 3],
    ["a missing line", `${head("f")}@@ -1,3 +1,2 @@\n x\n-y\n+z\n`, 9],
    ["a line too many", `${head("f")}@@ -1 +1,2 @@\n x\n-y\n+z\n`, 7],
    ["a line more at the end", `${head("f")}${hunk} more\n`, 9],
    ["a line of another kind", `${head("f")}@@ -1,2 +1,2 @@\n x\n?y\n+z\n`, 7],
    ["a hunk without lines", `${head("f")}@@ -1,0 +1,0 @@\n`, 5],
    ["a hunk of more lines than there are", `${head("f")}@@ -1,99999999999999999999 +1 @@\n`, 5],
    ["hunks out of order", `${head("f")}@@ -5 +5 @@\n-a\n+b\n@@ -5 +6 @@\n-a\n+b\n`, 8],
    ["lines behind the one without an end", `${head("f")}@@ -1,2 +1 @@\n-a\n\\ No newline at end of file\n-b\n+c\n`, 8],
    ["a hunk behind the line without an end", `${head("f")}@@ -1 +1 @@\n-a\n\\ No\n+b\n@@ -9 +9 @@\n-a\n+b\n`, 9],
    ["no hunk", head("f"), 5],
    ["names that contradict each other", "diff --git a/f b/f\nindex 1..2\n--- /dev/null\n+++ b/f\n", 4],
    ["an end in the middle of a line", `${head("f")}@@ -1 +1 @@\n-a\n+b`, 7]
  ] as const)
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => parsePatch(patch),
        (error: unknown) => error instanceof PatchError && error.line === line
      );
    });

  it("is refused, not waited for, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom("diff --git a/f b/f", "--- a/f", "+++ b/f", "@@ -1 +1 @@", "@@ -1,2 +1,3 @@", "-a", "+b"),
            fc.constantFrom(" c", "\\ No newline", "", "index 1..2 120000", "Binary files a and b differ", "  > x"),
            fc.string()
          )
        ),
        (lines) => {
          try {
            parsePatch(lines.map((line) => `${line}\n`).join(""));
          } catch (error) {
            assert.ok(error instanceof PatchError, String(error));
          }
        }
      ),
      {seed: 20261122}
    );
  });
});

describe("Changes of a file", () => {
  const patched = (hunks: string) => parsePatch(`${head("f")}${hunks}`)[0] as FilePatch;

  it("are cut where a line is unchanged", () => {
    const patch = patched("@@ -1,5 +1,5 @@\n-a\n+A\n b\n c\n-d\n+D\n e\n");
    assert.deepEqual(placeChanges(patch, "A\nb\nc\nD\ne\n")?.changes, [
      {oldLine: 1, oldLines: 1, newLine: 1, newLines: 1, removed: "a\n", added: "A\n", start: 0},
      {oldLine: 4, oldLines: 1, newLine: 4, newLines: 1, removed: "d\n", added: "D\n", start: 6}
    ]);
  });

  it("may have one side only", () => {
    const patch = patched("@@ -1,3 +1,3 @@\n+0\n 1\n-2\n 3\n");
    assert.deepEqual(placeChanges(patch, "0\n1\n3\n")?.changes, [
      {oldLine: 1, oldLines: 0, newLine: 1, newLines: 1, removed: "", added: "0\n", start: 0},
      {oldLine: 2, oldLines: 1, newLine: 3, newLines: 0, removed: "2\n", added: "", start: 4}
    ]);
  });

  it("are placed without context lines too", () => {
    const patch = patched("@@ -1,0 +2 @@\n+new\n@@ -3 +3,0 @@\n-old\n");
    assert.deepEqual(placeChanges(patch, "1\nnew\n2\n4\n")?.changes, [
      {oldLine: 2, oldLines: 0, newLine: 2, newLines: 1, removed: "", added: "new\n", start: 2},
      {oldLine: 3, oldLines: 1, newLine: 4, newLines: 0, removed: "old\n", added: "", start: 8}
    ]);
  });

  it("are told from a text that they don't lead to", () => {
    const patch = patched("@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    assert.ok(placeChanges(patch, "a\nc\nmore\n"));
    for (const text of ["", "a\n", "a\nb\n", "a\nc", "x\nc\n"])
      assert.equal(placeChanges(patch, text), undefined, JSON.stringify(text));
    const atEnd = patched("@@ -1 +1 @@\n-b\n+c\n\\ No newline at end of file\n");
    assert.ok(placeChanges(atEnd, "c"));
    assert.equal(placeChanges(atEnd, "c\n"), undefined);
    assert.equal(placeChanges(atEnd, "c\nd"), undefined);
  });

  it("take the line ends that Git stores", () => {
    const patch = patched("@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    const placed = placeChanges(patch, "a\r\nc\r\n");
    assert.equal(placed?.text, "a\nc\n");
    assert.equal(placed?.changes[0]?.start, 2);
  });

  it("leave a byte order mark out", () => {
    const patch = patched("@@ -1 +1 @@\n-\uFEFFa\n+\uFEFFb\n");
    const placed = placeChanges(patch, "\uFEFFb\n");
    assert.deepEqual(placed, {
      text: "b\n",
      changes: [{oldLine: 1, oldLines: 1, newLine: 1, newLines: 1, removed: "a\n", added: "b\n", start: 0}]
    });
  });

  it("are one of all lines where a file is new, and none where it is empty", () => {
    assert.deepEqual(wholeChange("\uFEFFa\nb").changes, [
      {oldLine: 1, oldLines: 0, newLine: 1, newLines: 2, removed: "", added: "a\nb", start: 0}
    ]);
    assert.deepEqual(wholeChange("").changes, []);
  });

  it("lead from the old text to the new one, as Git itself writes them", () => {
    const line = fc.constantFrom("a", "b", "c", "", " d", "-e", "+f", "@@ -1 +1 @@", "ü", "\\ g", "diff --git a/x b/x");
    const text = fc
      .tuple(fc.array(fc.tuple(line, fc.constantFrom("\n", "\n", "\r\n"))), fc.constantFrom("", "", "end", "\r"))
      .map(([lines, end]) => lines.map((parts) => parts.join("")).join("") + end);
    const name = fc
      .array(fc.constantFrom("a", "b", "/", " ", '"', "\\", "\t", "\n", "ü", "😀", "b/", ".", "-", "Z"), {minLength: 1})
      .map((parts) => `${parts.join("").replace(/\/+/g, "_")}x`);
    const files = fc.dictionary(name, fc.tuple(text, text), {minKeys: 1, maxKeys: 12, noNullPrototype: true});
    const setting = fc.constantFrom(
      ...["diff.noprefix=true", "diff.mnemonicPrefix=true", "diff.context=0", "diff.context=7", "core.quotePath=false"],
      ...["diff.suppressBlankEmpty=true", "diff.renames=false", "diff.algorithm=patience", "diff.interHunkContext=2"]
    );
    fc.assert(
      fc.property(files, fc.array(setting, {maxLength: 3}), (contents, settings) => {
        const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-git-"));
        try {
          const write = (side: 0 | 1) => {
            for (const [file, sides] of Object.entries(contents)) writeFileSync(path.join(folder, file), sides[side]);
          };
          git(folder, "init", "-q");
          write(0);
          git(folder, "add", "-A");
          git(folder, "commit", "-qm", "before");
          write(1);
          const options = settings.flatMap((one) => ["-c", one]);
          const patches = parsePatch(git(folder, ...options, "diff", "HEAD", "--", "."));
          const seen = new Set(patches.map(({newPath}) => newPath));
          for (const [file, [before, after]] of Object.entries(contents)) {
            assert.equal(seen.has(file), before !== after, JSON.stringify(file));
          }
          for (const patch of patches) {
            const [before, after] = contents[patch.newPath ?? ""] ?? ["", ""];
            assert.equal(patch.oldPath, patch.newPath);
            assert.equal(applied(patch, before), after);
            const placed = placeChanges(patch, after);
            assert.ok(placed, "the changes fit the new text");
            // Undoing the changes gives the old text. The last one comes first, so that offsets stay valid.
            const old = placed.changes.toReversed().reduce((whole, {start, added, removed}) => {
              assert.equal(whole.slice(start, start + added.length), added);
              return whole.slice(0, start) + removed + whole.slice(start + added.length);
            }, after);
            assert.equal(old, before);
            for (const {oldLine, oldLines, removed, newLine, newLines, added} of placed.changes) {
              assert.equal(
                linesOf(before)
                  .slice(oldLine - 1, oldLine - 1 + oldLines)
                  .join(""),
                removed
              );
              assert.equal(
                linesOf(after)
                  .slice(newLine - 1, newLine - 1 + newLines)
                  .join(""),
                added
              );
            }
          }
        } finally {
          rmSync(folder, {recursive: true, force: true});
        }
      }),
      {seed: 20261122, numRuns: cases(15, 300)}
    );
  });
});

function head(name: string, mode = "100644"): string {
  return `diff --git a/${name} b/${name}\nindex 351be5b..95a2f32 ${mode}\n--- a/${name}\n+++ b/${name}\n`;
}

/** A patch applied the way `patch` would, without fuzz. */
function applied({hunks}: FilePatch, before: string): string {
  const old = linesOf(before);
  const result: string[] = [];
  let next = 0;
  for (const {oldStart, oldLines, lines} of hunks) {
    const first = oldLines === 0 ? oldStart : oldStart - 1;
    result.push(...old.slice(next, first));
    next = first;
    for (const {side, text} of lines) {
      if (side !== "new") assert.equal(old[next++], text);
      if (side !== "old") result.push(text);
    }
  }
  return [...result, ...old.slice(next)].join("");
}

function git(folder: string, ...args: string[]): string {
  const identity = {GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b"};
  return execFileSync("git", args, {
    cwd: folder,
    encoding: "utf8",
    env: {...process.env, ...identity, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1"}
  });
}
