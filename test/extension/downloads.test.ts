import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import {readdir, readFile, rm} from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import {HumanError} from "../../src/contract/errors";
import {askForToken} from "../../src/features/downloads/accessToken";
import {confirmDownload} from "../../src/features/downloads/confirm";
import {downloadModel, offerToResume} from "../../src/features/downloads/downloadModel";
import {ModelServer} from "../harness/modelServer";
import {demonstrationModel} from "./support/extension";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

const model = readFileSync(demonstrationModel);
const token = "hf_0123456789abcdef";

describe("downloading models", () => {
  const host = ownHost();
  const watched = watchWindow();
  let server: ModelServer;
  let input: {readonly options: vscode.InputBoxOptions}[] = [];
  const showInputBox = vscode.window.showInputBox;
  let answer: string | undefined;

  before(async () => {
    server = await ModelServer.start();
    const settings = vscode.workspace.getConfiguration("tokenscope");
    await settings.update("huggingFaceEndpoint", server.url, vscode.ConfigurationTarget.Global);
    Reflect.set(vscode.window, "showInputBox", (options: vscode.InputBoxOptions) => {
      input.push({options});
      return Promise.resolve(answer);
    });
  });
  after(async () => {
    Reflect.set(vscode.window, "showInputBox", showInputBox);
    const settings = vscode.workspace.getConfiguration("tokenscope");
    await settings.update("huggingFaceEndpoint", undefined, vscode.ConfigurationTarget.Global);
    await server.stop();
  });
  beforeEach(async () => {
    input = [];
    answer = undefined;
    server.forget();
    await rm(host().downloads.folder, {recursive: true, force: true});
  });

  const files = (): Promise<string[]> => readdir(host().downloads.folder).catch(() => []);

  it("shows what is to be fetched, and fetches nothing without a yes", async () => {
    const uri = server.serve("asked.gguf", model);
    await downloadModel(host(), uri);
    const [question] = watched().messages;
    assert.equal(question?.text, "Download asked.gguf?");
    assert.ok(server.sent < 1_100_000);
    assert.deepEqual(await files(), []);
  });

  it("says size, place, model, licence and room", async () => {
    let detail: string | undefined;
    const showInformationMessage = vscode.window.showInformationMessage;
    Reflect.set(vscode.window, "showInformationMessage", (_: string, options: vscode.MessageOptions) => {
      detail = options.detail;
      return Promise.resolve(undefined);
    });
    try {
      const uri = server.serve("detail.gguf", model);
      const file = await host().downloads.inspect(uri, new vscode.CancellationTokenSource().token);
      await confirmDownload(uri, file, 1000);
    } finally {
      Reflect.set(vscode.window, "showInformationMessage", showInformationMessage);
    }
    const lines = detail?.split("\n") ?? [];
    assert.equal(lines[0], `Size: 3.6 MB, from ${new URL(server.url).host}`);
    assert.match(lines[1] ?? "", /^Model: .*Q8_0, context of 1,024 tokens$/);
    assert.match(lines[2] ?? "", /^Licence: /);
    assert.equal(lines[3], "Free on the disk: 1.0 kB, which is not enough");
  });

  it("fetches with its pace, and offers to use the model", async () => {
    watched().answer("Download");
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const uri = server.serve("fetched.gguf", {content: model, crawls: {from: 1 << 20, until: released}});
    const downloading = downloadModel(host(), uri);
    const work = await until(() => watched().works.find(({title}) => title === "Downloading fetched.gguf"));
    const pace = /^[\d.]+ MB of 3\.6 MB, [\d.]+ [kM]?B\/s, \d.* (s|min) left$/;
    await until(() => work.reports.some(({message}) => pace.test(message ?? "")));
    release();
    await downloading;
    const increments = work.reports.reduce((sum, {increment = 0}) => sum + increment, 0);
    assert.ok(Math.abs(increments - 100) < 0.001, `${increments} %`);
    const done = await until(() => watched().messages.find(({buttons}) => buttons.includes("Use Model")));
    assert.equal(done.text, "fetched.gguf was downloaded.");
    assert.deepEqual(await files(), ["fetched.gguf"]);
  });

  it("pauses by Cancel, lists what waits, and resumes where it stopped", async () => {
    watched().answer("Download");
    const uri = server.serve("paused.gguf", {content: model, crawls: {from: 1 << 21}});
    const downloading = downloadModel(host(), uri);
    const work = await until(() => watched().works.find(({title}) => title === "Downloading paused.gguf"));
    await until(() => work.reports.some(({message}) => /^[1-3]\.\d MB of/.test(message ?? "")));
    server.serve("paused.gguf", model);
    watched().answer("Resume");
    work.cancel();
    await downloading;
    const paused = await until(() => watched().messages.find(({buttons}) => buttons.includes("Resume")));
    assert.match(paused.text, /^The download of paused\.gguf is paused: \d\.\d MB of 3\.6 MB are kept\.$/);
    await until(async () => (await files()).includes("paused.gguf"));
    const whole = await readFile(path.join(host().downloads.folder, "paused.gguf"));
    assert.ok(whole.equals(model));
    assert.ok(server.sent < model.length * 1.6 + 1_100_000, `${server.sent}`);
  });

  it("offers after a crash to go on, to delete, or to be left alone", async () => {
    const uri = server.serve("crashed.gguf", {content: model, crawls: {from: 1 << 21}});
    const downloading = host().downloads.start(uri, "crashed.gguf");
    const work = await until(() => watched().works[0]);
    await until(() => work.reports.some(({message}) => /^[1-3]\.\d MB of/.test(message ?? "")));
    process.kill(host().transfers.processId as number, "SIGKILL");
    await assert.rejects(downloading, (error) => error instanceof HumanError && error.kind === "engineDied");
    const offered = async (): Promise<number> => {
      watched().messages.length = 0;
      await offerToResume(host());
      return watched().messages.length;
    };
    watched().answer("Not Now");
    assert.equal(await offered(), 1);
    assert.match(watched().messages[0]?.text ?? "", /^The download of crashed\.gguf is incomplete: /);
    await until(() => host().globalState.get("downloads.declined"));
    assert.equal(await offered(), 0);
    const [unfinished] = await host().downloads.unfinished();
    assert.equal(unfinished?.uri, uri);
    assert.ok(unfinished !== undefined && unfinished.done > 1e6 && unfinished.bytes === model.length);
    await host().downloads.discard(unfinished);
    assert.deepEqual(await files(), []);
  });

  it("asks for a token where a model wants one, and tries again with it", async () => {
    server.serveHub({"gated.gguf": model}, {repository: "user/gated", token});
    answer = ` ${token} `;
    watched().answer("Set Access Token…");
    watched().answer("Download");
    await downloadModel(host(), "hf:user/gated/gated.gguf");
    assert.deepEqual(await files(), ["gated.gguf"]);
    assert.equal(input[0]?.options.password, true);
    assert.equal(await host().downloads.tokens.get(), token);
    assert.ok(watched().messages.every(({text}) => !text.includes(token)));
    await host().downloads.tokens.remove();
    assert.equal(await host().downloads.tokens.get(), null);
  });

  it("asks for no token where none would be shown", async () => {
    const elsewhere = await ModelServer.start("127.0.0.2");
    try {
      await downloadModel(host(), elsewhere.serve("closed.gguf", {content: model, token}));
      const [message] = watched().errors;
      assert.match(message?.text ?? "", /does not allow access to this file/);
      assert.deepEqual(message?.buttons, []);
    } finally {
      await elsewhere.stop();
    }
  });

  it("takes a token only if it looks like one, and keeps it for its hub alone", async () => {
    answer = token;
    assert.equal(await askForToken(host().downloads.tokens), true);
    const problem = (text: string) => input[0]?.options.validateInput?.(text);
    assert.equal(problem(token), undefined);
    for (const wrong of ["", "two words", "tökén", "line\nbreak"]) assert.equal(typeof problem(wrong), "string");
    const settings = vscode.workspace.getConfiguration("tokenscope");
    await settings.update("huggingFaceEndpoint", "http://127.0.0.1:9/", vscode.ConfigurationTarget.Global);
    assert.equal(await host().downloads.tokens.get(), null);
    await settings.update("huggingFaceEndpoint", server.url, vscode.ConfigurationTarget.Global);
    assert.equal(await host().downloads.tokens.get(), token);
    await host().downloads.tokens.remove();
  });

  it("says in one sentence what went wrong", async () => {
    await assert.rejects(
      downloadModel(host(), `${server.url}nothing.gguf`),
      (error) => error instanceof HumanError && error.kind === "notFound"
    );
  });
});
