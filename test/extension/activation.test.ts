import {strict as assert} from "node:assert";
import path from "node:path";
import * as vscode from "vscode";
import {closeEditors, select, showText} from "./support/editors";
import {engineProcess, engineProcesses, mappedFiles, noProcesses} from "./support/engineProcess";
import {tokenscope} from "./support/extension";
import {watchWindow} from "./support/watchedWindow";

interface Manifest {
  readonly contributes: {
    readonly commands: readonly {readonly command: string}[];
    readonly views: Readonly<Record<string, readonly {readonly id: string}[]>>;
    readonly configuration: {readonly properties: Readonly<Record<string, {readonly default: unknown}>>};
  };
}

const native = /llama|ggml/i;

/** Names of the native libraries loaded into the extension host. */
function sharedObjects(): string[] {
  // @types/node declares a string, but it is an object.
  const report = process.report?.getReport() as unknown as {readonly sharedObjects: readonly string[]};
  return report.sharedObjects.map((file) => path.basename(file));
}

describe("activation", () => {
  const window = watchWindow();
  after(closeEditors);

  it("happens by itself, and starts no engine process", async function () {
    await tokenscope();
    if (noProcesses !== undefined) this.skip();
    assert.deepEqual(engineProcesses(), []);
  });

  it("registers the commands of package.json and no others", async () => {
    const {packageJSON} = await tokenscope();
    const {commands, views} = (packageJSON as Manifest).contributes;
    const declared = commands.map(({command}) => command);
    // VS Code adds some commands to every view.
    const ofViews = Object.values(views)
      .flat()
      .map(({id}) => `${id}.`);
    const registered = (await vscode.commands.getCommands(true)).filter(
      (command) => command.startsWith("tokenscope.") && !ofViews.some((view) => command.startsWith(view))
    );
    assert.deepEqual(registered.sort(), declared.sort());
  });

  it("finds its settings at their defaults", async () => {
    const {packageJSON} = await tokenscope();
    const keys = Object.keys((packageJSON as Manifest).contributes.configuration.properties);
    const configuration = vscode.workspace.getConfiguration();
    const exclude = configuration.get<string[]>("tokenscope.inlineCompletion.exclude") ?? [];
    for (const pattern of [".env", "*.pem", "id_rsa*", "credentials"]) assert.ok(exclude.includes(pattern), pattern);
    assert.deepEqual(Object.fromEntries(keys.map((key) => [key, configuration.get(key)])), {
      "tokenscope.model": "",
      "tokenscope.completionModel": "",
      "tokenscope.modelFolders": [],
      "tokenscope.selectionContext": false,
      "tokenscope.colorBy": "probability",
      "tokenscope.colorThreshold": null,
      "tokenscope.heatmap.lineFigures": false,
      "tokenscope.codeLens": false,
      "tokenscope.logprobs.live": false,
      "tokenscope.budget": null,
      "tokenscope.gpu": "auto",
      "tokenscope.gpuLayers": "auto",
      "tokenscope.huggingFaceEndpoint": "",
      "tokenscope.npmRegistry": "https://registry.npmjs.org/",
      "tokenscope.threads": 0,
      "tokenscope.contextSize": 0,
      "tokenscope.kvCache": "f16",
      "tokenscope.idleMinutes": 15,
      "tokenscope.countOnStart": true,
      "tokenscope.titleButton": true,
      "tokenscope.inlineCompletion.enabled": false,
      "tokenscope.inlineCompletion.delay": 50,
      "tokenscope.inlineCompletion.maxTokens": 64,
      "tokenscope.inlineCompletion.minConfidence": 0.3,
      "tokenscope.inlineCompletion.exclude": exclude,
      "tokenscope.inlineCompletion.alternatives": 5
    });
  });

  it("leaves native code to the engine process, also when the model has been used", async function () {
    if (noProcesses !== undefined) this.skip();
    await showText("def add(a, b):\n    return a + b\n", "python");
    await vscode.commands.executeCommand("tokenscope.countTokens");
    assert.equal(window().messages.at(-1)?.severity, "information");
    const engine = mappedFiles(await engineProcess()).map((file) => path.basename(file));
    assert.ok(
      engine.some((name) => native.test(name)),
      "the engine has loaded what is looked for"
    );
    assert.deepEqual(
      sharedObjects().filter((name) => native.test(name)),
      []
    );
    assert.deepEqual(
      mappedFiles(process.pid)
        .map((file) => path.basename(file))
        .filter((name) => native.test(name)),
      []
    );
  });

  it("runs one engine process for all requests", async function () {
    if (noProcesses !== undefined) this.skip();
    const [first] = engineProcesses();
    // A text that the engine does not have yet, and a part of it: both ask the engine.
    const editor = await showText("one two three");
    for (const end of [0, 3]) {
      select(editor, 0, end);
      await vscode.commands.executeCommand("tokenscope.countTokens");
      assert.equal(window().messages.at(-1)?.severity, "information");
    }
    assert.deepEqual(engineProcesses(), [first]);
  });
});
