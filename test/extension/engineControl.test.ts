import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import type {Holding} from "../../src/contract/models";
import {LoadingProgress} from "../../src/features/engineControl/loadingProgress";
import {stateText} from "../../src/features/tokenCount/engineText";
import {StatusBarCount} from "../../src/features/tokenCount/statusBarCount";
import type {EngineClient, EngineState} from "../../src/host/engine/engineClient";
import {ErrorReporter} from "../../src/host/errors";
import {modelRef} from "../harness/modelRef";
import {closeEditors, select, showText, userSettings} from "./support/editors";
import {engineProcess, engineProcesses, noProcesses} from "./support/engineProcess";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

const nothing: EngineState = {process: "none", loading: null, loadingModel: null, unloaded: null, holding: null};

/** An engine that only reports its state. */
class SaidEngine {
  state: EngineState = nothing;
  private listener: () => void = () => undefined;
  onDidChangeState(listener: () => void): {dispose(): void} {
    this.listener = listener;
    return {dispose: () => undefined};
  }
  say(state: Partial<EngineState>): void {
    this.state = {...nothing, ...state};
    this.listener();
  }
}

describe("The engine's memory", () => {
  const set = userSettings();
  watchWindow();
  before(function () {
    if (noProcesses !== undefined) this.skip();
  });
  after(closeEditors);

  async function used(): Promise<void> {
    await showText("def add(a, b):\n    return a + b\n", "python");
    await vscode.commands.executeCommand("tokenscope.countTokens");
    await engineProcess();
  }

  it("is given back by Unload Model, and the next use loads the model again", async () => {
    await used();
    await vscode.commands.executeCommand("tokenscope.unloadModel");
    await until(() => engineProcesses().length === 0);
    // If there is nothing to unload, nothing happens.
    await vscode.commands.executeCommand("tokenscope.unloadModel");
    await used();
  });

  it("is given back some time after its last use, by what the setting says now", async () => {
    await closeEditors();
    await showText("x");
    await vscode.commands.executeCommand("tokenscope.countTokens");
    await set("idleMinutes", 0.005);
    await until(() => engineProcesses().length === 0);
  });
});

describe("The status bar, while a model is loaded", () => {
  const window = watchWindow();

  it("says so by its name, with percents, and says no more when it is done", async () => {
    const engine = new SaidEngine();
    const progress = new LoadingProgress(engine as unknown as EngineClient);
    try {
      const loadingModel = "/models/large $(x).gguf";
      engine.say({process: "starting", loadingModel});
      engine.say({process: "running", loading: 0, loadingModel});
      const work = await until(() => window().loads[0]);
      assert.equal(work.title, "Loading large $ (x).gguf");
      for (const loading of [0.42, 0.424, 0.5]) engine.say({process: "running", loading, loadingModel});
      assert.deepEqual(
        work.reports.map(({message}) => message),
        ["42 %", "50 %"]
      );
      assert.equal(work.ended, false);
      engine.say({process: "running"});
      await until(() => work.ended);
    } finally {
      progress.dispose();
    }
  });

  it("is silent about what takes no time", async () => {
    const [quick, slow] = [new SaidEngine(), new SaidEngine()];
    const progress = [quick, slow].map((engine) => new LoadingProgress(engine as unknown as EngineClient));
    quick.say({process: "running", loading: 0, loadingModel: "/models/quick.gguf"});
    quick.say({process: "running"});
    slow.say({process: "running", loading: 0, loadingModel: "/models/slow.gguf"});
    // This load began later, so a message about the other one would be there by now. The extension may load a model
    // too.
    await until(() => window().loads.some(({title}) => title.includes("slow.gguf")));
    for (const one of progress) one.dispose();
    assert.deepEqual(
      window().loads.filter(({title}) => title.includes("quick.gguf")),
      []
    );
  });
});

