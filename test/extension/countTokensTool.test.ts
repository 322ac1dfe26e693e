import {strict as assert} from "node:assert";
import {mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import {CountTokensTool} from "../../src/features/agentTool/countTokensTool";
import {workspaceFolder} from "../../src/features/agentTool/workspaceFile";
import type {Host} from "../../src/host/host";
import {withChatTemplates} from "../harness/chatModel";
import {closeEditors, showFile} from "./support/editors";
import {demonstrationModel, referenceText, tokenscope} from "./support/extension";
import {ownHost} from "./support/ownHost";

const name = "tokenscope_count_tokens";

interface Answer {
  readonly of: string;
  readonly as: string;
  readonly count: number;
  readonly characters: number;
  readonly bytes: number;
  readonly charactersPerToken?: number;
  readonly model: {readonly file: string; readonly quantization: string};
  readonly contextSize: number;
  readonly percentOfContext: number;
  readonly budget?: number;
  readonly overBudget?: number;
  readonly plainCount?: number;
  readonly tokensOfMessages?: readonly number[];
  readonly tokensOfTemplate?: number;
  readonly files?: number;
  readonly largestFiles?: readonly {readonly file: string; readonly count: number; readonly percentOfFolder: number}[];
  readonly filesOverBudget?: number;
  readonly largestOverBudget?: readonly {readonly file: string; readonly count: number; readonly budget: number}[];
  readonly skippedFiles?: number;
  readonly skippedBecause?: Readonly<Record<string, number>>;
}

function answer(result: vscode.LanguageModelToolResult): Answer {
  const [part, ...more] = result.content;
  assert.deepEqual(more, []);
  assert.ok(part instanceof vscode.LanguageModelTextPart);
  return JSON.parse(part.value) as Answer;
}

describe("The tool that counts for agents", () => {
  const host = ownHost();
  const never = new vscode.CancellationTokenSource().token;
  const outside = mkdtempSync(path.join(tmpdir(), "tokenscope-outside-"));
  const python = referenceText("python");
  let folder = "";
  const inFolder = (file: string): string => path.join(folder, file);
  const budget = (value: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration("tokenscope").update("budget", value, vscode.ConfigurationTarget.Workspace);
  before(async () => {
    await tokenscope();
    const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(workspace);
    folder = path.join(workspace, "count tool");
    mkdirSync(path.join(folder, "many/ignored"), {recursive: true});
    writeFileSync(inFolder("python.py"), readFileSync(python.file));
    writeFileSync(inFolder("empty.txt"), "");
    writeFileSync(inFolder(".env"), "PASSWORD=secret\n");
    for (let i = 1; i <= 12; i++) writeFileSync(inFolder(`many/file ${i}.md`), "words and words\n".repeat(i));
    writeFileSync(inFolder("many/binary.bin"), Uint8Array.of(0, 1, 2, 3));
    writeFileSync(inFolder("many/.gitignore"), "ignored\n.gitignore\n");
    writeFileSync(inFolder("many/ignored/more.md"), "words\n");
    symlinkSync(inFolder("many"), inFolder("linked"));
    symlinkSync("file 1.md", inFolder("many/link.md"));
  });
  after(async () => {
    await budget(undefined);
    await closeEditors();
    rmSync(folder, {recursive: true, force: true});
    rmSync(outside, {recursive: true, force: true});
  });

  /** Invokes the tool like VS Code, for a user who agrees. */
  async function invoke(input: object, token = never, tool = new CountTokensTool(host())): Promise<Answer> {
    await tool.prepareInvocation({input});
    return answer(await tool.invoke({input, toolInvocationToken: undefined}, token));
  }

  it("is found by name, with a description, a schema and tags", () => {
    const tool = vscode.lm.tools.find((one) => one.name === name);
    assert.ok(tool, `tools: ${vscode.lm.tools.map((one) => one.name).join(", ")}`);
    assert.match(tool.description, /Counts the tokens of a text, a file or a folder exactly/);
    assert.ok(tool.tags.includes("tokens"));
    assert.deepEqual(Object.keys((tool.inputSchema as {properties: object}).properties), [
      "text",
      "filePath",
      "folderPath",
      "as"
    ]);
  });

  it("counts a text when VS Code is asked for it by name", async () => {
    const text = readFileSync(python.file, "utf8");
    const input = {text, as: "plain"};
    const counted = answer(await vscode.lm.invokeTool(name, {input, toolInvocationToken: undefined}));
    const {of, as, count, characters, bytes, charactersPerToken = 0, contextSize, percentOfContext, model} = counted;
    assert.deepEqual([of, as, count, bytes], ["text", "plain", python.ids.length, Buffer.byteLength(text)]);
    assert.deepEqual(characters, Array.from(text).length);
    assert.ok(Math.abs(charactersPerToken - characters / count) < 1e-3);
    assert.ok(Math.abs(percentOfContext - (100 * count) / contextSize) < 1e-2);
    assert.deepEqual(model, {file: path.basename(demonstrationModel), quantization: "Q8_0"});
    assert.equal(counted.budget, undefined);
  });

  it("counts a file, however its path is written, without a question, and as its editor shows it", async () => {
    const workspace = vscode.workspace.workspaceFolders?.[0]?.name ?? "";
    for (const filePath of [inFolder("python.py"), "count tool/python.py", `${workspace}/count tool/python.py`]) {
      const input = {filePath};
      const prepared = await new CountTokensTool(host()).prepareInvocation({input});
      assert.deepEqual(prepared, {invocationMessage: "Counting the tokens of count tool/python.py"});
      const {of, count} = await invoke(input);
      assert.deepEqual([of, count], ["count tool/python.py", python.ids.length]);
    }
    const empty = await invoke({filePath: "count tool/empty.txt"});
    assert.deepEqual([empty.count, empty.percentOfContext, empty.charactersPerToken], [0, 0, undefined]);
    const editor = await showFile(inFolder("python.py"));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "# unsaved, unsaved, unsaved\n"));
    const {of, count} = await invoke({filePath: "count tool/python.py"});
    assert.equal(of, "count tool/python.py (with unsaved changes)");
    assert.ok(count > python.ids.length);
    await closeEditors();
  });

  it("counts a folder as it is on disk, when VS Code is asked for it by name: the largest files, and what it skipped", async () => {
    const input = {folderPath: "count tool/many"};
    const counted = answer(await vscode.lm.invokeTool(name, {input, toolInvocationToken: undefined}));
    const {of, files, count, bytes, largestFiles = [], skippedFiles, skippedBecause, filesOverBudget} = counted;
    assert.deepEqual([of, files, bytes], ["count tool/many", 12, 16 * 78]);
    assert.deepEqual(
      largestFiles.map(({file}) => file),
      Array.from({length: 10}, (_, i) => `count tool/many/file ${12 - i}.md`)
    );
    const single = await invoke({filePath: "count tool/many/file 12.md"});
    assert.equal(largestFiles[0]?.count, single.count);
    assert.ok(Math.abs((largestFiles[0]?.percentOfFolder ?? 0) - (100 * single.count) / count) < 1e-2);
    assert.deepEqual([skippedFiles, skippedBecause], [2, {binary: 1, link: 1}]);
    assert.equal(filesOverBudget, undefined);
  });

  it("tells budgets, and which files are over theirs", async () => {
    const {count} = await invoke({filePath: "count tool/many/file 12.md"});
    await budget({"many/*.md": count - 1, "file 1.md": 1});
    const file = await invoke({filePath: "count tool/many/file 12.md"});
    assert.deepEqual([file.budget, file.overBudget], [undefined, undefined], "this pattern is for another folder");
    await budget({"**/many/*.md": count - 1, "file 1.md": 1});
    const over = await invoke({filePath: "count tool/many/file 12.md"});
    assert.deepEqual([over.budget, over.overBudget], [count - 1, 1]);
    const within = await invoke({filePath: "count tool/many/file 2.md"});
    assert.deepEqual([within.budget, within.overBudget], [count - 1, 0]);
    const all = await invoke({folderPath: inFolder("many")});
    assert.equal(all.filesOverBudget, 2);
    assert.deepEqual(
      all.largestOverBudget?.map(({file, budget}) => [file, budget]),
      [
        ["count tool/many/file 12.md", count - 1],
        ["count tool/many/file 1.md", 1]
      ]
    );
    await budget(undefined);
  });

  describe("as a chat", () => {
    const models = mkdtempSync(path.join(tmpdir(), "tokenscope-chat-"));
    const template = "{% for m in messages %}[{{ m.role }}]{{ m.content }}\n{% endfor %}[assistant]";
    const refusing = "{{ raise_exception(messages[0].content) }}";
    after(() => rmSync(models, {recursive: true, force: true}));

    function toolWith(standard: string): CountTokensTool {
      const file = path.join(models, `${standard.length}.gguf`);
      writeFileSync(file, withChatTemplates(readFileSync(demonstrationModel), {standard}));
      const {settings} = host();
      const scoringModel = () => ({...settings.demonstrationModel(), path: file});
      const own: Host = {
        ...host(),
        settings: Object.assign(Object.create(settings) as typeof settings, {scoringModel})
      };
      return new CountTokensTool(own);
    }

    it("counts what the model sees, and tells the parts", async () => {
      const tool = toolWith(template);
      const one = await invoke({text: "Say hello.", as: "chat"}, never, tool);
      const seen = await invoke({text: "[user]Say hello.\n[assistant]"});
      assert.equal(one.as, "chat");
      assert.equal(one.count, seen.count + 1, "with BOS in front");
      assert.equal(one.plainCount, (await invoke({text: "Say hello."})).count);
      assert.equal(one.tokensOfMessages?.length, 1);
      const messages = [
        {role: "system", content: "Be short."},
        {role: "user", content: "Say hello."}
      ];
      const two = await invoke({text: JSON.stringify({messages}), as: "chat"}, never, tool);
      assert.equal(two.tokensOfMessages?.length, 2);
      writeFileSync(inFolder("chat.json"), JSON.stringify({messages}));
      const file = await invoke({filePath: "count tool/chat.json", as: "chat"}, never, tool);
      assert.deepEqual([file.count, file.tokensOfMessages], [two.count, two.tokensOfMessages]);
      assert.deepEqual((await invoke({text: '{"a": 1}', as: "chat"}, never, tool)).tokensOfMessages?.length, 1);
    });

    it("tells nothing of a file through a template's refusal", async () => {
      const tool = toolWith(refusing);
      await assert.rejects(invoke({filePath: "count tool/.env", as: "chat"}, never, tool), (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, /does not take the messages of this file/);
        assert.ok(!error.message.includes("secret"));
        return true;
      });
    });

    it("says so where the model has no template", async () => {
      const tool = toolWith("");
      await assert.rejects(invoke({text: "Say hello.", as: "chat"}, never, tool), /has no chat template/);
    });
  });

  it("asks before it tells the names of a folder's files", async () => {
    const question = async (input: object): Promise<string> => {
      const prepared = await new CountTokensTool(host()).prepareInvocation({input});
      const message = prepared.confirmationMessages?.message;
      assert.ok(message instanceof vscode.MarkdownString && !message.isTrusted && !message.supportHtml);
      return message.value.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
    };
    assert.match(await question({folderPath: "count tool/../count tool//many/"}), /in count tool\/many, and tell/);
    const workspace = vscode.workspace.workspaceFolders?.[0];
    assert.ok(workspace);
    for (const folderPath of [".", "./", workspace.name, workspace.uri.fsPath, "count tool/.."])
      assert.ok((await question({folderPath})).includes(`in ${workspace.name}, and tell`), folderPath);
    mkdirSync(inFolder("a](command:x)b\n\u202e"));
    assert.ok(
      (await question({folderPath: "count tool/a](command:x)b\n\u202e"})).includes(
        "in count tool/a] (command:x)b⏎\\u{202e}, and tell"
      )
    );
  });

  it("counts only the folder that it has asked about", async () => {
    const tool = new CountTokensTool(host());
    const input = {folderPath: "count tool/swapped"};
    const call = async (): Promise<Answer> => answer(await tool.invoke({input, toolInvocationToken: undefined}, never));
    mkdirSync(inFolder("swapped"));
    await assert.rejects(call(), /has not been asked about this file or folder/);
    await tool.prepareInvocation({input});
    assert.equal((await call()).files, 0);
    await assert.rejects(call(), /has not been asked/, "an answer counts once");
    await tool.prepareInvocation({input});
    rmSync(inFolder("swapped"), {recursive: true});
    symlinkSync(outside, inFolder("swapped"));
    await assert.rejects(call(), /symbolic link/);
  });

  for (const [what, input, message] of [
    ["nothing", () => ({}), /Give one of/],
    ["two at once", () => ({text: "a", folderPath: "."}), /Give one of/],
    ["a file outside", () => ({filePath: path.join(outside, "secret.txt")}), /outside the workspace/],
    ["a folder outside", () => ({folderPath: outside}), /outside the workspace/],
    ["a folder above", () => ({folderPath: "../.."}), /outside the workspace/],
    ["a folder behind a link", () => ({folderPath: "count tool/linked"}), /symbolic link/],
    ["a file behind a link", () => ({filePath: "count tool/linked/file 1.md"}), /symbolic link/],
    ["a folder for a file", () => ({filePath: "count tool/many"}), /no such file/],
    ["a file for a folder", () => ({folderPath: "count tool/python.py"}), /no such folder/],
    ["a binary file", () => ({filePath: "count tool/many/binary.bin"}), /can't be opened as text/],
    ["a folder as a chat", () => ({folderPath: ".", as: "chat"}), /a folder is no chat/]
  ] as const)
    it(`refuses ${what} in a sentence`, async () => {
      assert.deepEqual(await new CountTokensTool(host()).prepareInvocation({input: input()}).catch(() => null), {
        ...(what === "a binary file" ? {invocationMessage: "Counting the tokens of count tool/many/binary.bin"} : {})
      });
      await assert.rejects(invoke(input()), (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, message);
        assert.match(error.message, /^[A-Z`].*\.$/);
        return true;
      });
    });

  it("stops when it is cancelled", async () => {
    const cancel = new vscode.CancellationTokenSource();
    cancel.cancel();
    for (const input of [{text: "a"}, {folderPath: "count tool/many"}])
      await assert.rejects(invoke(input, cancel.token), vscode.CancellationError);
  });

  it("finds folders of a workspace on another file system only inside of it", async () => {
    const folders = [{uri: vscode.Uri.parse("vscode-test-nowhere://host/w"), name: "w", index: 0}];
    for (const written of ["/", "..", "/v", "a/../.."])
      await assert.rejects(workspaceFolder(written, folders), /outside the workspace/);
    await assert.rejects(workspaceFolder("a", folders), /no such folder/);
  });
});
