import {strict as assert} from "node:assert";
import {execFile} from "node:child_process";
import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {promisify} from "node:util";
import * as vscode from "vscode";
import {EvaluationFile} from "../../src/features/evaluateFolder/evaluationFile";
import {EvaluationView} from "../../src/features/evaluateFolder/evaluationView";
import {root} from "../harness/paths";
import {closeEditors, temporaryFolder} from "./support/editors";
import {engineProcess, killEngine, noProcesses} from "./support/engineProcess";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

interface Exported {
  readonly finished: boolean;
  readonly corpus: {
    readonly perplexity: number;
    readonly standardError: number;
    readonly bitsPerByte: number;
    readonly scored: number;
  };
  readonly files: readonly {readonly path: string; readonly perplexity: number; readonly finished: boolean}[];
  readonly failed: readonly {readonly path: string; readonly reason: string}[];
  readonly leftOut: readonly {readonly path: string; readonly reason: string}[];
  readonly notReached: number;
}

const code = "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n";
const prose = "The quick brown fox jumps over the lazy dog, and nobody asks why.\n";

describe("Evaluate Folder", () => {
  const window = watchWindow();
  const folder = temporaryFolder();
  const {showSaveDialog} = vscode.window;
  let folders = 0;
  let texts = 0;
  after(() => {
    Reflect.set(vscode.window, "showSaveDialog", showSaveDialog);
  });
  afterEach(closeEditors);

  /** Makes a new folder with these files. */
  function make(files: Readonly<Record<string, string | Uint8Array>>): string {
    const made = path.join(folder.path, `folder${++folders}`);
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(made, name);
      mkdirSync(path.dirname(file), {recursive: true});
      writeFileSync(file, content);
    }
    return made;
  }

  /** A text with a new start, because cached scores would take no time. */
  function different(times: number): string {
    return `# ${++texts}\n${code.repeat(times)}`;
  }

  async function evaluate(...paths: string[]): Promise<void> {
    const uris = paths.map((one) => vscode.Uri.file(one));
    await vscode.commands.executeCommand("tokenscope.evaluateFolder", uris[0], uris);
  }

  async function exported(format: "Json" | "Csv"): Promise<string> {
    const file = path.join(folder.path, `out.${format}`);
    Reflect.set(vscode.window, "showSaveDialog", async () => vscode.Uri.file(file));
    await vscode.commands.executeCommand(`tokenscope.exportEvaluation${format}`);
    assert.deepEqual(window().errors, []);
    return readFileSync(file, "utf8");
  }

  async function result(): Promise<Exported> {
    return JSON.parse(await exported("Json")) as Exported;
  }

  /** All logprobs of a file from the headless runner. */
  async function logprobs(file: string): Promise<number[]> {
    const {stdout} = await promisify(execFile)(process.execPath, [path.join(root, "dist/cli.js"), "score", file], {
      env: {...process.env, ELECTRON_RUN_AS_NODE: "1"},
      maxBuffer: 1 << 28
    });
    const {tokens} = JSON.parse(stdout) as {tokens: {logprob: number | null}[]};
    return tokens.flatMap(({logprob}) => (logprob === null ? [] : [logprob]));
  }

  it("says what to do where nothing was evaluated yet", async () => {
    for (const command of ["exportEvaluationJson", "exportEvaluationCsv", "showEvaluationReport"]) {
      await vscode.commands.executeCommand(`tokenscope.${command}`);
      assert.match(window().messages.at(-1)?.text ?? "", /^No folder has been evaluated/);
      assert.deepEqual(window().messages.at(-1)?.buttons, ["Evaluate Folder…"]);
    }
  });

  it("scores the text files, each by itself, and has the corpus's numbers as the engine's own of all tokens", async () => {
    const made = make({
      "a.py": code.repeat(3),
      "sub/b.txt": prose.repeat(8),
      "picture.png": Uint8Array.of(0x89, 0x50, 0, 1, 2, 3)
    });
    await evaluate(made);
    assert.deepEqual(window().messages, []);
    const {corpus, files, leftOut, failed, finished, notReached} = await result();
    assert.deepEqual(
      files.map((file) => file.path),
      ["a.py", "sub/b.txt"]
    );
    assert.deepEqual(leftOut, [{path: "picture.png", reason: "binary"}]);
    assert.deepEqual([failed, finished, notReached], [[], true, 0]);
    const own = [await logprobs(path.join(made, "a.py")), await logprobs(path.join(made, "sub/b.txt"))];
    const all = own.flat();
    const mean = -all.reduce((sum, logprob) => sum + logprob, 0) / all.length;
    const square = all.reduce((sum, logprob) => sum + logprob ** 2, 0) / all.length;
    const bytes = code.length * 3 + prose.length * 8;
    near(corpus.perplexity, Math.exp(mean));
    near(corpus.standardError, Math.exp(mean) * Math.sqrt((square - mean ** 2) / (all.length - 1)));
    near(corpus.bitsPerByte, (mean * all.length) / Math.LN2 / bytes);
    assert.equal(corpus.scored, all.length);
    for (const [index, file] of files.entries()) {
      const some = own[index] ?? [];
      near(file.perplexity, Math.exp(-some.reduce((sum, logprob) => sum + logprob, 0) / some.length));
    }
  });

  it("reports in a document that nobody can edit", async () => {
    await evaluate(make({"a_b.py": code, "c.txt": prose}));
    const {corpus} = await result();
    await vscode.commands.executeCommand("tokenscope.showEvaluationReport");
    const report = await until(() =>
      vscode.workspace.textDocuments.find((one) => one.getText().includes(`# Evaluation of folder${folders}\n`))
    );
    const [, perplexity, error] = /\| Perplexity \| \*\*([\d.]+) ± ([\d.]+)\*\* \|/.exec(report.getText()) ?? [];
    near(Number(perplexity), corpus.perplexity, 1e-3);
    near(Number(error), corpus.standardError, 1e-1);
    assert.equal(report.uri.scheme, "tokenscope-evaluation");
    assert.equal(vscode.workspace.fs.isWritableFileSystem(report.uri.scheme), undefined);
    assert.match(report.getText(), /\| a&#95;b&#46;py \| \d/);
  });

  it("copies the report as Markdown", async () => {
    await evaluate(make({"a.py": code}));
    await vscode.commands.executeCommand("tokenscope.copyEvaluationMarkdown");
    assert.match(await vscode.env.clipboard.readText(), new RegExp(`^# Evaluation of folder${folders}\n`));
  });

  it("exports CSV with a row for each file", async () => {
    await evaluate(make({"a.py": code, "b.bin": Uint8Array.of(0, 0, 1), "c.txt": prose}));
    const rows = (await exported("Csv")).trimEnd().split("\r\n");
    assert.deepEqual(
      rows.map((row) => row.split(",").slice(0, 2)),
      [
        ["path", "status"],
        ["a.py", "scored"],
        ["c.txt", "scored"],
        ["b.bin", "left out: binary"]
      ]
    );
  });

  it("leaves out what search does, and what is too large, empty or not UTF-8, and says so", async () => {
    await evaluate(
      make({
        "a.py": code,
        "node_modules/x/index.js": code,
        ".git/config": code,
        "big.txt": "x".repeat(1_000_001),
        "empty.txt": "",
        "latin1.txt": Uint8Array.of(0x63, 0x61, 0x66, 0xe9)
      })
    );
    const {files, leftOut} = await result();
    assert.deepEqual(
      files.map((file) => file.path),
      ["a.py"]
    );
    assert.deepEqual(leftOut, [
      {path: "big.txt", reason: "larger than 1.0 MB (1.0 MB)"},
      {path: "empty.txt", reason: "empty"},
      {path: "latin1.txt", reason: "not in UTF-8 or UTF-16"}
    ]);
  });

  it("takes files as well as folders, each once", async () => {
    const made = make({"a.py": code, "sub/b.py": code, "other/c.py": code});
    await evaluate(path.join(made, "a.py"), path.join(made, "sub"), path.join(made, "sub/b.py"));
    assert.deepEqual(
      (await result()).files.map((file) => file.path),
      ["a.py", "sub/b.py"]
    );
  });

  it("says in a sentence that there is nothing to score", async () => {
    for (const made of [make({"a.bin": Uint8Array.of(0)}), make({".git/a": ""}), path.join(folder.path, "gone")]) {
      window().forget();
      await evaluate(made);
      assert.equal(window().errors.length, 1);
      assert.match(window().errors[0]?.text ?? "", /: choose another folder\.$/);
    }
  });

  it("keeps what it has when cancelled, calls it partial, and reports how far it was", async () => {
    const files = Object.fromEntries(Array.from({length: 8}, (_, file) => [`${file}.py`, different(100)]));
    const running = evaluate(make(files));
    const work = await until(() => window().works[0]);
    assert.match(work.title, /^Evaluating folder\d+$/);
    await until(() => work.reports.some(({message}) => /^file 3 of 8, \d\.py/.test(message ?? "")));
    work.cancel();
    await running;
    assert.deepEqual(window().messages, []);
    const {files: scored, notReached, finished} = await result();
    assert.equal(finished, false);
    assert.ok(notReached > 0 && scored.length >= 2, `${scored.length} scored, ${notReached} not reached`);
    assert.ok(scored.length + notReached === 8);
    const increments = work.reports.map(({increment = 0}) => increment);
    assert.ok(increments.every((increment) => increment >= 0));
    assert.ok(increments.reduce((sum, increment) => sum + increment, 0) <= 100);
    assert.match(await exported("Csv"), /^0\.py,scored,/m);
  });

  it("goes on after a file that fails, and gives the reason", async function () {
    if (noProcesses !== undefined) this.skip();
    const made = make(Object.fromEntries(Array.from({length: 4}, (_, file) => [`${file}.py`, different(100)])));
    const running = evaluate(made);
    const work = await until(() => window().works[0]);
    await until(() => work.reports.some(({message}) => /^file 2 of 4, \d\.py/.test(message ?? "")));
    process.kill(await engineProcess(), "SIGSTOP");
    // In this time the next request follows, so that one is pending.
    for (let reads = 0; reads < 5; reads++)
      await vscode.workspace.fs.readFile(vscode.Uri.file(path.join(made, "0.py")));
    await killEngine();
    await running;
    const {files: scored, failed, finished} = await result();
    assert.equal(finished, true);
    assert.equal(scored.length, 3);
    assert.equal(failed.length, 1);
    assert.match(failed[0]?.reason ?? "", /process ended while scoring/);
  });

  it("asks before it works for long, with how much there is and how long it will take", async () => {
    const large = Object.fromEntries(Array.from({length: 30}, (_, file) => [`${file}.txt`, different(15_000)]));
    const made = make({...large, "small.py": different(100)});
    await evaluate(make({"a.py": code}));
    window().forget();
    await evaluate(made);
    const [question, ...others] = window().messages;
    assert.deepEqual(others, []);
    assert.equal(question?.severity, "warning");
    assert.match(question?.text ?? "", /^Evaluate 31 files \(\d\d MB\)\? That will take about \d+ (min|h) /);
    // The user did not confirm, so the last evaluation stays.
    assert.deepEqual(
      (await result()).files.map((file) => file.path),
      ["a.py"]
    );
  });

  it("throws the model's error once, not one for each file", async () => {
    const configuration = vscode.workspace.getConfiguration("tokenscope");
    await configuration.update("model", path.join(folder.path, "none.gguf"), vscode.ConfigurationTarget.Global);
    try {
      await evaluate(make({"a.py": code, "b.py": code}));
    } finally {
      await configuration.update("model", undefined, vscode.ConfigurationTarget.Global);
    }
    assert.equal(window().errors.length, 1);
    assert.ok(!existsSync(path.join(folder.path, "none.gguf")));
  });

  describe("in its view", () => {
    const host = ownHost();
    const kept = new Map<string, unknown>();
    const state = {
      get: (key: string) => kept.get(key),
      update: async (key: string, value: unknown) => void kept.set(key, value),
      keys: () => [...kept.keys()]
    } as vscode.Memento;
    let tree: {message: string; description: string};
    let view: EvaluationView;
    const storage = () => vscode.Uri.file(path.join(folder.path, "storage"));

    async function open(): Promise<void> {
      tree = {message: "", description: ""};
      const file = new EvaluationFile(storage(), host().log);
      view = new EvaluationView(host(), state, file, tree, await file.read());
    }
    beforeEach(async () => {
      kept.clear();
      await vscode.workspace.fs.delete(storage(), {recursive: true}).then(undefined, () => undefined);
      await open();
    });
    afterEach(() => view.dispose());

    const items = () => view.getChildren().map((row) => view.getTreeItem(row));
    const labels = () => items().map(({label}) => String(label));
    const evaluateInView = async (made: string) => {
      const uri = vscode.Uri.file(made);
      await view.evaluate(uri, [uri]);
      assert.deepEqual(window().messages, []);
    };

    it("lists the files by the number they are sorted by, which stands first", async () => {
      assert.deepEqual(labels(), []);
      await evaluateInView(make({"a.py": code.repeat(3), "b.txt": prose, "c.bin": Uint8Array.of(0, 0, 1)}));
      const [corpus = "", first = "", second = "", leftOut = ""] = labels();
      assert.match(corpus, /^\d+\.\d\d · All 2 files$/);
      assert.match(first, /^\d+\.\d\d · b\.txt$/);
      assert.match(second, /^\d+\.\d\d · a\.py$/);
      assert.equal(leftOut, "1 file left out");
      assert.match(String(items()[1]?.description), /^perplexity [\d.,]+ · [\d.,]+ bits · \d+ tokens$/);
      assert.match(tree.message, /^Files by bits per byte\. Window: \d+ tokens, /);
      assert.match(tree.description, /^folder\d+ · Tokenscope Tiny Coder Q8_0$/);
      await view.setOrder("tokens");
      assert.match(labels()[1] ?? "", /^\d+ · a\.py$/);
      await view.setOrder("path");
      assert.match(labels()[1] ?? "", /^\d+\.\d\d · a\.py$/);
    });

    it("is there again after a reload, with the order, and what a click does", async () => {
      const made = make({"a.py": code, "sub/b.txt": prose, "c.bin": Uint8Array.of(0, 0, 1)});
      await evaluateInView(made);
      await view.setOrder("perplexity");
      const before = items().map(({label, description, tooltip}) => [label, description, tooltip]);
      view.dispose();
      await open();
      assert.deepEqual(
        items().map(({label, description, tooltip}) => [label, description, tooltip]),
        before
      );
      const row = view.getChildren().find((one) => one.type === "file" && one.file.path === "sub/b.txt");
      await view.open(row);
      await until(() => vscode.window.activeTextEditor?.document.uri.path.endsWith("sub/b.txt"));
      await view.copyFile(row);
      assert.match(await vscode.env.clipboard.readText(), /^sub\/b\.txt: \d\.\d+ bits\/byte, perplexity /);
      writeFileSync(path.join(made, "sub/b.txt"), prose.repeat(2));
      await view.evaluateAgain();
      assert.notDeepEqual(
        items().map(({tooltip}) => tooltip),
        before.map(([, , tooltip]) => tooltip)
      );
    });

    it("keeps no text, and starts empty if its file is another's", async () => {
      await evaluateInView(make({"a.py": code}));
      const saved = readFileSync(path.join(storage().fsPath, "evaluation.jsonl"), "utf8");
      assert.ok(!saved.includes("def add"));
      writeFileSync(path.join(storage().fsPath, "evaluation.jsonl"), saved.replaceAll("file://", "command://"));
      view.dispose();
      await open();
      assert.deepEqual([labels(), window().messages], [[], []]);
    });

    it("fills while files are scored, says how many are to go, and keeps what was there if it is given up", async () => {
      await evaluateInView(make({"a.py": code}));
      const before = labels();
      const seen: string[] = [];
      const listening = view.onDidChangeTreeData(() => seen.push(`${labels().length} ${tree.message}`));
      const running = evaluateInView(
        make(Object.fromEntries(Array.from({length: 6}, (_, file) => [`${file}.py`, different(60)])))
      );
      await until(() => seen.some((one) => /^[2-6] Files by bits per byte\. Scoring: \d files? to go\./.test(one)));
      await running;
      assert.equal(labels().length, 7);
      assert.doesNotMatch(tree.message, /Scoring|Partial/);
      const shown = labels();
      assert.notDeepEqual(shown, before);
      await view.evaluate(vscode.Uri.file(path.join(folder.path, "gone")), undefined).catch(() => undefined);
      assert.deepEqual(labels(), shown);
      listening.dispose();
    });

    it("ignores what is no row", async () => {
      for (const junk of [undefined, null, 1, {type: "file", file: {uri: "x"}}]) {
        await view.open(junk);
        await view.copyFile(junk);
        await view.showLogprobs(junk);
        await view.showSurprisingLines(junk);
      }
      assert.deepEqual(window().messages, []);
    });
  });
});

function near(actual: number, expected: number, tolerance = 1e-6): void {
  assert.ok(Math.abs(actual / expected - 1) < tolerance, `${actual}, not ${expected}`);
}
