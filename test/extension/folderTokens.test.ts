import {strict as assert} from "node:assert";
import {mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {countFolder} from "../../src/host/folderCounts";
import {closeEditors, temporaryFolder, userSettings} from "./support/editors";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

interface Copied {
  readonly title: string;
  readonly finished: boolean;
  readonly tokens: number;
  readonly files: number;
  readonly model: {readonly file: string};
  readonly tree: readonly {readonly file?: string; readonly folder?: string; readonly tokens: number}[];
  readonly skipped: readonly {readonly file: string; readonly reason: string}[];
}

const never = new vscode.CancellationTokenSource().token;

describe("Count Tokens in Folder", () => {
  const window = watchWindow();
  const host = ownHost();
  const temporary = temporaryFolder();
  const set = userSettings();
  let folders = 0;
  afterEach(async () => {
    await closeEditors();
    await vscode.commands.executeCommand("workbench.action.closeSidebar");
  });

  /** Makes a new folder with these files. */
  function make(files: Readonly<Record<string, string | Uint8Array>>): string {
    const made = path.join(temporary.path, `folder${++folders}`);
    for (const [name, content] of Object.entries(files)) put(made, name, content);
    return made;
  }

  function put(folder: string, name: string, content: string | Uint8Array): void {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileSync(file, content);
  }

  /** Writes a file until that is followed: VS Code doesn't say from when on it watches a folder, some moments after it was told to. */
  async function putUntil(made: string, name: string, content: string, isFollowed: () => boolean | Promise<boolean>) {
    let next = 0;
    await until(async () => {
      if (Date.now() >= next) {
        put(made, name, content);
        next = Date.now() + 5000;
      }
      return await isFollowed();
    });
  }

  async function countIn(...paths: string[]): Promise<void> {
    const uris = paths.map((one) => vscode.Uri.file(one));
    await vscode.commands.executeCommand("tokenscope.countTokensInFolder", uris[0], uris);
  }

  async function copied(): Promise<Copied> {
    await vscode.commands.executeCommand("tokenscope.copyFolderCountsJson");
    return JSON.parse(await vscode.env.clipboard.readText()) as Copied;
  }

  async function listed(): Promise<string[]> {
    return (await copied()).tree.flatMap(({file}) => file ?? []).sort();
  }

  async function countOf(text: string): Promise<number> {
    return (await host().engine.request("count", {model: host().settings.scoringModel(), text})).count;
  }

  it("says what to do where nothing was counted yet", async () => {
    for (const command of ["countFolderAgain", "copyFolderCountsMarkdown", "copyFolderCountsCsv"]) {
      await vscode.commands.executeCommand(`tokenscope.${command}`);
      assert.match(window().messages.at(-1)?.text ?? "", /^No folder has been counted/);
      assert.deepEqual(window().messages.at(-1)?.buttons, ["Count Tokens in Folder"]);
    }
  });

  it("counts each file as an editor reads it, and says what was skipped", async () => {
    const text = "The quick brown fox.\r\n";
    const made = make({
      "a.txt": text,
      "sub/mark.txt": `\ufeff${text}`,
      "sub/wide.txt": Buffer.from(`\ufeff${text}`, "utf16le"),
      "empty.txt": "",
      "picture.png": Uint8Array.of(0x89, 0x50, 0, 1, 2, 3),
      "late.bin": Buffer.concat([Buffer.from("a".repeat(3000)), Buffer.from([0])]),
      "latin.txt": Uint8Array.of(0x66, 0xfc, 0x72)
    });
    writeFileSync(path.join(made, "large.log"), Buffer.alloc(50_000_001, 0x61));
    symlinkSync(made, path.join(made, "loop"));
    await countIn(made);
    assert.deepEqual(window().messages, []);
    const {tree, skipped, tokens, files, finished, title} = await copied();
    const one = await countOf(text);
    assert.deepEqual(
      tree.map((row) => [row.folder ?? row.file, row.tokens]),
      [
        ["sub/", 2 * one],
        ["sub/mark.txt", one],
        ["sub/wide.txt", one],
        ["a.txt", one],
        ["empty.txt", 0]
      ]
    );
    assert.deepEqual([title, tokens, files, finished], [path.basename(made), 3 * one, 4, true]);
    assert.deepEqual(
      skipped.map(({file, reason}) => [file, reason]),
      [
        ["large.log", "tooLarge"],
        ["late.bin", "binary"],
        ["latin.txt", "encoding"],
        ["loop", "link"],
        ["picture.png", "binary"]
      ]
    );
  });

  it("leaves out what git and the explorer leave out", async () => {
    const made = make({
      ".gitignore": "/out/\n*.log\n!keep.log\n",
      "a.ts": "a",
      "b.log": "b",
      "keep.log": "k",
      "out/a.js": "o",
      "sub/.gitignore": "!b.log\nsecret/\n",
      "sub/b.log": "b",
      "sub/secret/c.ts": "c",
      "sub/Thumbs.db": "t",
      ".git/info/exclude": "x.ts\n",
      "x.ts": "x"
    });
    await vscode.workspace
      .getConfiguration("files")
      .update("exclude", {"**/Thumbs.db": true}, vscode.ConfigurationTarget.Global);
    try {
      await countIn(made);
      assert.deepEqual(await listed(), [".gitignore", "a.ts", "keep.log", "sub/.gitignore", "sub/b.log"]);
      // The lists above a folder hold for it, unless it was chosen although it is ignored.
      await countIn(path.join(made, "sub"));
      assert.deepEqual(await listed(), [".gitignore", "b.log"]);
      await countIn(path.join(made, "out"));
      assert.deepEqual(await listed(), ["a.js"]);
    } finally {
      await vscode.workspace.getConfiguration("files").update("exclude", undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it("counts several folders and files, each once", async () => {
    const made = make({"a/x.ts": "x", "a/b/y.ts": "y", "c/z.ts": "z", "d.ts": "d", "e.ts": "e"});
    await countIn(...["a", "a/b", "c", "d.ts"].map((name) => path.join(made, name)));
    assert.deepEqual(await listed(), ["a/b/y.ts", "a/x.ts", "c/z.ts", "d.ts"]);
    assert.equal((await copied()).title, "4 files and folders");
  });

  it("follows files that change, come and go", async () => {
    const made = make({".gitignore": "out/\n", "a.ts": "a b c", "b.ts": "b"});
    await countIn(made);
    const before = (await copied()).tokens;
    await putUntil(made, "a.ts", "a b c d e f g h", async () => (await copied()).tokens > before);
    put(made, "sub/new.ts", "new");
    put(made, "out/ignored.ts", "ignored");
    await until(async () => (await listed()).includes("sub/new.ts") || undefined);
    rmSync(path.join(made, "b.ts"));
    await until(async () => !(await listed()).includes("b.ts") || undefined);
    put(made, ".gitignore", "out/\nsub/\n");
    await until(async () => !(await listed()).includes("sub/new.ts") || undefined);
    assert.deepEqual(await listed(), [".gitignore", "a.ts"]);
  });

  it("tells the problems which files are over their budget, open or not", async () => {
    const long = "one two three four five six seven eight";
    const made = make({"long.md": long, "short.md": "one", "long.txt": long});
    const codes = (name: string): unknown[] =>
      vscode.languages.getDiagnostics(vscode.Uri.file(path.join(made, name))).map(({code}) => Object(code).value);
    await set("budget", {"*.md": 4});
    await countIn(made);
    await until(() => codes("long.md").length > 0);
    assert.deepEqual(["long.md", "short.md", "long.txt"].map(codes), [["over-budget"], [], []]);
    await putUntil(made, "long.md", "one", () => codes("long.md").length === 0);
    put(made, "short.md", long);
    await until(() => codes("short.md").length > 0);
    assert.deepEqual([codes("long.md"), codes("short.md")], [[], ["over-budget"]]);
    await set("budget", undefined);
    await until(() => codes("short.md").length === 0);
    await set("budget", {"*.md": 4});
    await until(() => codes("short.md").length > 0);
    rmSync(path.join(made, "short.md"));
    await until(() => codes("short.md").length === 0);
  });

  it("keeps what was counted before it was cancelled", async () => {
    const text = "word ".repeat(20_000);
    const made = make(Object.fromEntries(Array.from({length: 60}, (_, i) => [`${i}.txt`, `${i} ${text}`])));
    const counting = countIn(made);
    const work = await until(() => window().works.find(({title}) => title.startsWith("Counting tokens in")));
    await until(() => work.reports.find(({message}) => / files, [1-9]/.test(message ?? "")));
    work.cancel();
    await counting;
    const {finished, files} = await copied();
    assert.ok(!finished);
    assert.ok(files > 0 && files < 60, String(files));
    await vscode.commands.executeCommand("tokenscope.countFolderAgain");
    assert.deepEqual([(await copied()).finished, (await copied()).files], [true, 60]);
    assert.deepEqual(window().messages, []);
  });

  it("keeps hashes and numbers, no text and no names", async () => {
    const made = make({"a name nobody has.txt": "a text that nobody has"});
    const uris = [vscode.Uri.file(made)];
    const {files, model} = await countFolder(host(), uris, {token: never});
    assert.equal(files.length, 1);
    assert.ok(model);
    const kept = path.join(host().storageUri.fsPath, "tokenCounts.txt");
    const text = await until(() => {
      try {
        return readFileSync(kept, "utf8");
      } catch {
        return undefined;
      }
    });
    assert.match(text, /\nc [\w-]{22} [\w-]{22} \d+ 22 22\n/);
    assert.doesNotMatch(text, /nobody/);
  });

  it("counts files of other file systems too", async () => {
    const files = new Map([
      ["/", ["a.txt", "sub"]],
      ["/sub", [".gitignore", "b.txt", "c.log"]]
    ]);
    const contents = new Map([
      ["/a.txt", "a b"],
      ["/sub/b.txt", "b"],
      ["/sub/c.log", "c"],
      ["/sub/.gitignore", "*.log"]
    ]);
    const provider = vscode.workspace.registerFileSystemProvider("tokenscope-test", memoryFiles(files, contents));
    try {
      const counted = await countFolder(host(), [vscode.Uri.parse("tokenscope-test:/")], {token: never});
      assert.deepEqual(
        counted.files.map((one) => [one.path, "tokens" in one && one.tokens]),
        [
          ["a.txt", await countOf("a b")],
          ["sub/.gitignore", await countOf("*.log")],
          ["sub/b.txt", await countOf("b")]
        ]
      );
    } finally {
      provider.dispose();
    }
  });
});

function memoryFiles(
  folders: ReadonlyMap<string, readonly string[]>,
  contents: ReadonlyMap<string, string>
): vscode.FileSystemProvider {
  const status = ({path: at}: vscode.Uri): vscode.FileStat => {
    const content = contents.get(at);
    if (content === undefined && !folders.has(at)) throw vscode.FileSystemError.FileNotFound();
    return {
      type: content === undefined ? vscode.FileType.Directory : vscode.FileType.File,
      size: content?.length ?? 0,
      ctime: 0,
      mtime: 0
    };
  };
  const refuse = (): never => {
    throw vscode.FileSystemError.NoPermissions();
  };
  return {
    onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
    watch: () => ({dispose: () => undefined}),
    stat: status,
    readDirectory: (uri) =>
      (folders.get(uri.path) ?? []).map((name) => [name, status(vscode.Uri.joinPath(uri, name)).type]),
    readFile: (uri) => new TextEncoder().encode(contents.get(uri.path)),
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse
  };
}
