import {strict as assert} from "node:assert";
import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from "node:fs";
import path from "node:path";
import {cli, type Ended} from "./cliProcess";
import {Engine, f16} from "./engine";
import {temporaryFolder} from "./modelCopies";

interface Counted {
  readonly model: {readonly file: string};
  readonly total: {readonly files: number; readonly count: number; readonly characters: number; readonly bytes: number};
  readonly files: readonly {
    readonly file: string;
    readonly count: number;
    readonly characters: number;
    readonly bytes: number;
    readonly budget?: number;
    readonly over?: number;
  }[];
  readonly skipped: readonly {readonly file: string; readonly reason: string}[];
  readonly failed: readonly {readonly file: string; readonly reason: string}[];
}

const texts: Readonly<Record<string, string>> = {
  "prompts/long.md": "Write a function that adds numbers.\n".repeat(20),
  "prompts/short.md": "Say hello.\n",
  "src/deep/only/code.py": "def add(a, b):\n    return a + b\n",
  "empty.txt": ""
};

describe("The headless runner's count", () => {
  const temporary = temporaryFolder();
  const folder = temporary.path;
  const engine = new Engine();
  const counts = new Map<string, number>();
  const write = (name: string, content: string | Uint8Array): void => {
    mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
    writeFileSync(path.join(folder, name), content);
  };
  const of = (name: string): number => counts.get(name) ?? Number.NaN;
  const all = (): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
  before(async () => {
    for (const [name, text] of Object.entries(texts)) {
      write(name, text);
      counts.set(name, (await engine.ask("count", {text})).count);
    }
    write(".gitignore", "ignored/\n.gitignore\n");
    write("ignored/more.md", "not counted\n");
    write("picture.png", Buffer.from("PNG\0\x01\x02"));
    write("latin1.txt", Uint8Array.of(0x61, 0xe9, 0x62));
    symlinkSync("prompts", path.join(folder, "link"));
  });
  after(() => temporary.remove());

  const count = (...args: string[]): Promise<Ended> => cli(["count", "--gpu", "off", ...args], {folder});
  const skippedLine = "tokenscope: skipped 3 files: 1 binary, 1 not UTF-8 or UTF-16, 1 symbolic link\n";

  async function json(...args: string[]): Promise<Counted & Pick<Ended, "code" | "stderr">> {
    const {code, stdout, stderr} = await count("--json", ...args);
    assert.equal(stdout.trimEnd().split("\n").length, 1, "one document on one line");
    return {...(JSON.parse(stdout) as Counted), code, stderr};
  }

  it("lists the files of a folder, each with as many tokens as the engine says, and says what it skipped", async () => {
    const {code, stdout, stderr} = await count(".");
    assert.deepEqual([code, stderr], [0, skippedLine]);
    const lines = stdout.split("\n").map((line) => line.trim());
    assert.deepEqual(lines, [
      `${of("empty.txt")}  empty.txt`,
      `${of("prompts/long.md")}  prompts/long.md`,
      `${of("prompts/short.md")}  prompts/short.md`,
      `${of("src/deep/only/code.py")}  src/deep/only/code.py`,
      `${all()}  total (4 files)`,
      ""
    ]);
  });

  it("gives them as JSON, with sums, and with what it skipped", async () => {
    const {code, model, total, files, skipped, failed} = await json(".");
    assert.deepEqual([code, model.file, failed], [0, "tokenscope-tiny-q8_0.gguf", []]);
    const bytes = Buffer.byteLength(Object.values(texts).join(""));
    assert.deepEqual(total, {files: 4, count: all(), characters: bytes, bytes});
    for (const {file, count, bytes, ...more} of files) {
      assert.deepEqual([count, bytes], [of(file), Buffer.byteLength(texts[file] ?? "")]);
      assert.deepEqual(Object.keys(more), ["characters"]);
    }
    assert.deepEqual(skipped, [
      {file: "link", reason: "link"},
      {file: "latin1.txt", reason: "encoding"},
      {file: "picture.png", reason: "binary"}
    ]);
  });

  it("draws a tree, the largest first, with folders that hold only a folder in one line", async () => {
    const {stdout} = await count("--tree", ".");
    const share = (part: number): string => `${((part / all()) * 100).toFixed(1)} %`;
    const prompts = of("prompts/long.md") + of("prompts/short.md");
    const lines: [number, string][] = [
      [all(), "total (4 files)"],
      [prompts, "prompts/"],
      [of("prompts/long.md"), "  long.md"],
      [of("prompts/short.md"), "  short.md"],
      [of("src/deep/only/code.py"), "src/deep/only/"],
      [of("src/deep/only/code.py"), "  code.py"],
      [0, "empty.txt"]
    ];
    const expected = lines.map(
      ([tokens, text]) => `${String(tokens).padStart(String(all()).length)}  ${share(tokens).padStart(7)}  ${text}\n`
    );
    assert.equal(stdout, expected.join(""));
  });

  it("expands globs itself, reads standard input, special tokens when asked to, and another model", async () => {
    assert.deepEqual(
      (await json("prompts/*.md")).files.map(({file}) => file),
      ["prompts/long.md", "prompts/short.md"]
    );
    const input = "Say hello.\n<|endoftext|>";
    const args = ["count", "--gpu", "off", "--json", "-"];
    const [plain, special] = await Promise.all([
      cli(args, {input}),
      cli([...args, "--special", "--model", f16], {input})
    ]);
    const [one, other] = [plain, special].map(({stdout}) => JSON.parse(stdout) as Counted);
    assert.deepEqual(one?.total.bytes, input.length);
    assert.equal(other?.model.file, "tokenscope-tiny-f16.gguf");
    assert.equal(other?.total.count, of("prompts/short.md") + 1);
    assert.ok((one?.total.count ?? 0) > (other?.total.count ?? 0));
  });

  it("exits with 2 where a file is over its budget, and says by how much", async () => {
    const long = of("prompts/long.md");
    const over = await count("--budget", "60", "prompts", "src");
    assert.equal(over.code, 2);
    assert.equal(over.stderr, `tokenscope: "prompts/long.md": ${long} tokens, ${long - 60} over the budget of 60\n`);
    assert.match(over.stdout, /total \(3 files\)/);
    assert.equal((await count("--budget", String(long), "prompts")).code, 0, "a budget may be used up");
    assert.equal((await count("--budget", "context", "prompts")).code, 0);
    const small = await count("--budget", "context", "--context-size", "50", "prompts");
    assert.deepEqual([small.code, /over the budget of 50\n/.test(small.stderr)], [2, true]);
  });

  it("takes budgets for patterns from the current folder, however the files are named", async () => {
    const budgets = ["--budget", "prompts/*.md=5000", "--budget", "short.md=1"];
    const {code, files} = await json(...budgets, path.join(folder, "prompts"), "./src");
    assert.equal(code, 2);
    assert.deepEqual(
      files.map(({budget, over}) => [budget, over]),
      [
        [5000, 0],
        [1, of("prompts/short.md") - 1],
        [undefined, undefined]
      ]
    );
  });

  it("exits with 1 where something can't be read, and counts the rest", async () => {
    const args = ["--budget", "1", "none.txt", "none/*.md", "picture.png", "prompts/short.md"];
    const {code, files, failed, skipped, stderr} = await json(...args);
    assert.equal(code, 1, "that something failed counts for more than that something is over its budget");
    assert.deepEqual([files.length, failed.length, skipped], [1, 3, []]);
    const lines = stderr.split("\n");
    assert.match(lines[0] ?? "", /^tokenscope: can't read "none\.txt" \(ENOENT\)/);
    assert.match(lines[1] ?? "", /^tokenscope: can't read "none" \(ENOENT\)/);
    assert.match(lines[2] ?? "", /^tokenscope: "picture\.png" is binary/);
    assert.match(lines[3] ?? "", /over the budget of 1$/);
    if (process.getuid?.() === 0) return;
    write("closed/secret.md", "closed\n");
    chmodSync(path.join(folder, "closed"), 0);
    try {
      const closed = await count("closed", "prompts/short.md");
      assert.equal(closed.code, 1);
      assert.match(closed.stderr, /can't read "closed/);
    } finally {
      chmodSync(path.join(folder, "closed"), 0o700);
    }
  });

  it("writes no control character of a file's name to a terminal", async () => {
    write("names/\u001b[2J\u202e.md", "hello\n");
    const {stdout, stderr} = await count("--budget", "1", "names");
    for (const text of [stdout, stderr]) assert.ok(text.includes("␛[2J\\u{202e}.md"));
    for (const text of [stdout, stderr, (await count("--json", "names")).stdout])
      assert.ok(!text.includes("\u001b") && !text.includes("\u202e"));
  });

  it("stops at Ctrl+C without half an answer", async () => {
    write("many/large.txt", "def add(a, b):\n    return a + b\n\n".repeat(500_000));
    const {code, stdout} = await cli(["count", "--gpu", "off", "--verbose", "many"], {
      folder,
      onStart: (child) => child.stderr?.once("data", () => child.kill("SIGINT"))
    });
    assert.deepEqual([code, stdout], [130, ""]);
  });

  for (const [what, args, says] of [
    ["no PATH", [], /which PATH/],
    ["a budget that is none", ["--budget", "0", "."], /--budget takes/],
    ["a tree in JSON", ["--tree", "--json", "."], /only one of/],
    ["a missing model", ["--model", "none.gguf", "."], /"none\.gguf"/]
  ] as const)
    it(`refuses ${what}, with one line on stderr and exit code 1`, async () => {
      const {code, stdout, stderr} = await count(...args);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, /^tokenscope: [^\n]+\n$/);
      assert.match(stderr, says);
    });
});
