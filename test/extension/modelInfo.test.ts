import {strict as assert} from "node:assert";
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {open} from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import {maxReadWhole} from "../../src/features/modelInfo/modelFiles";
import {ModelInfoPanel} from "../../src/features/modelInfo/modelInfoPanel";
import type {FromView, ModelPage, ToView} from "../../src/features/modelInfo/protocol";
import {maxParts, splitName} from "../../src/gguf/splits";
import {visibleText} from "../../src/text/visibleText";
import {ggufFile, text, texts} from "../harness/ggufFile";
import {writeLargeModel} from "../harness/largeModel";
import {ModelServer} from "../harness/modelServer";
import {closeEditors, temporaryFolder, userSettings} from "./support/editors";
import {demonstrationModel} from "./support/extension";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {WatchedView, watchViews} from "./support/watchedView";
import {watchWindow} from "./support/watchedWindow";

type Watched = WatchedView<ToView, FromView>;

const model = readFileSync(demonstrationModel);

/** A file system in memory that records which files were read. */
class MemoryFiles implements vscode.FileSystemProvider {
  readonly read: string[] = [];
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;
  private readonly files = new Map<string, {bytes: Uint8Array; size: number}>();

  add(name: string, bytes: Uint8Array, size = bytes.length): void {
    this.files.set(`/${name}`, {bytes, size});
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    return {type: vscode.FileType.File, ctime: 0, mtime: 0, size: this.file(uri).size};
  }

  readFile(uri: vscode.Uri): Uint8Array {
    this.read.push(uri.path);
    return this.file(uri).bytes;
  }

  watch = () => new vscode.Disposable(() => undefined);
  readDirectory = () => [];
  createDirectory = () => undefined;
  writeFile = () => undefined;
  delete = () => undefined;
  rename = () => undefined;

