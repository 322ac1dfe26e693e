import {strict as assert} from "node:assert";
import {symlinkSync, unlinkSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {ChangesTree, type Row} from "../../src/features/scoreChanges/changesTree";
import {type GitApi, gitApi, type Repository} from "../../src/features/scoreChanges/git";
import {type ScoredChanges, unscored} from "../../src/features/scoreChanges/scoredChanges";
import {scoreChanges} from "../../src/features/scoreChanges/scoring";
import {changedFiles} from "../../src/features/scoreChanges/workingTree";
import {metrics} from "../../src/metrics/metrics";
import {GitRepository} from "../harness/gitRepository";
import {closeEditors, showFile} from "./support/editors";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

const never = new vscode.CancellationTokenSource().token;
const silent = {report: () => undefined};

const buggy = "def mean(values):\n    total = 0\n    for value in values:\n        total -= value\n    return total\n";
const mended = buggy.replace("total -= value", "total += value");

describe("Score Changes", () => {
  const window = watchWindow();
  const host = ownHost();
  afterEach(async () => {
    await closeEditors();
    await vscode.commands.executeCommand("workbench.action.closeSidebar");
  });

  /**
   * A repository below the workspace. It is not removed, because the workspace is a copy, and VS Code's Git extension
   * would miss it.
   */
  function newRepository(name: string): GitRepository {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(folder);
    return new GitRepository(path.join(folder, name));
  }

  /** The repository in VS Code's Git extension. */
  async function opened({folder}: GitRepository): Promise<{api: GitApi; repository: Repository}> {
    const api = await gitApi();
    const uri = vscode.Uri.file(folder);
    const {openRepository} = api as GitApi & {openRepository(root: vscode.Uri): Promise<unknown>};
    await openRepository.call(api, uri);
    const repository = await until(() => api.repositories.find(({rootUri}) => rootUri.fsPath === folder));
    return {api, repository};
  }

  async function filesOf(made: GitRepository) {
    const {repository} = await opened(made);
    return await changedFiles(repository, never);
  }

  async function scored(made: GitRepository): Promise<{scored: ScoredChanges; tree: ChangesTree}> {
    const {api, repository} = await opened(made);
    const scored = unscored(await changedFiles(repository, never));
    const tree = new ChangesTree();
    tree.show(scored, api);
    await scoreChanges(host(), scored, silent, never, () => undefined);
    scored.state = "done";
    return {scored, tree};
  }

  it("says that no repository is open, with a way out", async () => {
    assert.equal((await gitApi()).repositories.length, 0);
    await vscode.commands.executeCommand("tokenscope.scoreChanges");
    assert.deepEqual(window().messages, [
      {
        severity: "error",
        text: "No Git repository is open: open a folder that is in one to have its changes scored.",
        buttons: ["Open Folder…", "Show Source Control"]
      }
    ]);
  });

  it("says that Git is turned off, with a way out", async () => {
    const git = vscode.workspace.getConfiguration("git");
    await git.update("enabled", false, vscode.ConfigurationTarget.Workspace);
    try {
      await vscode.commands.executeCommand("tokenscope.scoreChanges");
      const [message, ...more] = window().messages;
      assert.deepEqual(more, []);
      assert.match(message?.text ?? "", /^VS Code uses no Git here: .*git\.enabled.*\.$/);
      assert.deepEqual(message?.buttons, ["Open Settings"]);
    } finally {
      await git.update("enabled", undefined, vscode.ConfigurationTarget.Workspace);
      await until(async () => (await gitApi().catch(() => undefined)) !== undefined);
    }
  });

  describe("compares the working tree with HEAD:", () => {
    let repository: GitRepository;
    const lines = (count: number) => Array.from({length: count}, (_, index) => `line ${index + 1}\n`).join("");
    before(() => {
      repository = newRepository("every kind");
      repository.write("changed.py", buggy);
      repository.write("staged.txt", lines(9));
      repository.write("deleted.txt", "one\ntwo\n");
      repository.write("moved.txt", lines(20));
      repository.write("only moved.txt", lines(12));
      repository.write("binary.bin", Uint8Array.of(0, 1, 2));
      repository.write('ü "b" c.txt', "ü\n");
      repository.write("crlf.txt", "a\r\nb\r\n");
      repository.write("latin1.txt", Uint8Array.of(0x61, 0x0a));
      repository.write("as it was.txt", "the same\n");
      symlinkSync("changed.py", path.join(repository.folder, "link"));
      repository.commit();
      repository.write("changed.py", mended);
      repository.write("staged.txt", lines(9).replace("line 5\n", "").replace("line 9\n", "line nine"));
      repository.git("add", "staged.txt");
      unlinkSync(path.join(repository.folder, "deleted.txt"));
      repository.git("mv", "moved.txt", "folder.txt");
      repository.write("folder.txt", lines(20).replace("line 3\n", "line three\n"));
      repository.git("mv", "only moved.txt", "only.txt");
      repository.write("binary.bin", Uint8Array.of(0, 1, 3));
      repository.write('ü "b" c.txt', "ä\n");
      repository.write("crlf.txt", "a\r\nc\r\n");
      repository.write("latin1.txt", Uint8Array.of(0xe9, 0x0a));
      unlinkSync(path.join(repository.folder, "link"));
      symlinkSync("staged.txt", path.join(repository.folder, "link"));
      repository.write("new.txt", "staged as new\n");
      repository.git("add", "new.txt");
      repository.write("sub/not known to git.txt", "untracked\nfile\n");
      repository.write("untracked.bin", Uint8Array.of(1, 2, 0));
    });

    it("finds every file that differs, and says why one is not scored", async () => {
      const files = await filesOf(repository);
      assert.deepEqual(
        files.map(({path, kind, skipped, placed}) => [path, kind, skipped ?? placed.changes.length]),
        [
          ["binary.bin", "changed", "binary"],
          ["changed.py", "changed", 1],
          ["crlf.txt", "changed", 1],
          ["deleted.txt", "deleted", 1],
          ["folder.txt", "renamed", 1],
          ["latin1.txt", "changed", "not in UTF-8 or UTF-16"],
          ["link", "changed", "a symbolic link"],
          ["new.txt", "added", 1],
          ["only.txt", "renamed", "renamed only"],
          ["staged.txt", "changed", 2],
          ["sub/not known to git.txt", "untracked", 1],
          ["untracked.bin", "untracked", "binary"],
          ['ü "b" c.txt', "changed", 1]
        ]
      );
    });

    it("has the lines of both sides", async () => {
      const files = await filesOf(repository);
      const sides = (name: string) =>
        files
          .find(({path}) => path === name)
          ?.placed.changes.map(({oldLine, newLine, removed, added}) => [oldLine, newLine, removed, added]);
      assert.deepEqual(sides("changed.py"), [[4, 4, "        total -= value\n", "        total += value\n"]]);
      assert.deepEqual(sides("crlf.txt"), [[2, 2, "b\r\n", "c\r\n"]]);
      assert.deepEqual(sides("deleted.txt"), [[1, 1, "one\ntwo\n", ""]]);
      assert.deepEqual(sides("folder.txt"), [[3, 3, "line 3\n", "line three\n"]]);
      assert.deepEqual(sides("new.txt"), [[1, 1, "", "staged as new\n"]]);
      assert.deepEqual(sides("staged.txt"), [
        [5, 5, "line 5\n", ""],
        [9, 8, "line 9\n", "line nine"]
      ]);
      assert.deepEqual(sides("sub/not known to git.txt"), [[1, 1, "", "untracked\nfile\n"]]);
    });

    it("looks at files as they are on disk, and knows of unsaved text", async () => {
      const editor = await showFile(path.join(repository.folder, "changed.py"));
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "# unsaved\n"));
      const file = (await filesOf(repository)).find(({path}) => path === "changed.py");
      assert.equal(file?.unsaved, true);
      assert.equal(file?.placed.changes.length, 1);
      assert.equal(file?.placed.text, mended);
    });

    it("works whatever Git's own settings make of its diff, or says that it can't", async () => {
      const expected = (await filesOf(repository)).map(({path, placed}) => [path, placed]);
      for (const [key, value] of [
        ["diff.noprefix", "true"],
        ["diff.mnemonicPrefix", "true"],
        ["diff.context", "0"],
        ["diff.suppressBlankEmpty", "true"],
        ["color.diff", "auto"]
      ] as const) {
        repository.git("config", key, value);
        const found = (await filesOf(repository)).map(({path, placed}) => [path, placed]);
        repository.git("config", "--unset", key);
        assert.deepEqual(found, expected, key);
      }
      for (const [key, value, message] of [
        ["color.diff", "always", /^Git's diff can't be read \(no file begins in line 1\): look for .*\.$/],
        ["diff.external", "false", /^Git could not tell what has changed: its output says why\.$/]
      ] as const) {
        repository.git("config", key, value);
        try {
          await assert.rejects(filesOf(repository), {name: "HumanError", kind: "gitFailed", message});
        } finally {
          repository.git("config", "--unset", key);
        }
      }
    });

    it("opens what was changed, at its line", async () => {
      const {tree} = await scored(repository);
      const rows = tree.getChildren();
      const item = (name: string, change: number) => {
        const row = rows.find((one) => one.is === "file" && one.file.file.path === name);
        return tree.getTreeItem(change < 0 ? (row as Row) : (tree.getChildren(row)[change] as Row));
      };
      const open = async ({command}: vscode.TreeItem) => {
        assert.ok(command);
        await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
        return await until(() => vscode.window.tabGroups.activeTabGroup.activeTab?.input);
      };
      const staged = await open(item("staged.txt", 1));
      assert.ok(staged instanceof vscode.TabInputTextDiff);
      assert.equal(staged.original.scheme, "git");
      assert.equal(staged.modified.fsPath, path.join(repository.folder, "staged.txt"));
      await until(() => vscode.window.activeTextEditor?.selection.start.line === 7);
      await closeEditors();
      const renamed = await open(item("folder.txt", 0));
      assert.ok(renamed instanceof vscode.TabInputTextDiff);
      assert.match(renamed.original.path, /moved\.txt$/);
      const left = await vscode.workspace.openTextDocument(renamed.original);
      assert.equal(left.getText(), lines(20));
      await closeEditors();
      const untracked = await open(item("sub/not known to git.txt", 0));
      assert.ok(untracked instanceof vscode.TabInputText);
      assert.equal(untracked.uri.scheme, "file");
      await closeEditors();
      const deleted = await open(item("deleted.txt", 0));
      assert.ok(deleted instanceof vscode.TabInputText);
      assert.equal(deleted.uri.scheme, "git");
      assert.equal((await vscode.workspace.openTextDocument(deleted.uri)).getText(), "one\ntwo\n");
    });
  });

  it("scores both sides after what stands in front of the change in the new text", async () => {
    const repository = newRepository("numbers");
    const above = "import math\n\n\n";
    repository.write("mean.py", above + buggy);
    repository.commit();
    repository.write("mean.py", `# New above.\n${above}${mended}`);
    const {scored: result} = await scored(repository);
    const [first, second] = result.changes;
    assert.deepEqual([first?.comparison?.before, result.changes.length], [undefined, 2]);
    const context = `# New above.\n${above}${mended.slice(0, mended.indexOf("        total +="))}`;
    const model = host().settings.scoringModel();
    for (const [side, text] of [
      ["before", "        total -= value\n"],
      ["after", "        total += value\n"]
    ] as const) {
      const {summary, contextIds} = await host().engine.request("score", {model, text, context});
      assert.ok(contextIds.length > 10);
      const found = second?.comparison?.[side];
      assert.ok(found);
      assert.equal(found.bytes, text.length);
      assert.equal(found.scored, summary.tokens);
      assert.ok(Math.abs((metrics.bitsPerByte.of(found) ?? 0) - (summary.bitsPerByte ?? 1)) < 1e-9);
      const alone = await host().engine.request("score", {model, text});
      assert.notEqual(alone.summary.bitsPerByte, summary.bitsPerByte);
    }
  });

  it("shows a total, files and changes, with numbers, direction and what they were scored with", async () => {
    const repository = newRepository("rows");
    repository.write("a.py", buggy);
    repository.write("b.txt", "It was a dark and stormy night.\nThe end.\n");
    repository.commit();
    repository.write("a.py", mended);
    repository.write("b.txt", "It was a dark and stormy night.\nxq zvv Kj## 0x9f lkjh.\n\nP.S.\n");
    const {tree, scored: result} = await scored(repository);
    const rows = tree.getChildren();
    assert.deepEqual(
      rows.map(({is}) => is),
      ["total", "file", "file"]
    );
    const [total, a, b] = rows.map((row) => tree.getTreeItem(row));
    const number = /^\d+\.\d\d → \d+\.\d\d \([−+±]\d+ %\) bits\/byte$/;
    for (const item of [total, a, b]) assert.match(String(item?.description), number);
    assert.match(String(total?.tooltip), /^2 of 2 changes scored\nreplaced lines \(2 changes\)\nbefore: /);
    const [change] = tree.getChildren(rows[2]).map((row) => tree.getTreeItem(row));
    assert.match(String(change?.label), /^\d+\.\d\d → \d+\.\d\d \(\+\d+ %\) · L2–4 · xq zvv Kj## 0x9f lkjh\.$/);
    assert.equal(change?.description, "bits/byte");
    // Random letters are more surprising than words to any model.
    assert.equal((change?.iconPath as vscode.ThemeIcon | undefined)?.id, "arrow-up");
    assert.match(change?.accessibilityInformation?.label ?? "", /^lines 2–4, more surprising, .* after, xq zvv/);
    const tooltip = String(change?.tooltip).split("\n");
    assert.deepEqual(tooltip.slice(0, 2), ["b.txt, lines 2–4", "More surprising to the model than what it replaces."]);
    for (const [index, expected] of [
      /^before: [\d.]+ bits, \d+ tokens, 9 bytes, [\d.]+ bits\/byte$/,
      /^after: [\d.]+ bits, \d+ tokens, \d+ bytes, [\d.]+ bits\/byte$/,
      /^difference: \+[\d.]+ bits, \+[\d.]+ bits\/byte \(\+\d+ %\)$/,
      /^Scored after what stands in front of it in the new text \(line 1\), on both sides the same\.$/,
      /^Model: tokenscope-tiny-q8_0\.gguf, .*, SHA-256 [0-9a-f]{12}…$/,
      /^Window: 1024 tokens, stride 512, BOS in front$/
    ].entries())
      assert.match(tooltip[index + 2] ?? "", expected);
    assert.deepEqual(tree.getChildren(rows[0]), []);
    tree.sort("change");
    const byDifference = tree.getChildren().map((row) => (row.is === "file" ? row.file.file.path : row.is));
    const rise = ({before, after}: NonNullable<ScoredChanges["changes"][number]["comparison"]>) =>
      before && after ? (metrics.bitsPerByte.of(after) ?? 0) - (metrics.bitsPerByte.of(before) ?? 0) : 0;
    const [ofA, ofB] = result.changes.map(({comparison}) => comparison && rise(comparison));
    assert.ok((ofB ?? 0) > (ofA ?? 0));
    assert.deepEqual(byDifference, ["total", "b.txt", "a.py"]);
  });

  it("sums all changes, and tells added and removed lines apart from replaced ones", async () => {
    const repository = newRepository("kinds");
    repository.write("a.py", `${buggy}\n\ndef last(values):\n    return values[-1]\n`);
    repository.write("gone.txt", "The end.\n");
    repository.commit();
    repository.write("a.py", `import math\n${mended}\n\ndef last(values):\n    return values[-1]\n`);
    unlinkSync(path.join(repository.folder, "gone.txt"));
    const {tree} = await scored(repository);
    const [total] = tree.getChildren();
    assert.ok(total);
    const item = tree.getTreeItem(total);
    assert.match(String(item.description), /^[\d.,]+ bits removed, [\d.,]+ bits added$/);
    const parts = tree.getChildren(total).map((row) => tree.getTreeItem(row));
    assert.deepEqual(
      parts.map(({label}) => label),
      ["Replaced lines (1 change)", "Added lines (1 change)", "Removed lines (1 change)"]
    );
    assert.match(String(parts[0]?.description), /^\d+\.\d\d → \d+\.\d\d .*bits\/byte$/);
    for (const part of parts.slice(1)) assert.match(String(part.description), /^\d+\.\d\d bits\/byte$/);
    const ids = parts.map(({iconPath}) => (iconPath as vscode.ThemeIcon).id);
    assert.deepEqual(ids.slice(1), ["diff-added", "diff-removed"]);
  });

  it("keeps what was scored when it is cancelled, and calls it partial", async () => {
    const repository = newRepository("long");
    const text = (seed: string) =>
      Array.from({length: 30}, (_, at) => `${seed} ${at} ${"word ".repeat(60)}\n`).join("");
    for (const name of ["a", "b", "c", "d"]) repository.write(`${name}.txt`, text("old"));
    repository.commit();
    for (const name of ["a", "b", "c", "d"]) repository.write(`${name}.txt`, text("new"));
    const {repository: known} = await opened(repository);
    const result = unscored(await changedFiles(known, never));
    const cancel = new vscode.CancellationTokenSource();
    const reports: string[] = [];
    const progress = {report: ({message}: {message?: string}) => void reports.push(message ?? "")};
    await assert.rejects(
      scoreChanges(host(), result, progress, cancel.token, () => cancel.cancel()),
      vscode.CancellationError
    );
    const done = result.changes.filter(({comparison}) => comparison !== undefined);
    assert.deepEqual([done.length, result.changes.length], [1, 4]);
    assert.ok(reports.some((message) => /^change 1 of 4: [\d,]+ of [\d,]+ tokens/.test(message)));
    result.state = "stopped";
    const tree = new ChangesTree();
    tree.show(result, (await opened(repository)).api);
    const descriptions = tree.getChildren().map((row) => tree.getTreeItem(row).description);
    assert.match(String(descriptions[1]), /→/);
    assert.equal(descriptions[2], "not scored");

    const running = vscode.commands.executeCommand("tokenscope.scoreChanges", {rootUri: known.rootUri});
    const work = await until(() => window().works[0]);
    assert.equal(work.title, "Scoring the changes in long");
    await until(() => work.reports.some(({message = ""}) => /of [\d,]+ tokens/.test(message)));
    work.cancel();
    await running;
    assert.ok(work.ended);
    assert.deepEqual(window().messages, []);
  });

  it("scores the repository of the active editor, or asks for one of several", async () => {
    const [one, other] = [newRepository("one of two"), newRepository("other of two")];
    for (const repository of [one, other]) {
      repository.write("f.txt", "a\n");
      repository.commit();
      repository.write("f.txt", "b\n");
      await opened(repository);
    }
    const titles = async () => {
      await vscode.commands.executeCommand("tokenscope.scoreChanges");
      return window().works.map(({title}) => title);
    };
    await showFile(path.join(other.folder, "f.txt"));
    assert.deepEqual(await titles(), ["Scoring the changes in other of two"]);
    await closeEditors();
    await until(() => vscode.window.activeTextEditor === undefined);
    window().forget();
    const pick = vscode.window.showQuickPick;
    let offered: string[] = [];
    Reflect.set(vscode.window, "showQuickPick", async (items: readonly vscode.QuickPickItem[]) => {
      offered = items.map(({label}) => label);
      return items.find(({label}) => label === "one of two");
    });
    try {
      assert.deepEqual(await titles(), ["Scoring the changes in one of two"]);
    } finally {
      Reflect.set(vscode.window, "showQuickPick", pick);
    }
    for (const label of ["one of two", "other of two"]) assert.ok(offered.includes(label));
    window().forget();
    await vscode.commands.executeCommand("tokenscope.scoreChangesAgain");
    assert.deepEqual(
      window().works.map(({title}) => title),
      ["Scoring the changes in one of two"]
    );
    assert.deepEqual(window().messages, []);
  });

  it("leaves files with merge conflicts out, and says so", async () => {
    const repository = newRepository("conflict");
    repository.write("f.txt", "a\n");
    repository.commit();
    const branch = repository.git("rev-parse", "--abbrev-ref", "HEAD").trim();
    repository.git("checkout", "-qb", "other");
    repository.write("f.txt", "b\n");
    repository.commit();
    repository.git("checkout", "-q", branch);
    repository.write("f.txt", "c\n");
    repository.commit();
    assert.throws(() => repository.git("merge", "other"));
    const files = await filesOf(repository);
    assert.deepEqual(
      files.map(({path, skipped}) => [path, skipped]),
      [["f.txt", "has merge conflicts: resolve them first"]]
    );
  });

  it("finds nothing where nothing has changed, and says where nothing was committed yet", async () => {
    const repository = newRepository("clean");
    repository.write("f.txt", "a\n");
    await assert.rejects(filesOf(repository), {
      name: "HumanError",
      message: "This repository has no commit to compare with: commit once first."
    });
    repository.commit();
    assert.deepEqual(await filesOf(repository), []);
    const {repository: known} = await opened(repository);
    await vscode.commands.executeCommand("tokenscope.scoreChanges", {rootUri: known.rootUri});
    assert.deepEqual(window().messages, []);
  });
});
