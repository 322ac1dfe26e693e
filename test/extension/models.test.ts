import {strict as assert} from "node:assert";
import {mkdirSync, rmSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import type {MemoryEstimate} from "../../src/contract/models";
import type {EngineMethod} from "../../src/contract/requests";
import {useModel} from "../../src/features/models/useModel";
import type {EngineClient} from "../../src/host/engine/engineClient";
import {makeOllamaStore, renamedModel} from "../harness/ollamaStore";
import {root} from "../harness/paths";
import {asEmbeddingModel} from "./support/brokenModels";
import {closeEditors, placeCursor, showText, temporaryFolder, userSettings} from "./support/editors";
import {environment} from "./support/environment";
import {demonstrationModel} from "./support/extension";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

type List = vscode.QuickPick<vscode.QuickPickItem>;

const f16 = path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf");

describe("Select Model", () => {
  const window = watchWindow();
  const set = userSettings();
  const folder = temporaryFolder();
  const own = path.join(folder.path, "own");
  mkdirSync(path.join(own, "deep"), {recursive: true});
  const home = path.join(folder.path, "home");
  mkdirSync(home);
  const stored = makeOllamaStore(path.join(folder.path, "ollama"), {
    "tiny:f16": renamedModel(f16, "Tokenscope Tiny Coder", "Tokenscope Tiny Plain")
  });
  const embedding = folder.write("own/deep/embedding.gguf", asEmbeddingModel());
  folder.write("own/broken.gguf", "This is no model, whatever it is called.\n");

  environment({HOME: home, OLLAMA_MODELS: path.join(folder.path, "ollama")});
  beforeEach(async () => {
    await set("model", "");
    await set("completionModel", "");
    await set("modelFolders", [own]);
  });
  afterEach(() => vscode.commands.executeCommand("workbench.action.closeQuickOpen"));
  after(closeEditors);

  const setting = (key: string) => vscode.workspace.getConfiguration("tokenscope").get<unknown>(key);

  /** Waits for a command's list to be complete. `ended` resolves when the command is done. */
  async function open(command = "tokenscope.selectModel"): Promise<{list: List; ended: Thenable<unknown>}> {
    const shown = window().lists.length;
    const ended = vscode.commands.executeCommand(command);
    const list = await until(() => window().lists[shown]);
    await until(() => !list.busy);
    return {list, ended};
  }

  function row(list: List, label: string): vscode.QuickPickItem {
    const found = list.items.find((item) => item.label.replace(/^\$\([\w-]+\) /, "") === label);
    assert.ok(found, `no ${label} among ${list.items.map((item) => item.label).join(", ")}`);
    return found;
  }

  /** Chooses a row by keys, and checks the active row before each key. */
  async function choose(list: List, label: string): Promise<void> {
    const wanted = row(list, label);
    // The list ignores a choice right after an update, because nobody can have seen the row.
    await setTimeout(350);
    await until(async () => {
      await setTimeout(50);
      if (list.activeItems[0] === wanted) return true;
      await vscode.commands.executeCommand("workbench.action.quickOpenSelectNext");
      return false;
    });
    await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
  }

  it("lists the models of other programs and of the user's folders, with what they are and can", async () => {
    const {list, ended} = await open();
    const tiny = row(list, "tiny:f16");
    assert.match(tiny.description ?? "", /^3\.1M · F16 · 6\.6 MB/);
    assert.match(
      tiny.detail ?? "",
      /^fits · completes and fills in the middle · 1,024 tokens of context · Ollama: .*sha256-/
    );
    assert.match(row(list, "embedding").detail ?? "", /embeds only: .* · \/.*embedding\.gguf$/);
    assert.match(row(list, "broken").detail ?? "", /^can't be read as a model · /);
    const demonstration = list.items.find(({label}) => label.startsWith("$(check) "));
    assert.match(demonstration?.description ?? "", /^3\.1M · Q8_0 · 3\.6 MB · in use$/);
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await ended;
  });

  it("changes nothing when it is closed", async () => {
    const {ended} = await open();
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await ended;
    assert.deepEqual([setting("model"), setting("completionModel")], ["", ""]);
    assert.deepEqual([window().messages, window().works], [[], []]);
  });

  it("uses the chosen model for everything, says what it is, and goes back on request", async () => {
    const {list, ended} = await open();
    window().answer("Undo");
    await choose(list, "tiny:f16");
    await ended;
    const [message] = window().messages;
    assert.equal(
      message?.text,
      "Tokenscope uses Tokenscope Tiny Plain (F16): 8,192 tokens in its vocabulary, 1,024 in its context."
    );
    assert.deepEqual(message?.buttons, ["Undo"]);
    await until(() => setting("model") === "");
    assert.equal(setting("completionModel"), "");
  });

  it("puts the one in use first, with a check, and what was used lately next", async () => {
    await vscode.commands.executeCommand("tokenscope.useModel", stored["tiny:f16"]);
    const {list, ended} = await open();
    assert.deepEqual(
      list.items.slice(0, 2).map(({label}) => label),
      ["Recently used", "$(check) tiny:f16"]
    );
    assert.equal(list.items.filter(({label}) => label.endsWith("tiny:f16")).length, 1);
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await ended;
    await vscode.commands.executeCommand("tokenscope.useDemonstrationModel");
    const again = await open();
    assert.equal(again.list.items[1]?.label, "tiny:f16");
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await again.ended;
  });

  it("reads nothing, and changes nothing, when the reading is cancelled", async () => {
    await vscode.commands.executeCommand("tokenscope.restartEngine");
    const using = vscode.commands.executeCommand("tokenscope.useModel", stored["tiny:f16"]);
    (await until(() => window().works[0])).cancel();
    await using;
    assert.equal(setting("model"), "");
    assert.deepEqual(window().errors, []);
  });

  it("says why a file can't be used, leaves the model as it is, and offers the list again", async () => {
    const {list, ended} = await open();
    window().answer("Select Model…");
    await choose(list, "broken");
    const again = await until(() => window().lists[1]);
    assert.match(window().errors[0]?.text ?? "", /^"broken\.gguf" is not a GGUF file/);
    assert.equal(setting("model"), "");
    await until(() => !again.busy);
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await ended;
  });

  it("explains that an embedding model can't measure, and offers another", async () => {
    const {list, ended} = await open();
    window().answer("Choose Another…");
    await choose(list, "embedding");
    const again = await until(() => window().lists[1]);
    const [warning] = window().messages;
    assert.match(warning?.text ?? "", /is an embedding model and predicts no tokens/);
    assert.deepEqual(warning?.buttons, ["Choose Another…", "Use Anyway"]);
    assert.equal(setting("model"), "");
    await until(() => !again.busy);
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await ended;
  });

  it("lets an embedding model count for who wants that, but not complete", async () => {
    window().answer("Use Anyway");
    await vscode.commands.executeCommand("tokenscope.useModel", embedding);
    assert.equal(setting("model"), embedding);
    await vscode.commands.executeCommand("tokenscope.useModel", embedding, "completion");
    assert.deepEqual(window().messages.at(-1)?.buttons, ["Choose Another…"]);
    assert.equal(setting("completionModel"), "");
  });

  it("takes another model for completion only, which then completes, and one for both again", async () => {
    const {list, ended} = await open("tokenscope.selectCompletionModel");
    assert.equal(list.title, "Select Model for Completion Only");
    await choose(list, "tiny:f16");
    await ended;
    assert.deepEqual([setting("model"), setting("completionModel")], ["", stored["tiny:f16"]]);
    assert.match(window().messages[0]?.text ?? "", /^Tokenscope completes with Tokenscope Tiny Plain \(F16\)/);

    const two = await open();
    assert.match(row(two.list, "tiny:f16").description ?? "", /in use for completion$/);
    await choose(two.list, "Use One Model for Both");
    await two.ended;
    assert.deepEqual([setting("model"), setting("completionModel")], ["", ""]);
  });

  it("keeps the model that completes when another is chosen for measuring only", async () => {
    await vscode.commands.executeCommand("tokenscope.useModel", stored["tiny:f16"], "scoring");
    assert.deepEqual([setting("model"), setting("completionModel")], [stored["tiny:f16"], "demonstration"]);
    const editor = await showText("def add(a, b):\n    return \n", "python");
    placeCursor(editor, "return ");
    window().forget();
    await vscode.commands.executeCommand("tokenscope.countTokens");
    assert.match(window().messages[0]?.text ?? "", /\(Tokenscope Tiny Plain, F16\)$/);
    await vscode.commands.executeCommand("tokenscope.complete");
    await until(() => window().works.some(({title, ended}) => title === "Completing" && ended));
    assert.deepEqual(window().errors, []);
  });

  for (const [what, parameters] of [
    ["nothing", []],
    ["no text", [42]],
    ["a relative path", ["models/tiny.gguf"]],
    ["a role that there isn't", [demonstrationModel, "cooking"]]
  ] as const)
    it(`takes no model from a command with ${what}`, async () => {
      await vscode.commands.executeCommand("tokenscope.useModel", ...parameters);
      assert.equal(window().errors.length, 1);
      assert.deepEqual([setting("model"), setting("completionModel")], ["", ""]);
    });

  it("drops what is gone", async () => {
    const gone = folder.write("gone.gguf", renamedModel(demonstrationModel, "Coder", "Goner"));
    await vscode.commands.executeCommand("tokenscope.useModel", gone);
    await vscode.commands.executeCommand("tokenscope.useDemonstrationModel");
    rmSync(gone);
    const {list, ended} = await open();
    assert.ok(!list.items.some(({label}) => label === "gone"));
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await ended;
  });
});

describe("A model that does not fit", () => {
  const window = watchWindow();
  const set = userSettings();
  const host = ownHost();
  beforeEach(async () => {
    await set("model", "");
    await set("completionModel", "");
    await set("contextSize", 0);
  });

  const setting = (key: string) => vscode.workspace.getConfiguration("tokenscope").get<unknown>(key);

  /** A host whose engine gives this estimate for every model. */
  function hostWith(estimate: MemoryEstimate): ReturnType<typeof host> {
    const {engine} = host();
    const request = (method: EngineMethod, ...rest: unknown[]) =>
      method === "estimate"
        ? Promise.resolve(estimate)
        : Reflect.apply(engine.request as (...parameters: unknown[]) => unknown, engine, [method, ...rest]);
    return {...host(), engine: {request, retain: () => undefined} as unknown as EngineClient};
  }

  const gigabyte = 1e9;
  const large: MemoryEstimate = {
    weights: {ram: 1 * gigabyte, vram: 0},
    context: {ram: 4 * gigabyte, vram: 0},
    perToken: {ram: gigabyte / 1024, vram: 0},
    perLayer: 0,
    contexts: 2,
    contextSize: 4096,
    gpuLayers: 0,
    layers: 4,
    free: {ram: 4.5 * gigabyte, vram: 0},
    total: {ram: 8 * gigabyte, vram: 0},
    device: "cpu"
  };
  const huge: MemoryEstimate = {...large, weights: {ram: 100 * gigabyte, vram: 0}};

  it("is warned about before it is loaded, and can be used anyway", async () => {
    assert.equal(await useModel(hostWith(huge), {kind: "file", path: f16}, "both"), "nothing");
    assert.equal(setting("model"), "");
    const [warning] = window().messages;
    assert.match(warning?.text ?? "", /^Tokenscope Tiny Coder is too large for the memory that is free\. Needs about /);
    assert.deepEqual(warning?.buttons, ["Use Anyway", "Choose Another…"]);
    window().answer("Choose Another…");
    assert.equal(await useModel(hostWith(huge), {kind: "file", path: f16}, "both"), "chooseAnother");
    window().answer("Use Anyway");
    assert.equal(await useModel(hostWith(huge), {kind: "file", path: f16}, "both"), "used");
    assert.equal(setting("model"), f16);
  });

  it("is used as advised, and Undo takes the advice back too", async () => {
    window().answer("Use a Context of 1,024 Tokens");
    assert.equal(await useModel(hostWith(large), {kind: "file", path: f16}, "both"), "used");
    assert.deepEqual([setting("model"), setting("contextSize")], [f16, 1024]);
    assert.match(window().messages.at(-1)?.text ?? "", / 1,024 in its context\.$/);
    await set("contextSize", 0);
    await set("model", "");
    window().answer("Use a Context of 1,024 Tokens");
    window().answer("Undo");
    await useModel(hostWith(large), {kind: "file", path: f16}, "both");
    await until(() => setting("contextSize") === 0 && setting("model") === "");
  });

  it("is no matter where it fits", async () => {
    assert.equal(
      await useModel(hostWith({...large, free: {ram: 100 * gigabyte, vram: 0}}), {kind: "file", path: f16}, "both"),
      "used"
    );
    assert.equal(window().messages.length, 1);
  });
});