  private file(uri: vscode.Uri): {bytes: Uint8Array; size: number} {
    const file = this.files.get(uri.path);
    if (file === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return file;
  }
}

/** Counts the bytes that this process reads from open files, until it is stopped. */
async function countReads(): Promise<{readonly bytes: number; readonly end: () => void}> {
  const handle = await open(demonstrationModel, "r");
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  const {read} = prototype;
  const counted = {
    bytes: 0,
    end: () => {
      prototype.read = read;
    }
  };
  prototype.read = async function (...parameters: unknown[]) {
    const result = await read.apply(this, parameters);
    counted.bytes += result.bytesRead;
    return result;
  };
  return counted;
}

describe("Show Model Info", () => {
  const window = watchWindow();
  const view = watchViews<ToView, FromView>();
  const folder = temporaryFolder();
  const set = userSettings();
  afterEach(closeEditors);

  async function shown(argument?: string | vscode.Uri): Promise<ModelPage> {
    await vscode.commands.executeCommand("tokenscope.showModelInfo", argument);
    return (await view().hears("show")).page;
  }

  it("shows the model in use", async () => {
    const {facts, file, problem} = await shown();
    assert.equal(facts?.name, "Tokenscope Tiny Coder");
    assert.deepEqual([file.name, problem], [path.basename(demonstrationModel), null]);
    assert.deepEqual((await view().hears("show")).uses, {measures: true, completes: true});
    assert.match(view().panel.title, /tokenscope-tiny-q8_0\.gguf/);
    assert.deepEqual(window().errors, []);
  });

  it("shows a model that it is given by path or by URI, each in one tab", async () => {
    const file = folder.write("given.gguf", model);
    assert.equal((await shown(file)).file.location, file);
    const first = view();
    await vscode.commands.executeCommand("tokenscope.showModelInfo", vscode.Uri.file(file));
    assert.equal(view(), first);
    assert.deepEqual((await first.hears("show")).uses, {measures: false, completes: false});
  });

  it("calls a file that is named by its checksum by its model's name", async () => {
    await shown(folder.write("sha256-0123456789abcdef", model));
    await until(() => view().panel.title === "Model: Tokenscope Tiny Coder");
  });

  it("says when the model is taken into use", async () => {
    const file = folder.write("used.gguf", model);
    await shown(file);
    view().forget();
    await set("model", file);
    await until(() => view().told.some((message) => message.type === "uses" && message.uses.measures));
  });

  it("gives whole values, and copies them", async () => {
    await shown();
    view().say({type: "value", key: "general.description"});
    const {text: description, cut} = await view().hears("value");
    assert.match(description, /^A 3\.1M-parameter demonstration model/);
    assert.equal(cut, false);
    view().say({type: "copyValue", key: "general.name"});
    await until(async () => (await vscode.env.clipboard.readText()) === "Tokenscope Tiny Coder");
  });

  it("copies all that is known as JSON", async () => {
    await shown();
    view().say({type: "copyJson"});
    const json = await until(async () => {
      const copied = await vscode.env.clipboard.readText();
      return copied.startsWith("{") && JSON.parse(copied);
    });
    assert.equal(json.facts.name, "Tokenscope Tiny Coder");
    assert.equal(json.tensors.length, 38);
  });

  it("shows a model on the Internet by its header, to be downloaded", async () => {
    const server = await ModelServer.start();
    try {
      const content = Buffer.concat([model, Buffer.alloc(30_000_000)]);
      const {file, facts, metadata} = await shown(server.serve("far/away.gguf", content));
      assert.equal(facts?.name, "Tokenscope Tiny Coder");
      assert.deepEqual([file.name, file.local, file.download, file.reveal], ["away.gguf", false, true, null]);
      assert.equal(metadata.total, 0);
      assert.ok(server.sent < 10_000_000, `${server.sent} bytes sent`);
    } finally {
      await server.stop();
    }
  });

  it("says why a model can't be shown, in the view and not in the way", async () => {
    await vscode.commands.executeCommand("tokenscope.showModelInfo", path.join(folder.path, "none.gguf"));
    assert.match((await view().hears("failed")).message, /There is no file "none\.gguf"/);
    await vscode.commands.executeCommand("tokenscope.showModelInfo", folder.path);
    assert.match((await view().hears("failed")).message, /is a folder/);
    assert.deepEqual(window().errors, []);
  });
});

describe("A .gguf file", () => {
  const folder = temporaryFolder();
  const host = ownHost();
  let watched: Watched | undefined;
  afterEach(async () => {
    watched?.panel.dispose();
    await closeEditors();
  });

  /** Opens a view of a file like its editor, and records its messages. */
  function look(uri: vscode.Uri): Watched {
    const panel = vscode.window.createWebviewPanel("tokenscope.gguf", "test", vscode.ViewColumn.One, {});
    watched = new WatchedView<ToView, FromView>(panel);
    new ModelInfoPanel(host(), watched.watched, uri.toString(), true);
    return watched;
  }

  async function shown(file: string): Promise<ModelPage> {
    return (await look(vscode.Uri.file(file)).hears("show")).page;
  }

  it("is opened as the page about its model, not as text", async () => {
    const file = folder.write("opened.gguf", model);
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.file(file));
    const tab = await until(() => vscode.window.tabGroups.activeTabGroup.activeTab);
    assert.ok(tab.input instanceof vscode.TabInputCustom);
    assert.equal(tab.input.viewType, "tokenscope.gguf");
    await vscode.commands.executeCommand("workbench.action.splitEditor");
    await until(() => vscode.window.tabGroups.all.length === 2);
  });

  it("of 20 GB is read by its header only", async () => {
    const file = path.join(folder.path, "large.gguf");
    const headerBytes = await writeLargeModel(file);
    const reads = await countReads();
    const page = await shown(file).finally(reads.end);
    assert.equal(page.problem, null);
    assert.equal(page.file.bytes, 20e9);
    assert.deepEqual(page.facts?.experts, {count: 128, used: 8});
    assert.equal(page.details?.infillTokens[0]?.text, "<|fim_prefix|>");
    assert.equal(page.memory.at(-1)?.contextSize, 262_144);
    assert.ok(reads.bytes >= headerBytes && reads.bytes < 64e6, `${reads.bytes} bytes read`);
    rmSync(file);
  });

  it("that is damaged is shown as far as it can be read, with what is wrong", async () => {
    const {facts, metadata, problem} = await shown(folder.write("damaged.gguf", model.subarray(0, 50_000)));
    assert.match(problem ?? "", /incomplete or damaged/);
    assert.equal(facts?.name, "Tokenscope Tiny Coder");
    assert.ok(metadata.total > 10);
  });

  it("that is something else says what it is, as the engine does", async () => {
    const entries = [
      ["general.architecture", text("clip")],
      ["general.type", text("mmproj")]
    ] as const;
    const {problem} = await shown(folder.write("projector.gguf", ggufFile({entries})));
    assert.match(problem ?? "", /^"projector\.gguf" is a vision projector/);
  });

  it("that ends too early says how much is missing", async () => {
    const {problem, tensors} = await shown(folder.write("short.gguf", model.subarray(0, model.length - 1_000_000)));
    assert.match(problem ?? "", /1\.0 MB of it are missing/);
    assert.equal(tensors.total, 38);
  });

  it("that is none says so", async () => {
    const {message, canCopy} = await look(vscode.Uri.file(folder.write("none.gguf", "A text of some length."))).hears(
      "failed"
    );
    assert.match(message, /is not a GGUF file/);
    assert.equal(canCopy, false);
  });

  it("is read again when it changes, when it comes, and when it goes", async () => {
    const file = folder.write("changing.gguf", "not yet a model");
    const view = look(vscode.Uri.file(file));
    await view.hears("failed");
    writeFileSync(file, model);
    assert.equal((await view.hears("show")).page.facts?.name, "Tokenscope Tiny Coder");
    writeFileSync(file, ggufFile({entries: [["general.name", text("Another")]]}));
    await until(() => view.told.some((message) => message.type === "show" && message.page.facts?.name === "Another"));
    writeFileSync(file, model.subarray(0, 50_000));
    await until(() => view.told.some((message) => message.type === "show" && message.page.problem !== null));
    rmSync(file);
    await until(() => view.told.at(-1)?.type === "failed");
  });

  it("of a server is not asked for where VS Code brings a page back", async () => {
    const panel = vscode.window.createWebviewPanel("tokenscope.modelInfo", "test", vscode.ViewColumn.One, {});
    watched = new WatchedView<ToView, FromView>(panel);
    new ModelInfoPanel(host(), watched.watched, "http://127.0.0.1:9/a.gguf", false);
    assert.match((await watched.hears("failed")).message, /nobody asked for yet: read it again/);
    watched.forget();
    watched.say({type: "readAgain"});
    assert.match((await watched.hears("failed")).message, /^The connection to 127\.0\.0\.1:9 failed/);
  });

  it("may hold anything: what it says is handed on as data", async () => {
    const hostile = "</script><img src=x onerror=alert(1)>\u001b[31m\u202e\0";
    const file = ggufFile({
      entries: [
        ["general.architecture", text(hostile)],
        ["general.name", text(hostile)],
        [hostile, text(hostile)],
        ["huge", text("x".repeat(10_000_000))],
        [`${hostile}.rope.freq_base`, {type: "float32", value: Number.NaN}]
      ],
      tensors: [{name: hostile, dimensions: [1, 1], type: 77}]
    });
    const view = look(vscode.Uri.file(folder.write("hostile.gguf", file)));
    const {page} = await view.hears("show");
    assert.equal(page.facts?.name, visibleText(hostile));
    assert.equal(page.tensors.rows[0]?.name, hostile);
    assert.ok(JSON.stringify(page).length < 10_000);
    view.say({type: "value", key: "__proto__"});
    view.say({type: "value", key: "huge"});
    const {text: value, cut} = await view.hears("value");
    assert.ok(cut && value.length < 100_000);
  });

  /** A model with enough metadata for the engine. */
  const basics = [
    ["general.architecture", text("llama")],
    ["tokenizer.ggml.model", text("llama")],
    ["tokenizer.ggml.tokens", texts(["a"])]
  ] as const;

  it("in several parts is one model, whichever was opened", async () => {
    const part = (name: string, number: number) =>
      ggufFile({
        entries: [
          ...(number === 0 ? ([...basics, ["general.name", text("Split")]] as const) : []),
          ["split.no", {type: "uint16", value: number}],
          ["split.count", {type: "uint16", value: 2}]
        ],
        tensors: [{name, dimensions: [8]}]
      });
    const first = Buffer.concat([part("token_embd.weight", 0), Buffer.alloc(32)]);
    const second = Buffer.concat([part("output.weight", 1), Buffer.alloc(32)]);
    folder.write("split-00001-of-00002.gguf", first);
    const file = folder.write("split-00002-of-00002.gguf", second);
    const whole = await shown(file);
    assert.deepEqual([whole.facts?.name, whole.tensors.total, whole.problem], ["Split", 2, null]);
    assert.deepEqual([whole.file.parts, whole.file.bytes], [2, first.length + second.length]);
    assert.equal(whole.file.name, "split-00001-of-00002.gguf", "the one to load");
    watched?.panel.dispose();
    rmSync(file);
    const view = look(vscode.Uri.file(path.join(folder.path, "split-00001-of-00002.gguf")));
    const {page} = await view.hears("show");
    assert.match(page.problem ?? "", /1 of the 2 files/);
    assert.equal(page.facts?.name, "Split");
    // Most of the file may be missing.
    assert.deepEqual([page.facts?.parameters, page.facts?.tensorBytes, page.file.bytes], [null, null, null]);
    writeFileSync(file, second);
    await until(() => view.told.some((message) => message.type === "show" && message.page.problem === null));
  });

  /** A split model: its first file, and links to one other file under all other names. Returns the first one's path. */
  function linkedParts(parts: number, first: Uint8Array, other: Uint8Array): string {
    const own = mkdtempSync(path.join(folder.path, "parts-"));
    const partOf = (part: number): string => path.join(own, splitName("x", part, parts));
    writeFileSync(partOf(1), first);
    writeFileSync(partOf(2), other);
    for (let part = 3; part <= parts; part++) symlinkSync(partOf(2), partOf(part));
    return partOf(1);
  }

  const named = ggufFile({
    entries: [
      ["general.architecture", text("llama")],
      ["general.name", text("Endless")]
    ],
    tensors: [{name: "token_embd.weight", dimensions: [8], type: 0}]
  });
  const first = Buffer.concat([named, Buffer.alloc(32)]);

  it("whose name promises hundreds of large headers is shown as far as a model goes, and costs no more", async () => {
    // 30 MB each: together more than an extension host can hold.
    const tensors = Array.from({length: 500}, (_, i) => ({name: `${"x".repeat(60_000)}${i}`, dimensions: [0]}));
    const file = linkedParts(maxParts, first, ggufFile({tensors}));
    const {facts, file: summary, problem, tensors: table} = await shown(file);
    assert.match(problem ?? "", /^Reading ended in "x-00002-of-00512\.gguf", and what comes after it in the 512 files/);
    assert.deepEqual([facts?.name, summary.parts, summary.bytes], ["Endless", maxParts, null]);
    assert.ok(table.total > 1 && table.total < 500, `${table.total} tensors`);
    watched?.panel.dispose();
    assert.equal((await shown(demonstrationModel)).problem, null, "the extension host lives");
  });

  it("whose name promises more files than any model has is shown alone", async () => {
    const {facts, file, problem, tensors} = await shown(linkedParts(1000, first, first));
    assert.match(
      problem ?? "",
      /^"x-00001-of-01000\.gguf" is one of 1,000 files by its name, more than any known model/
    );
    assert.deepEqual([facts?.name, file.parts, file.bytes, tensors.total], ["Endless", 1000, null, 1]);
  });

  it("in as many files as the largest models is shown entirely", async () => {
    const parts = 200;
    const own = mkdtempSync(path.join(folder.path, "parts-"));
    for (let part = 1; part <= parts; part++) {
      const tensors = Array.from({length: 12}, (_, i) => ({name: `blk.${part}.${i}`, dimensions: [1]}));
      const header = ggufFile({entries: part === 1 ? [...basics, ["general.name", text("Large")]] : [], tensors});
      writeFileSync(path.join(own, splitName("x", part, parts)), Buffer.concat([header, Buffer.alloc(4)]));
    }
    const {facts, file, problem, tensors} = await shown(path.join(own, splitName("x", 7, parts)));
    assert.deepEqual([facts?.name, file.parts, tensors.total, problem], ["Large", parts, 12 * parts, null]);
  });

  it("whose other part is a pipe is shown without it", async function () {
    if (process.platform === "win32") this.skip();
    const file = path.join(mkdtempSync(path.join(folder.path, "parts-")), splitName("x", 1, 2));
    writeFileSync(file, first);
    execFileSync("mkfifo", [path.join(path.dirname(file), splitName("x", 2, 2))]);
    const {facts, problem} = await shown(file);
    assert.match(problem ?? "", /1 of the 2 files/);
    assert.equal(facts?.name, "Endless");
  });

  it("is not loaded to be looked at, but its memory is told", async () => {
    const {memory} = await look(vscode.Uri.file(demonstrationModel)).hears("memory");
    assert.ok(memory, "the engine answers");
    assert.equal(memory.used, null);
    assert.ok(memory.estimated.ram + memory.estimated.vram > 3e6);
  });
});

