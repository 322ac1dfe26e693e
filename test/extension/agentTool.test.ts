import {strict as assert} from "node:assert";
import {mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import * as vscode from "vscode";
import {PerplexityTool} from "../../src/features/agentTool/perplexityTool";
import {workspaceFile} from "../../src/features/agentTool/workspaceFile";
import type {scoreHeader} from "../../src/metrics/scoreHeader";
import {closeEditors, showFile} from "./support/editors";
import {demonstrationModel, referenceText, tokenscope} from "./support/extension";
import {ownHost} from "./support/ownHost";

const name = "tokenscope_perplexity";

interface Answer extends ReturnType<typeof scoreHeader<{file: string; quantization: string; sha256: string}>> {
  readonly of: string;
  readonly mostSurprisingTokens: readonly {readonly token: string; readonly line: number; readonly bits: number}[];
  readonly mostSurprisingLines: readonly {readonly line: number; readonly text: string; readonly bits: number}[];
}

function answer(result: vscode.LanguageModelToolResult): Answer {
  const [part, ...more] = result.content;
  assert.deepEqual(more, []);
  assert.ok(part instanceof vscode.LanguageModelTextPart);
  return JSON.parse(part.value) as Answer;
}

describe("The tool for agents", () => {
  const host = ownHost();
  const outside = mkdtempSync(path.join(tmpdir(), "tokenscope-outside-"));
  let folder = "";
  const inFolder = (file: string) => path.join(folder, file);
  before(async () => {
    await tokenscope();
    const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(workspace);
    folder = path.join(workspace, "agent tool");
    mkdirSync(folder);
    const python = readFileSync(referenceText("python").file);
    writeFileSync(inFolder("python.py"), python);
    writeFileSync(inFolder("long.txt"), "words and words\n".repeat(20_000));
    writeFileSync(inFolder("binary.bin"), Uint8Array.of(0, 1, 2, 3));
    writeFileSync(path.join(outside, "secret.txt"), "secret\n");
    writeFileSync(inFolder(".env"), "PASSWORD=secret\n");
    symlinkSync(path.join(outside, "secret.txt"), inFolder("link.txt"));
    symlinkSync(outside, inFolder("linked"));
    symlinkSync(".env", inFolder("innocent.md"));
  });
  after(async () => {
    await closeEditors();
    rmSync(folder, {recursive: true, force: true});
    rmSync(outside, {recursive: true, force: true});
  });

  const never = new vscode.CancellationTokenSource().token;

  /** Invokes the tool like VS Code, for a user who agrees. */
  async function invoke(input: object, token = never, tool = new PerplexityTool(host())): Promise<Answer> {
    await tool.prepareInvocation({input});
    return answer(await tool.invoke({input, toolInvocationToken: undefined}, token));
  }

  /** The text of the confirmation, as VS Code shows it; undefined if there is none. */
  async function question(input: unknown, tool = new PerplexityTool(host())): Promise<string | undefined> {
    const message = (await tool.prepareInvocation({input})).confirmationMessages?.message;
    if (message === undefined) return undefined;
    assert.ok(message instanceof vscode.MarkdownString && !message.isTrusted && !message.supportHtml);
    return message.value.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
  }

  it("is found by name, with a description, a schema and tags", () => {
    const tool = vscode.lm.tools.find((one) => one.name === name);
    assert.ok(tool, `tools: ${vscode.lm.tools.map((one) => one.name).join(", ")}`);
    assert.match(tool.description, /perplexities of models with different vocabularies are not comparable/);
    assert.ok(tool.tags.includes("perplexity"));
    assert.deepEqual(Object.keys((tool.inputSchema as {properties: object}).properties), [
      "text",
      "filePath",
      "startLine",
      "endLine",
      "context"
    ]);
  });

  it("measures a text when VS Code is asked for it by name", async () => {
    const {file, ids, perplexity} = referenceText("python");
    const text = readFileSync(file, "utf8");
    const result = answer(await vscode.lm.invokeTool(name, {input: {text}, toolInvocationToken: undefined}));
    assert.ok(Math.abs((result.perplexity ?? 0) / perplexity - 1) < 0.01, `${result.perplexity}, not ${perplexity}`);
    assert.deepEqual([result.scored, result.unscored, result.contextTokens], [ids.length, 0, undefined]);
    assert.equal(result.model.file, path.basename(demonstrationModel));
    assert.match(result.model.sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual([result.model.quantization, result.window, result.bos], ["Q8_0", 1024, true]);
    assert.ok((result.standardError ?? 0) > 0 && (result.bitsPerByte ?? 0) > 0);
    assert.equal(result.mostSurprisingTokens.length, 5);
    assert.equal(result.mostSurprisingLines.length, 5);
    const bits = result.mostSurprisingTokens.map((one) => one.bits);
    assert.deepEqual(
      bits,
      bits.toSorted((one, other) => other - one)
    );
    const lines = text.split("\n");
    for (const {line, text: shown} of result.mostSurprisingLines) assert.equal(lines[line - 1]?.trim(), shown);
    for (const {line, token} of result.mostSurprisingTokens)
      assert.ok(
        lines
          .slice(line - 1, line + 1)
          .join("\n")
          .includes(token),
        `${token} in line ${line}`
      );
  });

  // Without a confirmation the tool would refuse. In tests, VS Code answers its own confirmations.
  it("measures a file, after the question, when VS Code is asked for it by name", async () => {
    const input = {filePath: "agent tool/python.py"};
    const {of, scored} = answer(await vscode.lm.invokeTool(name, {input, toolInvocationToken: undefined}));
    assert.deepEqual([of, scored], ["python.py", referenceText("python").ids.length]);
  });

  it("tells an agent in a sentence what is wrong with its input, through VS Code too", async () => {
    await assert.rejects(
      async () => await vscode.lm.invokeTool(name, {input: {}, toolInvocationToken: undefined}),
      /Give either `text` or `filePath`\./
    );
  });

  it("measures a file by its absolute path, or relative to the workspace, with or without its folder's name", async () => {
    const whole = await invoke({filePath: inFolder("python.py")});
    assert.equal(whole.of, "python.py");
    assert.equal(whole.scored, referenceText("python").ids.length);
    const workspace = vscode.workspace.workspaceFolders?.[0]?.name ?? "";
    for (const filePath of [
      "agent tool/python.py",
      "./agent tool/../agent tool/python.py",
      `${workspace}/agent tool/python.py`
    ])
      assert.deepEqual(await invoke({filePath}), whole, filePath);
  });

  it("measures some lines of a file, alone or in the context of what stands before them", async () => {
    const lines = {filePath: "agent tool/python.py", startLine: 5, endLine: 9};
    const alone = await invoke(lines);
    assert.equal(alone.of, "python.py, lines 5–9");
    for (const {line} of [...alone.mostSurprisingLines, ...alone.mostSurprisingTokens])
      assert.ok(line >= 5 && line <= 9, `line ${line}`);
    const inContext = await invoke({...lines, context: true});
    assert.ok((inContext.contextTokens ?? 0) > 0);
    assert.equal(inContext.scored, alone.scored);
    assert.notEqual(inContext.perplexity, alone.perplexity);
    const toTheEnd = await invoke({filePath: "agent tool/python.py", startLine: 5, endLine: 9999});
    assert.ok(toTheEnd.scored > alone.scored);
  });

  it("takes the text of an editor that is not saved yet, and says so", async () => {
    const editor = await showFile(inFolder("python.py"));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "# unsaved, unsaved, unsaved\n"));
    const {of, scored} = await invoke({filePath: "agent tool/python.py"});
    assert.equal(of, "python.py (with unsaved changes)");
    assert.ok(scored > referenceText("python").ids.length);
    await closeEditors();
  });

  for (const [what, input, message] of [
    [
      "a file outside by its absolute path",
      () => ({filePath: path.join(outside, "secret.txt")}),
      /outside the workspace/
    ],
    [
      "a file outside by a relative path",
      () => ({filePath: "../../../../../../etc/hostname"}),
      /outside the workspace/
    ],
    ["a link that leads outside", () => ({filePath: "agent tool/link.txt"}), /symbolic link/],
    ["a file in a folder that leads outside", () => ({filePath: "agent tool/linked/secret.txt"}), /symbolic link/],
    ["a link to another file of the workspace", () => ({filePath: "agent tool/innocent.md"}), /symbolic link/],
    ["a file that is not there", () => ({filePath: "agent tool/nothing.txt"}), /no such file/],
    ["an address", () => ({filePath: "file:///etc/passwd"}), /no such file/],
    ["a folder", () => ({filePath: "agent tool"}), /no such file/],
    ["a binary file", () => ({filePath: "agent tool/binary.bin"}), /can't be opened as text/],
    ["a file that is too long", () => ({filePath: "agent tool/long.txt"}), /too long .* give a part/],
    ["lines that are not there", () => ({filePath: "agent tool/python.py", startLine: 500}), /has 17 lines/]
  ] as const)
    it(`refuses ${what} in a sentence`, async () => {
      await assert.rejects(invoke(input()), (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, message);
        assert.match(error.message, /^[A-Z].*\.$/);
        return true;
      });
    });

  it("measures a part of a file that is too long as a whole", async () => {
    const {of, scored} = await invoke({filePath: "agent tool/long.txt", startLine: 100, endLine: 109});
    assert.equal(of, "long.txt, lines 100–109");
    assert.ok(scored >= 30);
  });

  it("stops when it is cancelled", async () => {
    const cancel = new vscode.CancellationTokenSource();
    const {engine} = host();
    // Cancelled as soon as a part is scored, when most is still left.
    const request = (async (method, params, options) =>
      await engine.request(method, params, {...options, onProgress: () => cancel.cancel()})) as typeof engine.request;
    const tool = new PerplexityTool({
      ...host(),
      engine: Object.assign(Object.create(engine) as typeof engine, {request})
    });
    const input = {filePath: "agent tool/long.txt", startLine: 1, endLine: 15_000};
    await assert.rejects(invoke(input, cancel.token, tool), vscode.CancellationError);
  });

  it("asks before it tells an agent of a file, and not for a text that the agent gave", async () => {
    const prepared = (input: unknown) => new PerplexityTool(host()).prepareInvocation({input});
    assert.deepEqual(await prepared({text: "a"}), {invocationMessage: "Measuring the perplexity of a text"});
    writeFileSync(inFolder("a](command:x)b\n\u202e"), "a text\n");
    const input = {filePath: "agent tool/a](command:x)b\n\u202e", startLine: 3};
    const {invocationMessage, confirmationMessages} = await prepared(input);
    const title = "agent tool/a] (command:x)b⏎\\u{202e}, lines 3–end";
    assert.equal(invocationMessage, `Measuring the perplexity of ${title}`);
    const message = confirmationMessages?.message;
    assert.match(
      message instanceof vscode.MarkdownString ? message.value : "",
      /^Score agent tool&#47;a&#93; &#40;command/
    );
    assert.ok((await question(input))?.startsWith(`Score ${title} with your local model`));
    for (const refused of [
      undefined,
      null,
      5,
      {},
      {filePath: 5},
      {filePath: "none"},
      {filePath: "agent tool/innocent.md"}
    ])
      assert.deepEqual(await prepared(refused), {});
  });

  it("asks about the file that is read, however its path is written", async () => {
    const workspace = vscode.workspace.workspaceFolders?.[0]?.name ?? "";
    for (const filePath of [
      `agent tool/README.md/${"./".repeat(500)}../.env`,
      inFolder("nothing/../.env"),
      `${workspace}/agent tool//.env`
    ])
      assert.match((await question({filePath})) ?? "", /^Score agent tool\/\.env with your local model/, filePath);
    const deep = path.join(...Array.from({length: 5}, () => "d".repeat(200)), "the file's name.txt");
    mkdirSync(path.dirname(inFolder(deep)), {recursive: true});
    writeFileSync(inFolder(deep), "a text\n");
    assert.match(
      (await question({filePath: `agent tool/${deep}`, startLine: 1, endLine: 2})) ?? "",
      /^Score agent tool\/d+…[d/]+\/the file's name\.txt, lines 1–2 with/
    );
  });

  it("reads only what it has asked about", async () => {
    const tool = new PerplexityTool(host());
    const call = async (input: object) => answer(await tool.invoke({input, toolInvocationToken: undefined}, never));
    const input = {filePath: "agent tool/swapped.txt"};
    const file = inFolder("swapped.txt");
    writeFileSync(file, "harmless words\n");
    await assert.rejects(call(input), /The user has not been asked about this file/);
    await question(input, tool);
    assert.equal((await call(input)).of, "swapped.txt");
    // A confirmation is valid once, and for these lines only.
    await assert.rejects(call(input), /has not been asked/);
    await question(input, tool);
    await assert.rejects(call({...input, startLine: 1}), /has not been asked/);
    // While the confirmation was open, another file became the first with this path.
    const workspace = vscode.workspace.workspaceFolders?.[0];
    assert.ok(workspace);
    const named = {filePath: `${workspace.name}/agent tool/swapped.txt`};
    assert.match((await question(named, tool)) ?? "", /^Score agent tool\/swapped\.txt/);
    const namesake = path.join(workspace.uri.fsPath, workspace.name, "agent tool");
    mkdirSync(namesake, {recursive: true});
    try {
      renameSync(file, path.join(namesake, "swapped.txt"));
      await assert.rejects(call(named), /has not been asked/);
      // Two confirmations for the same input named different files: it is unknown which one was accepted.
      assert.match((await question(named, tool)) ?? "", /^Score [^/]+\/agent tool\/swapped\.txt/);
      renameSync(path.join(namesake, "swapped.txt"), file);
      assert.match((await question(named, tool)) ?? "", /^Score agent tool\/swapped\.txt/);
      await assert.rejects(call(named), /has not been asked/);
    } finally {
      rmSync(path.dirname(namesake), {recursive: true});
    }
    // The file was replaced by a link.
    await question(input, tool);
    rmSync(file);
    symlinkSync(".env", file);
    await assert.rejects(call(input), /symbolic link/);
  });

  describe("in a workspace on another file system", () => {
    const {File, Directory, SymbolicLink} = vscode.FileType;
    const types: Readonly<Record<string, vscode.FileType>> = {
      "/w": Directory,
      "/w/a.txt": File,
      "/w/.env": File,
      "/w/sub": Directory,
      "/w/sub/b.txt": File,
      "/w/link.txt": File | SymbolicLink,
      "/w/linked": Directory | SymbolicLink,
      "/w/linked/c.txt": File,
      "/secret.txt": File
    };
    const folders = [{uri: vscode.Uri.parse("tokenscope-remote://host/w"), name: "w", index: 0}] as const;
    let provider: vscode.Disposable;
    before(() => {
      const refuse = () => {
        throw vscode.FileSystemError.NoPermissions();
      };
      provider = vscode.workspace.registerFileSystemProvider("tokenscope-remote", {
        onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
        watch: () => ({dispose: () => undefined}),
        stat: (uri) => {
          // Like a system with both separators.
          const type = types[path.posix.normalize(uri.path.replaceAll("\\", "/"))];
          if (type === undefined) throw vscode.FileSystemError.FileNotFound(uri);
          return {type, size: 5, ctime: 0, mtime: 0};
        },
        readFile: () => Buffer.from("hello"),
        readDirectory: refuse,
        createDirectory: refuse,
        writeFile: refuse,
        delete: refuse,
        rename: refuse
      });
    });
    after(() => provider.dispose());

    it("finds a file, and names it from its folder on", async () => {
      for (const written of ["sub/b.txt", "/w/sub/b.txt", "w/sub/b.txt", "sub/../sub/./b.txt", "sub\\b.txt"]) {
        const found = await workspaceFile(written, folders);
        assert.deepEqual(
          [found.uri.toString(), found.path],
          ["tokenscope-remote://host/w/sub/b.txt", "sub/b.txt"],
          written
        );
      }
      const others = [...folders, {uri: vscode.Uri.parse("tokenscope-remote://host/v"), name: "v", index: 1}];
      assert.equal((await workspaceFile("sub/b.txt", others)).path, "w/sub/b.txt");
      assert.equal((await workspaceFile("a.txt\\..\\.env", folders)).path, ".env");
    });

    for (const [what, written, message] of [
      ["a link", "link.txt", /symbolic link/],
      ["a file in a folder that is one", "linked/c.txt", /symbolic link/],
      ["a file outside", "/secret.txt", /outside the workspace/],
      ["a file outside by a relative path", "../secret.txt", /outside the workspace/],
      ["a file outside by another system's path", "a.txt\\..\\..\\secret.txt", /outside the workspace/],
      ["a folder", "sub", /no such file/]
    ] as const)
      it(`refuses ${what}`, async () => {
        await assert.rejects(workspaceFile(written, folders), message);
      });
  });
});
