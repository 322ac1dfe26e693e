// What VS Code calls in its extension host for bench/pressureInTheWorkbench.mjs: opens, types, counts, hovers, and
// writes down how long the event loop was held up meanwhile. Without the extension it does the same, as far as that is
// possible.
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import {Delays} from "./delays";

const sentence = "The quick brown fox jumps over the lazy dog, and then it runs 42 times.\n";

type Delay = readonly [what: string, worst: number];

export async function run(): Promise<void> {
  const {TOKENSCOPE_RESULTS: results, TOKENSCOPE_MEGABYTES: megabytes, TOKENSCOPE_EDITORS: editors} = process.env;
  if (results === undefined) throw new Error("There is no place for the results.");
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-pressure-"));
  try {
    writeFileSync(results, JSON.stringify(await measure(folder, Number(megabytes), Number(editors))));
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

async function measure(folder: string, megabytes: number, editors: number): Promise<Delay[]> {
  const ours = vscode.extensions.getExtension("tokenscope.tokenscope");
  const command = async (name: string): Promise<void> => {
    // Some commands end with a message, which is not awaited.
    if (ours) await Promise.race([vscode.commands.executeCommand(name), setTimeout(60_000)]);
  };
  const file = (name: string, text: string): vscode.Uri => {
    writeFileSync(path.join(folder, name), text);
    return vscode.Uri.file(path.join(folder, name));
  };
  const delays: Delay[] = [];
  const watch = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    await setTimeout(500);
    const watched = new Delays();
    await work();
    await setTimeout(500);
    delays.push([what, watched.end()]);
  };
  const type = async (editor: vscode.TextEditor, line: number, keys: number): Promise<void> => {
    for (let key = 0; key < keys; key++) {
      await editor.edit((change) => change.insert(new vscode.Position(line, 5), "x"));
      await setTimeout(180);
    }
  };
  await ours?.activate();
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({content: "one two three"}));
  await command("tokenscope.countTokens");

  const long = file("long.txt", sentence.repeat(Math.floor((megabytes * 1e6) / sentence.length)));
  const oneLine = file("oneLine.txt", "lorem ipsum ".repeat(Math.floor(10e6 / 12)));
  await watch(`${megabytes} MB: opened`, async () => vscode.window.showTextDocument(long));
  const editor = await vscode.window.showTextDocument(long);
  const last = editor.document.lineCount - 10;
  await watch(`${megabytes} MB: counted`, () => command("tokenscope.countTokens"));
  await watch(`${megabytes} MB: 10 keys typed`, () => type(editor, 5, 10));
  await watch(`${megabytes} MB: two lines scored`, async () => {
    editor.selection = new vscode.Selection(last, 0, last + 2, 0);
    await command("tokenscope.perplexity");
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
  });
  await watch(`${megabytes} MB: completed`, async () => {
    editor.selection = new vscode.Selection(last, 5, last, 5);
    await command("tokenscope.complete");
    await setTimeout(1000);
  });
  editor.selection = new vscode.Selection(last, 0, last + 2, 0);
  await watch("500 hovers in a second", async () => {
    for (let hover = 0; hover < 500; hover++) {
      const position = new vscode.Position(last, hover % 60);
      void vscode.commands.executeCommand("vscode.executeHoverProvider", long, position);
      await setTimeout(2);
    }
  });
  await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  await watch("10 MB on a line: opened", async () => vscode.window.showTextDocument(oneLine));
  const lineEditor = await vscode.window.showTextDocument(oneLine);
  await watch("10 MB on a line: 10 keys typed", () => type(lineEditor, 0, 10));
  await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  await watch(`${editors} editors: opened`, async () => {
    for (let number = 0; number < editors; number++)
      await vscode.window.showTextDocument(file(`${number}.txt`, sentence.repeat(number)), {preview: false});
  });
  await watch(`${editors} editors: gone through`, async () => {
    for (let number = 0; number < Math.min(50, editors); number++)
      await vscode.commands.executeCommand("workbench.action.previousEditorInGroup");
  });
  return delays;
}