describe("A .gguf file of another file system", () => {
  const files = new MemoryFiles();
  const host = ownHost();
  let watched: Watched | undefined;
  let registration: vscode.Disposable;
  before(() => {
    registration = vscode.workspace.registerFileSystemProvider("tokenscope-test", files, {isReadonly: true});
  });
  after(() => registration.dispose());
  afterEach(async () => {
    watched?.panel.dispose();
    await closeEditors();
  });

  const folder = temporaryFolder();

  const look = (name: string): Watched => lookAt(vscode.Uri.parse(`tokenscope-test:/${name}`));

  function lookAt(uri: vscode.Uri): Watched {
    const panel = vscode.window.createWebviewPanel("tokenscope.gguf", "test", vscode.ViewColumn.One, {});
    watched = new WatchedView<ToView, FromView>(panel);
    new ModelInfoPanel(host(), watched.watched, uri.toString(), true);
    return watched;
  }

  /** The URI of a remote file in VS Code's window. */
  function asFromElsewhere(file: string): vscode.Uri {
    const panel = vscode.window.createWebviewPanel("tokenscope.test", "test", vscode.ViewColumn.One, {});
    const {authority} = panel.webview.asWebviewUri(vscode.Uri.file(file));
    panel.dispose();
    const encoded = authority.slice(authority.indexOf("+") + 1, authority.indexOf(".vscode-resource"));
    const decoded = encoded.replace(/-([0-9a-f]{4})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
    return vscode.Uri.from({scheme: "vscode-remote", authority: decoded, path: file});
  }

  it("is shown, but not offered to the engine", async () => {
    files.add("a.gguf", model);
    const {page, uses} = await look("a.gguf").hears("show");
    assert.equal(page.facts?.name, "Tokenscope Tiny Coder");
    assert.deepEqual([page.file.local, uses.measures], [false, false]);
  });

  it("is opened in the same editor", async () => {
    files.add("b.gguf", model);
    await vscode.commands.executeCommand("vscode.open", vscode.Uri.parse("tokenscope-test:/b.gguf"));
    const tab = await until(() => vscode.window.tabGroups.activeTabGroup.activeTab);
    assert.ok(tab.input instanceof vscode.TabInputCustom);
  });

  it("on another machine is read by its header only, however large it is", async function () {
    if (vscode.env.remoteName === undefined) this.skip();
    const file = path.join(folder.path, "remote.gguf");
    await writeLargeModel(file);
    const {page} = await lookAt(asFromElsewhere(file)).hears("show");
    assert.deepEqual([page.problem, page.file.bytes, page.file.local], [null, 20e9, false]);
    assert.equal(page.details?.infillTokens[0]?.text, "<|fim_prefix|>");
    rmSync(file);
  });

  it("in many files that can only be read as a whole is read until it is enough", async () => {
    const scheme = "tokenscope-parts";
    const parts = 12;
    const bytes = Buffer.concat([
      ggufFile({entries: [["general.name", text("Many")]]}),
      Buffer.alloc(maxReadWhole - 1000)
    ]);
    const many = new MemoryFiles();
    for (let part = 1; part <= parts; part++) many.add(splitName("m", part, parts), bytes);
    // Not read-only, so that VS Code calls it here and the bytes don't go through its window.
    const registered = vscode.workspace.registerFileSystemProvider(scheme, many);
    try {
      const {page} = await lookAt(vscode.Uri.parse(`${scheme}:/${splitName("m", 1, parts)}`)).hears("show");
      assert.match(
        page.problem ?? "",
        /^Reading ended with "m-00005-of-00012\.gguf", and the files after it are left out/
      );
      assert.deepEqual([page.facts?.name, page.file.bytes, many.read.length], ["Many", null, 5]);
    } finally {
      registered.dispose();
    }
  });

  it("that is too large to be read as a whole is not read, and the way out is a copy", async () => {
    files.add("large.gguf", model, maxReadWhole + 1);
    const {message, canCopy} = await look("large.gguf").hears("failed");
    assert.match(message, /only as a whole, which is too much above 64 MB: save a copy/);
    assert.equal(canCopy, true);
    assert.deepEqual(
      files.read,
      ["/a.gguf", "/b.gguf"].filter((name) => files.read.includes(name))
    );
  });
});
