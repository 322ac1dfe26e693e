import {strict as assert} from "node:assert";
import path from "node:path";
import * as vscode from "vscode";
import type {FromView, Report, Table, ToView} from "../../src/features/promptTests/protocol";
import {presets} from "../../src/sampling/presets";
import {root} from "../harness/paths";
import {closeEditors, select, showText, temporaryFolder, userSettings} from "./support/editors";
import {until} from "./support/until";
import {watchViews} from "./support/watchedView";
import {watchWindow} from "./support/watchedWindow";

const answer = "return a + b";

type Shown = ToView & {readonly report: Report};

describe("Prompt tests", () => {
  const window = watchWindow();
  const view = watchViews<ToView, FromView>();
  const folder = temporaryFolder();
  const set = userSettings();
  const originals = new Map<string, unknown>();
  /** What is chosen in the next lists, by the beginning of its label; and typed in the next input boxes. */
  const choices: string[] = [];
  const typed: string[] = [];

  before(() => {
    const replace = (key: "showQuickPick" | "showInputBox", replacement: unknown) => {
      originals.set(key, vscode.window[key]);
      Reflect.set(vscode.window, key, replacement);
    };
    replace("showQuickPick", (items: readonly vscode.QuickPickItem[]) => {
      const label = choices.shift();
      const isChosen = (item: vscode.QuickPickItem) =>
        item.label === label || (label === "Draw" && /Draw/.test(item.label));
      return Promise.resolve(items.find(isChosen));
    });
    replace("showInputBox", () => Promise.resolve(typed.shift()));
  });
  after(() => {
    for (const [key, original] of originals) Reflect.set(vscode.window, key, original);
  });
  beforeEach(async () => {
    choices.length = 0;
    typed.length = 0;
    // The answer may come from there.
    await vscode.env.clipboard.writeText("");
  });
  afterEach(closeEditors);

  /** As a tab that stays when another file is shown. */
  async function showTab(name: string, content: string): Promise<void> {
    await vscode.window.showTextDocument(vscode.Uri.file(folder.write(name, content)), {preview: false});
  }

  async function finished(): Promise<Shown> {
    return await until(() =>
      view().told.findLast((one): one is Shown => one.type !== "running" && one.type !== "idle" && one.report !== null)
    );
  }

  async function copied(type: "copyJson" | "copyMarkdown"): Promise<string> {
    await vscode.env.clipboard.writeText("");
    view().say({type});
    return await until(async () => (await vscode.env.clipboard.readText()) || undefined);
  }

  const column = ({columns, rows}: Table, key: string) => {
    const index = columns.findIndex((one) => one.key === key);
    return rows.map((cells) => cells[index]?.value);
  };

  function tableOf({report}: Shown, index: number): Table {
    const table = report.tables[index];
    assert.ok(table);
    return table;
  }

  it("rank the selections of an editor by the answer's logprob behind each", async () => {
    const prompts = ["def add(a, b):\n    ", "The weather is fine. ", "def add(a, b):\n    # adds two numbers\n    "];
    const editor = await showText(prompts.join("\n---\n"), "python");
    const {document} = editor;
    editor.selections = prompts.map((prompt) => {
      const start = document.getText().indexOf(prompt);
      return new vscode.Selection(document.positionAt(start), document.positionAt(start + prompt.length));
    });
    typed.push(answer);
    await vscode.commands.executeCommand("tokenscope.comparePrompts");
    const shown = await finished();
    assert.equal(shown.type, "done");
    const table = tableOf(shown, 0);
    const logprobs = column(table, "logprob") as number[];
    assert.equal(logprobs.length, 3);
    assert.deepEqual(
      logprobs.toSorted((a, b) => b - a),
      logprobs
    );
    const titles = column(table, "prompt") as string[];
    assert.match(titles[2] ?? "", /line 4$/);
    const json = JSON.parse(await copied("copyJson"));
    for (const [row, prompt] of json.prompts.entries()) {
      const sum = prompt.logprobs.reduce((all: number, one: number) => all + one, 0);
      assert.ok(Math.abs(sum - (logprobs[row] ?? 0)) < 1e-9);
      assert.equal(prompt.ids.length, prompt.tokens);
    }
    assert.match(await copied("copyMarkdown"), /\| Prompt \| Rank \|/);
    // Enter opens the prompt.
    view().say({type: "open", table: 0, row: 2});
    await until(() => {
      const active = vscode.window.activeTextEditor;
      return active && active.document.getText(active.selection) === prompts[1];
    });
    assert.deepEqual(window().errors, []);
  });

  it("score as Show Logprobs scores the same selection in its context", async () => {
    // The answer begins with a space, where one cut and two are the same.
    const prompt = "def add(a, b):\n    return a + b\n\n\ndef sub(a, b): return";
    await showTab("prompt.py", prompt);
    await showTab("other.py", `${prompt} # or`);
    await vscode.env.clipboard.writeText(" a - b\n");
    choices.push("From the Clipboard");
    const running = vscode.commands.executeCommand("tokenscope.comparePrompts");
    const list = await until(() => window().lists.at(-1));
    await until(() => list.selectedItems.length >= 2);
    await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
    await running;
    const table = tableOf(await finished(), 0);
    assert.deepEqual([...column(table, "prompt")].sort(), ["other.py", "prompt.py"]);
    const {prompts} = JSON.parse(await copied("copyJson"));
    const scored = prompts.find((one: {prompt: {title: string}}) => one.prompt.title === "prompt.py");
    await closeEditors();
    const editor = await showText(`${prompt} a - b\n`, "python");
    select(editor, prompt.length);
    await set("selectionContext", true);
    const target = folder.write("scores.json", "");
    window().saveTo(target);
    await vscode.commands.executeCommand("tokenscope.exportScores");
    const exported = JSON.parse(
      await until(async () => {
        const bytes = await vscode.workspace.fs.readFile(vscode.Uri.file(target));
        return bytes.length > 0 ? new TextDecoder().decode(bytes) : undefined;
      })
    );
    const ids = exported.tokens.map(({id}: {id: number}) => id);
    assert.deepEqual(scored.ids, ids);
    const sum = exported.tokens.reduce((all: number, {logprob}: {logprob: number}) => all + logprob, 0);
    assert.ok(Math.abs(scored.logprob - sum) < 0.01, `${scored.logprob} and ${sum}`);
  });

  it("say why a prompt has no score, and rank the others", async () => {
    await showTab("empty.txt", "");
    await showTab("full.txt", "def add(a, b):\n");
    typed.push(answer);
    const running = vscode.commands.executeCommand("tokenscope.comparePrompts");
    const list = await until(() => window().lists.at(-1));
    await until(() => list.selectedItems.length >= 2);
    await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
    await running;
    const {rows} = tableOf(await finished(), 0);
    assert.deepEqual(
      rows.map((cells) => cells[1]?.isReason ?? false),
      [false, true]
    );
    assert.match(rows[1]?.[1]?.text ?? "", /This file is empty/);
    assert.deepEqual(window().errors, []);
  });

  it("draw answers, whose logprob is that of their score in the same context", async () => {
    await set("model", path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf"));
    await showText("def add(a, b):\n    return", "python");
    choices.push("Answers", "Temperature", "Length", "Draw");
    typed.push("2", "0", "6");
    await vscode.commands.executeCommand("tokenscope.consistency");
    const shown = await finished();
    const {answers, greedy, settings} = JSON.parse(await copied("copyJson"));
    assert.deepEqual([settings.temperature, settings.extent], [0, "unlimited"]);
    assert.deepEqual([answers[0].text, answers[1].text], [greedy.text, greedy.text]);
    assert.deepEqual([answers[0].tokens, greedy.tokens], [6, 6]);
    assert.ok(Math.abs(answers[0].logprob - greedy.logprob) < 0.01, `${answers[0].logprob} and ${greedy.logprob}`);
    assert.deepEqual(column(tableOf(shown, 0), "entropy"), [0, 0]);
    assert.match(Object.fromEntries(shown.report.facts)["Most frequent answer"] ?? "", /^100 % \(2 of 2\)/);
  });

  it("try small changes, the worst first, with the same answers for the same seeds", async () => {
    await showText("def add(a, b):\n    return", "python");
    // A preset takes its own temperature, whatever was chosen before.
    choices.push("Answers", "Samplers", "the model's own probabilities", "Length", "End", "Draw");
    typed.push("4", "6");
    await vscode.commands.executeCommand("tokenscope.consistency");
    const shown = await finished();
    assert.equal(shown.type, "done");
    const json = JSON.parse(await copied("copyJson"));
    assert.deepEqual(json.settings, {
      preset: "model",
      temperature: null,
      count: 4,
      seed: 0,
      maxTokens: 6,
      extent: "line"
    });
    assert.deepEqual(json.samplers, JSON.parse(JSON.stringify(presets[0]?.settings)));
    assert.deepEqual(
      json.answers.map(({seed}: {seed: number}) => seed),
      [0, 1, 2, 3]
    );
    const clusters = tableOf(shown, 1);
    assert.equal(
      (column(clusters, "answers") as number[]).reduce((all, one) => all + one, 0),
      4
    );
    const changes = tableOf(shown, 2);
    assert.equal(changes.rows.length, json.asked.changes);
    assert.ok(changes.rows.length >= 4, String(changes.rows.length));
    const similarity = column(changes, "answer_similarity") as number[];
    assert.deepEqual(
      similarity.toSorted((a, b) => a - b),
      similarity
    );
    // The same seeds give the same answers.
    view().forget();
    view().say({type: "runAgain"});
    await finished();
    assert.deepEqual(JSON.parse(await copied("copyJson")).answers, json.answers);
    view().say({type: "open", table: 2, row: 0});
    await until(() => vscode.window.activeTextEditor?.document.isUntitled);
    assert.deepEqual(window().errors, []);
  });

  it("keep what there is when they are cancelled, and say so", async () => {
    await showText("def add(a, b):\n    return", "python");
    choices.push("Answers", "Length", "End", "Draw");
    typed.push("100", "500");
    const running = vscode.commands.executeCommand("tokenscope.consistency");
    const work = await until(() => window().works.find(({title}) => title.startsWith("Consistency of answers")));
    await until(() => work.reports.some(({message = ""}) => /^answer [1-9]/.test(message)));
    work.cancel();
    await running;
    const shown = await finished();
    assert.equal(shown.type, "cancelled");
    const facts = Object.fromEntries(shown.report.facts);
    assert.match(facts["Answers"] ?? "", /^[1-9]\d* of 100$/);
    assert.deepEqual(window().errors, []);
  });

  it("show an error in the view, and its ways out", async () => {
    await set("model", folder.write("none.gguf", "GGUF, but no model"));
    await showText("def add(a, b):\n    return", "python");
    choices.push("Draw");
    await vscode.commands.executeCommand("tokenscope.consistency");
    const failed = await view().hears("failed");
    const [error] = await until(() => window().errors.length > 0 && window().errors);
    assert.equal(failed.message, error?.text);
    assert.ok((error?.buttons.length ?? 0) > 0);
  });

  it("need a text", async () => {
    await closeEditors();
    await vscode.commands.executeCommand("tokenscope.comparePrompts");
    await vscode.commands.executeCommand("tokenscope.consistency");
    assert.equal(window().errors.length, 2);
  });
});