describe("The token count's item in the status bar", () => {
  const host = ownHost();
  const {createStatusBarItem} = vscode.window;
  let item: vscode.StatusBarItem | undefined;
  let count: StatusBarCount | undefined;

  before(async function () {
    if (noProcesses !== undefined) this.skip();
    Reflect.set(vscode.window, "createStatusBarItem", (_: string, ...rest: [vscode.StatusBarAlignment, number]) => {
      item = createStatusBarItem(...rest);
      return item;
    });
    count = new StatusBarCount(host());
    Reflect.set(vscode.window, "createStatusBarItem", createStatusBarItem);
  });
  after(async () => {
    count?.dispose();
    await closeEditors();
  });

  const tooltip = () =>
    ((item?.tooltip as vscode.MarkdownString | undefined)?.value ?? "").replace(/&#(\d+);/g, (_, code) =>
      String.fromCodePoint(Number(code))
    );
  const shown = () => item as vscode.StatusBarItem;

  it("says what is loaded, on what, and the memory that it takes", async () => {
    const editor = await showText("def add(a, b):\n    return a + b\n", "python");
    select(editor, 0, 3);
    await until(() => /State:\*\* vocabulary loaded, weights not;/.test(tooltip()));
    await host().engine.request("score", {model: host().settings.scoringModel(), text: "def f():\n"});
    await until(() => /State:\*\* loaded on \w+; \d+ MB of memory/.test(tooltip()));
  });

  it("counts all that is selected (vsce-wordcounter #6)", async () => {
    const editor = await showText("one two\nthree\n");
    editor.selections = [new vscode.Selection(0, 4, 0, 7), new vscode.Selection(1, 0, 1, 5)];
    await until(() => /2 selections:\*\* .*, 8 characters/.test(tooltip()));
    assert.match(tooltip(), /Each by itself:\*\* \d+ \+ \d+\n/);
    assert.match(shown().text, /\d tokens selected$/);
  });

  it("says that the model was unloaded, and keeps the count", async () => {
    const {text} = shown();
    host().engine.unload();
    assert.match(tooltip(), /State:\*\* unloaded; the next use/);
    assert.equal(shown().text, text);
  });

  it("warns when the engine is not started any more, and a click restarts it", async () => {
    const {engine, settings} = host();
    assert.equal(shown().command, "tokenscope.showMenu");
    for (let death = 0; death < 4; death++) {
      const counting = engine.request("count", {model: settings.scoringModel(), text: "x"}).catch(() => undefined);
      process.kill(engine.processId as number, "SIGKILL");
      await counting;
    }
    await until(() => engine.state.process === "stopped");
    assert.equal(shown().text, "$(warning) Tokens");
    assert.ok(shown().backgroundColor);
    assert.equal(shown().command, "tokenscope.restartEngine");
    assert.match(shown().accessibilityInformation?.label ?? "", /ended too often .* Click to restart it\.$/);
    // The command does this.
    engine.restart();
    await until(() => /\d tokens? selected/.test(shown().text));
    assert.equal(shown().backgroundColor, undefined);
    assert.equal(shown().command, "tokenscope.showMenu");
  });

  it("has a line for every state", () => {
    const holding: Holding = {models: [{model: modelRef("m"), device: "vulkan"}], memory: {ram: 5e8, vram: 2e9}};
    const text = (state: Partial<EngineState>, idle = 900_000) =>
      stateText({...nothing, ...state}, modelRef("m"), idle);
    assert.equal(text({}), "not loaded");
    assert.equal(text({process: "starting"}), "loading");
    assert.equal(text({process: "running", loading: 0.429}), "loading, 42 %");
    assert.equal(
      text({process: "running", holding}),
      "loaded on Vulkan; 500 MB of memory and 2.0 GB of the GPU's in use"
    );
    assert.equal(text({process: "running", holding: {...holding, models: []}}), "not loaded");
    assert.equal(text({unloaded: "idle"}), "unloaded after 15 minutes without use; the next use loads it again");
    assert.equal(text({unloaded: "idle"}, 60_000), "unloaded after a minute without use; the next use loads it again");
    assert.equal(
      text({unloaded: "idle"}, 30_000),
      "unloaded after 0.5 minutes without use; the next use loads it again"
    );
  });
});

describe("Copy Diagnostics", () => {
  const window = watchWindow();
  const set = userSettings();
  after(closeEditors);

  it("copies versions, system, devices, settings and state, and no folder or text of the user's", async () => {
    await set("model", "/home/somebody/secret-folder/no-such-model.gguf");
    await showText("secret words");
    await vscode.commands.executeCommand("tokenscope.countTokens");
    await vscode.commands.executeCommand("tokenscope.copyDiagnostics");
    assert.match(window().messages.at(-1)?.text ?? "", /^The diagnostics are in the clipboard\./);
    const text = await vscode.env.clipboard.readText();
    assert.match(text, /\| Tokenscope \| \d+\.\d+\.\d+ \|/);
    assert.match(text, /\| Engine \| Node v\d+\.\d+\.\d+, node-llama-cpp \d+\.\d+\.\d+, llama\.cpp \S+ \|/);
    assert.match(text, /- CPU: (works|in use); .+; [\d.]+ GB of [\d.]+ GB free; \w+/);
    assert.match(text, /- tokenscope\.model \(user\): no-such-model\.gguf/);
    assert.match(text, /Z: modelMissing/);
    assert.doesNotMatch(text, /secret|somebody/);
  });

  it("shows what was copied on request", async () => {
    window().answer("Show");
    await vscode.commands.executeCommand("tokenscope.copyDiagnostics");
    const text = await vscode.env.clipboard.readText();
    await until(() => vscode.window.activeTextEditor?.document.getText() === text);
    assert.equal(vscode.window.activeTextEditor?.document.languageId, "markdown");
  });

  it("can be cancelled", async () => {
    await vscode.env.clipboard.writeText("kept");
    const held = await engineProcess();
    // A running engine would answer before the cancellation.
    process.kill(held, "SIGSTOP");
    try {
      const copying = vscode.commands.executeCommand("tokenscope.copyDiagnostics");
      (await until(() => window().works[0])).cancel();
      await copying;
    } finally {
      process.kill(held, "SIGCONT");
    }
    assert.equal(await vscode.env.clipboard.readText(), "kept");
    assert.deepEqual(window().messages, []);
  });
});

describe("The memory of recent errors", () => {
  it("keeps the last twenty, one entry for the same in a row, without their messages", () => {
    const log = {error: () => undefined} as unknown as vscode.LogOutputChannel;
    const reporter = new ErrorReporter(log);
    const failing = (message: string) => new TypeError(message);
    for (let i = 0; i < 30; i++) reporter.describe(failing(`secret ${i}\n    at x (y.js:1:1)`));
    assert.equal(reporter.recent.length, 1);
    assert.equal(reporter.recent[0]?.times, 30);
    for (let i = 0; i < 30; i++) reporter.describe(i % 2 === 0 ? new RangeError("secret") : "secret");
    assert.equal(reporter.recent.length, 20);
    assert.doesNotMatch(JSON.stringify(reporter.recent), /secret|y\.js/);
    assert.match(reporter.recent.at(-2)?.stack ?? "", /engineControl\.test/);
  });
});
