import {strict as assert} from "node:assert";
import fc from "fast-check";
import type {Uri} from "vscode";
import {CountTree, isFolder, type TreeFile, type TreeFolder} from "../../src/features/folderTokens/countTree";
import {csvPieces, jsonPieces, markdownPieces} from "../../src/features/folderTokens/exports";
import {shareText} from "../../src/features/folderTokens/shareText";
import type {ShownCounts} from "../../src/features/folderTokens/shownCounts";
import type {CountedFile} from "../../src/host/folderCounts";
import {capabilities, modelRef} from "../harness/modelRef";
import {cases} from "../harness/thorough";

const uri = {} as Uri;

function file(path: string, tokens: number): CountedFile {
  return {uri, path, tokens, characters: tokens * 4, bytes: tokens * 5};
}

function rows(tree: CountTree): string[] {
  return [...tree.all()].map(({path, tokens}) => `${path} ${tokens}`);
}

describe("The tree of a folder's counts", () => {
  it("has sums, and the largest first", () => {
    const tree = new CountTree();
    for (const one of [file("b.ts", 5), file("a/x.ts", 3), file("a/c/y.ts", 4), file("a/c/z.ts", 4), file("c.ts", 7)])
      tree.set(one);
    assert.deepEqual(rows(tree), ["a/ 11", "a/c/ 8", "a/c/y.ts 4", "a/c/z.ts 4", "a/x.ts 3", "c.ts 7", "b.ts 5"]);
    assert.equal(tree.top.tokens, 23);
    assert.equal(tree.top.fileCount, 5);
    assert.equal(tree.top.bytes, 115);
  });

  it("follows files that change, go and can't be counted any more", () => {
    const tree = new CountTree();
    for (const one of [file("a/x", 3), file("a/b/y", 4), file("c", 5)]) tree.set(one);
    tree.set(file("a/x", 30));
    assert.deepEqual(rows(tree), ["a/ 34", "a/x 30", "a/b/ 4", "a/b/y 4", "c 5"]);
    tree.set({uri, path: "a/x", skipped: "binary"});
    assert.deepEqual(rows(tree), ["c 5", "a/ 4", "a/b/ 4", "a/b/y 4"]);
    assert.deepEqual(
      tree.skipped.map(({path}) => path),
      ["a/x"]
    );
    assert.ok(tree.delete("a"));
    assert.deepEqual([rows(tree), tree.skippedCount], [["c 5"], 0]);
    assert.ok(!tree.delete("d"));
    // A file became a folder.
    tree.set(file("c/d", 1));
    assert.deepEqual(rows(tree), ["c/ 1", "c/d 1"]);
  });

  it("is the same however files came and went", () => {
    const name = fc.constantFrom("a", "b", "__proto__", "constructor");
    const path = fc.array(name, {minLength: 1, maxLength: 3}).map((names) => names.join("/"));
    const step = fc.record({path, tokens: fc.option(fc.nat(9))});
    fc.assert(
      fc.property(fc.array(step, {maxLength: 30}), (steps) => {
        const [tree, known] = [new CountTree(), new Map<string, number>()];
        for (const {path: at, tokens} of steps) {
          for (const other of [...known.keys()])
            if (other === at || other.startsWith(`${at}/`) || (tokens !== null && at.startsWith(`${other}/`)))
              known.delete(other);
          tree.delete(at);
          if (tokens === null) continue;
          tree.set(file(at, tokens));
          known.set(at, tokens);
        }
        const fresh = new CountTree();
        for (const [at, tokens] of known) fresh.set(file(at, tokens));
        assert.deepEqual(rows(tree), rows(fresh));
        const sum = (folder: TreeFolder): number =>
          tree.children(folder).reduce((all, one) => all + (isFolder(one) ? sum(one) : one.tokens), 0);
        assert.equal(tree.top.tokens, sum(tree.top));
        assert.equal(tree.top.fileCount, known.size);
      }),
      {seed: 20261130, numRuns: cases(300, 20_000)}
    );
  });
});

describe("A share", () => {
  it("is short, and never 0 where there is something", () => {
    const shares = [
      [0, 0],
      [0, 5],
      [1, 1],
      [1, 3],
      [1, 30],
      [1, 100_000]
    ] as const;
    assert.deepEqual(
      shares.map(([part, whole]) => shareText(part, whole)),
      ["0 %", "0 %", "100 %", "33 %", "3.3 %", "< 0.1 %"]
    );
  });
});

