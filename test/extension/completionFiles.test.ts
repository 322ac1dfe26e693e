import {strict as assert} from "node:assert";
import {mkdirSync, rmSync, writeFileSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {Exclusions, ignoreFile} from "../../src/features/inlineCompletion/exclusions";
import {RecentEdits} from "../../src/features/inlineCompletion/recentEdits";
import {RelatedFiles} from "../../src/features/inlineCompletion/relatedFiles";
import {Settings} from "../../src/host/settings";
import {closeEditors} from "./support/editors";
import {until} from "./support/until";

describe("the files that a completion looks at", () => {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const root = folder?.uri.fsPath ?? "";
  const own = path.join(root, "completionFiles");
  const list = path.join(root, ignoreFile);
  const settings = new Settings(vscode.Uri.file(root));
  const exclusions = new Exclusions(settings);
  const edits = new RecentEdits();
  const relatedFiles = new RelatedFiles(exclusions, edits);
  exclusions.onDidChange(() => relatedFiles.forget());
  const versions = vscode.workspace.registerTextDocumentContentProvider("test-version", {
    provideTextDocumentContent: () => "an older version\n"
  });

  before(() => mkdirSync(own));
  after(async () => {
    await closeEditors();
    for (const one of [versions, edits, exclusions, settings]) one.dispose();
    rmSync(own, {recursive: true});
    rmSync(list, {force: true});
  });

  function write(name: string, text: string): string {
    const file = path.join(own, name);
    writeFileSync(file, text);
    return file;
  }

  const excludes = async (name: string) =>
    (await exclusions.excludedBy(vscode.Uri.file(path.join(own, name)))) !== undefined;

  async function show(file: string, viewColumn: vscode.ViewColumn): Promise<vscode.TextEditor> {
    return await vscode.window.showTextDocument(vscode.Uri.file(file), {viewColumn});
  }

  /** Waits until the prompt for a document contains these files. */
  async function relatedFilesAre(document: vscode.TextDocument, paths: readonly string[]): Promise<void> {
    await until(() => {
      const {files} = relatedFiles.at(document, new vscode.Position(0, 0));
      return files.map((one) => path.posix.basename(one.path)).join() === paths.join();
    });
  }

  it("are files of the workspace, by their paths in it, and not what merely shows one", async () => {
    const version = vscode.Uri.from({scheme: "test-version", path: path.posix.join(own, "old.ts")});
    await vscode.window.showTextDocument(version, {viewColumn: vscode.ViewColumn.Two});
    await show(write("beside.ts", "let beside;\n"), vscode.ViewColumn.Three);
    const {document} = await show(write("here.ts", "let here;\n"), vscode.ViewColumn.One);
    await relatedFilesAre(document, ["beside.ts"]);
    const found = relatedFiles.at(document, new vscode.Position(0, 0));
    assert.deepEqual(found, {
      path: "completionFiles/here.ts",
      repository: folder?.name,
      files: [{path: "completionFiles/beside.ts", text: "let beside;\n"}]
    });
    const elsewhere = await vscode.workspace.openTextDocument(version);
    assert.deepEqual(relatedFiles.at(elsewhere, new vscode.Position(0, 0)).path, "old.ts");
  });

  it("are no more those that are excluded from now on", async () => {
    const {document} = await show(path.join(own, "here.ts"), vscode.ViewColumn.One);
    await relatedFilesAre(document, ["beside.ts"]);
    assert.equal(await excludes("beside.ts"), false);
    writeFileSync(list, "# mine\nbeside.*\n");
    await until(() => excludes("beside.ts"));
    assert.deepEqual(relatedFiles.at(document, new vscode.Position(0, 0)).files, []);
    await relatedFilesAre(document, []);
    assert.equal(await excludes("here.ts"), false);
  });

  it("are none where a folder's list is longer than anyone writes one", async () => {
    writeFileSync(list, "x\n".repeat(40_000));
    await until(() => excludes("here.ts"));
    rmSync(list);
    await until(async () => !(await excludes("here.ts")));
  });
});
