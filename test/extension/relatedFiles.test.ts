import {strict as assert} from "node:assert";
import {mkdirSync, rmSync, writeFileSync} from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import {Exclusions} from "../../src/features/inlineCompletion/exclusions";
import {RecentEdits} from "../../src/features/inlineCompletion/recentEdits";
import {RelatedFiles} from "../../src/features/inlineCompletion/relatedFiles";
import {Settings} from "../../src/host/settings";
import {closeEditors} from "./support/editors";
import {tokenscope} from "./support/extension";
import {until} from "./support/until";

describe("what a completion is told of other files", () => {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const folder = path.join(root, "neighbours");
  const file = (name: string): vscode.Uri => vscode.Uri.file(path.join(folder, name));
  const outside = vscode.Uri.file(path.join(path.dirname(root), "outside.ts"));
  const subscriptions: vscode.Disposable[] = [];
  let relatedFiles: RelatedFiles;
  /** Definitions by name. */
  const definitions = new Map<string, vscode.Location>();

  before(async () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, "shapes.ts"), `${"// far above\n".repeat(100)}export function areaOf(): number;\n`);
    writeFileSync(path.join(folder, "other.ts"), "export const otherThings = 1;\n");
    writeFileSync(path.join(folder, ".env"), "SECRET=1\n");
    writeFileSync(outside.fsPath, "export const outer = 1;\n");
    writeFileSync(path.join(folder, "main.ts"), "areaOf(secret, outer);\n\n");
    const settings = new Settings((await tokenscope()).extensionUri);
    const exclusions = new Exclusions(settings);
    const edits = new RecentEdits();
    relatedFiles = new RelatedFiles(exclusions, edits);
    const provider = vscode.languages.registerDefinitionProvider(
      {pattern: "**/neighbours/main.ts"},
      {
        provideDefinition(document, position) {
          return definitions.get(document.getText(document.getWordRangeAtPosition(position)));
        }
      }
    );
    subscriptions.push(settings, exclusions, edits, provider);
  });
  after(async () => {
    await closeEditors();
    for (const one of subscriptions) one.dispose();
    rmSync(folder, {recursive: true});
    rmSync(outside.fsPath);
  });

  /** Waits for related files, which are collected in the background for the next request. */
  async function filesAt(document: vscode.TextDocument, least: number): Promise<ReturnType<RelatedFiles["at"]>> {
    return await until(() => {
      const found = relatedFiles.at(document, new vscode.Position(document.lineCount - 1, 0));
      return found.files.length >= least && found;
    });
  }

  it("is where names near the cursor are defined, though that isn't open, and what is open beside it; never what is excluded, or outside and not open", async () => {
    definitions.set("areaOf", new vscode.Location(file("shapes.ts"), new vscode.Position(100, 16)));
    definitions.set("secret", new vscode.Location(file(".env"), new vscode.Position(0, 0)));
    definitions.set("outer", new vscode.Location(outside, new vscode.Position(0, 0)));
    await vscode.window.showTextDocument(file(".env"), {viewColumn: vscode.ViewColumn.Three});
    await vscode.window.showTextDocument(file("other.ts"), {viewColumn: vscode.ViewColumn.Two});
    const {document} = await vscode.window.showTextDocument(file("main.ts"), {viewColumn: vscode.ViewColumn.One});

    const {path: own, repository, files} = await filesAt(document, 2);

    assert.equal(own, "neighbours/main.ts");
    assert.equal(repository, path.basename(root));
    // The most useful one comes last, next to the text.
    assert.deepEqual(
      files.map((one) => one.path),
      ["neighbours/other.ts", "neighbours/shapes.ts"]
    );
    const [other, shapes] = files.map(({text}) => text);
    assert.equal(other, "export const otherThings = 1;\n");
    assert.match(shapes ?? "", /areaOf/);
    assert.ok((shapes ?? "").split("\n").length <= 41, "a piece of it");
  });
});