describe("A copy of a folder's counts", () => {
  const tree = new CountTree();
  const hostile = 'x/`|](command:x)\n=1,"\u202e.md';
  for (const one of [file("src/a.ts", 1200), file("=b.ts", 300), file(hostile, 1)]) tree.set(one);
  tree.set({uri, path: "c;d.png", skipped: "binary"});
  const model = {
    name: "Tiny",
    file: "tiny.gguf",
    architecture: "llama",
    quantization: "Q8_0",
    parameters: 1,
    vocabularySize: 8192,
    contextSize: 1024,
    addsBos: true,
    capabilities
  };
  const shown: ShownCounts = {
    title: "sample",
    chosen: [],
    ref: modelRef("/tiny.gguf"),
    tree,
    model,
    date: new Date(Date.UTC(2026, 10, 30, 17)),
    state: "stopped",
    notReached: 2,
    cut: false,
    warnings: []
  };
  const text = (pieces: Iterable<string>): string => [...pieces].join("");

  it("is Markdown in which a name means nothing", () => {
    assert.equal(
      text(markdownPieces(shown)),
      `# Tokens in \`sample\`

1,501 tokens, 3 files

Model: \`Tiny Q8_0, tiny.gguf\`${"  "}
Counted: 2026-11-30T17:00:00.000Z

**Partial:** stopped with 2 files not counted.

| Path | Tokens | Share |
| --- | ---: | ---: |
| \`src/\` | 1,200 | 80 % |
| \`src/a.ts\` | 1,200 | 80 % |
| \`=b.ts\` | 300 | 20 % |
| \`x/\` | 1 | 0.1 % |
| \`\` x/\`\\|](command:x)⏎=1,"\\u{202e}.md \`\` | 1 | 0.1 % |

## Skipped

| Path | Why |
| --- | --- |
| \`c;d.png\` | binary |
`
    );
  });

  it("is JSON", () => {
    const copied = JSON.parse(text(jsonPieces(shown))) as {
      readonly tree: readonly Partial<TreeFile & {file: string; folder: string; percent: number; files: number}>[];
    };
    assert.deepEqual(copied, {
      title: "sample",
      model,
      date: "2026-11-30T17:00:00.000Z",
      finished: false,
      notReached: 2,
      cut: false,
      tokens: 1501,
      percent: 100,
      characters: 6004,
      bytes: 7505,
      files: 3,
      tree: [
        {folder: "src/", files: 1, tokens: 1200, percent: 79.947, characters: 4800, bytes: 6000},
        {file: "src/a.ts", tokens: 1200, percent: 79.947, characters: 4800, bytes: 6000},
        {file: "=b.ts", tokens: 300, percent: 19.987, characters: 1200, bytes: 1500},
        {folder: "x/", files: 1, tokens: 1, percent: 0.067, characters: 4, bytes: 5},
        {file: hostile, tokens: 1, percent: 0.067, characters: 4, bytes: 5}
      ],
      skipped: [{file: "c;d.png", reason: "binary"}]
    });
  });

  it("is JSON without files, too", () => {
    const none = {...shown, tree: new CountTree(), model: null};
    assert.deepEqual((JSON.parse(text(jsonPieces(none))) as {tree: unknown[]}).tree, []);
  });

  it("is CSV that a spreadsheet does not run", () => {
    const lines = text(csvPieces(shown)).split("\r\n");
    assert.equal(lines[0], "path,kind,tokens,percent,characters,bytes,files,reason,model,date");
    const end = "tiny.gguf,2026-11-30T17:00:00.000Z";
    assert.equal(lines[1], `src/,folder,1200,79.947,4800,6000,1,,${end}`);
    assert.equal(lines[2], `src/a.ts,file,1200,79.947,4800,6000,,,${end}`);
    assert.equal(lines[3], `'=b.ts,file,300,19.987,1200,1500,,,${end}`);
    assert.equal(lines[5], `"${hostile.replaceAll('"', '""')}",file,1,0.067,4,5,,,${end}`);
    assert.equal(lines[6], `"c;d.png",skipped,,,,,,binary,${end}`);
  });
});
