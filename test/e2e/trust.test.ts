import * as assert from "node:assert/strict";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {installedCodeServer} from "../../scripts/codeServer.mjs";
import {GitRepository} from "../harness/gitRepository";
import {installedFolder, runningEngines} from "../harness/installed";
import {ModelServer} from "../harness/modelServer";
import {root} from "../harness/paths";
import {cannotRecord, commandOf, type Deed, deedsOfProcesses, processOf, readRecording} from "../harness/recording";
import {notListed} from "../harness/securityList";
import {useOwnServer} from "../harness/useWorkbench";

const restricted = "Restricted Mode: the model is chosen by your own settings until you trust this folder.";
const f16 = path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf");
const settings = (server: string) => ({
  "tokenscope.model": "$" + "{workspaceFolder}/theirs.gguf",
  "tokenscope.huggingFaceEndpoint": server,
  "tokenscope.npmRegistry": server,
  "tokenscope.inlineCompletion.enabled": true
});

/** A hostile folder: its settings, links and repository try to make this machine do things. */
function hostileWorkspace(home: string, server: string): string {
  const folder = path.join(home, "sample");
  cpSync(path.join(root, "sample"), folder, {recursive: true});
  const repository = new GitRepository(folder);
  repository.write(".gitattributes", "*.py diff=hostile\n");
  repository.commit();
  repository.write("retry.py", `# changed\n${readFileSync(path.join(folder, "retry.py"), "utf8")}`);
  copyFileSync(f16, path.join(folder, "theirs.gguf"));
  symlinkSync("theirs.gguf", path.join(folder, "link.gguf"));
  repository.write(".npmrc", `registry=${server}\n`);
  repository.write(".vscode/settings.json", JSON.stringify(settings(server), null, 2));
  const program = repository.write("run.sh", `#!/bin/sh\ntouch "${path.join(home, "mark")}"\n`);
  chmodSync(program, 0o755);
  for (const key of ["core.fsmonitor", "diff.external", "diff.hostile.textconv"])
    repository.git("config", key, program);
  return folder;
}

describe("A workspace that is not trusted", () => {
  const home = mkdtempSync(path.join(tmpdir(), "tokenscope-trust-"));
  const mark = path.join(home, "mark");
  const record = path.join(home, "record");
  const records = cannotRecord() === undefined;
  mkdirSync(path.join(home, "home"));
  const env: Record<string, string> = {HOME: path.join(home, "home"), SHELL: "/bin/sh"};
  const workspace = path.join(home, "sample");
  let theirs: ModelServer;
  let mine: ModelServer;

  before(async () => {
    if (!records && process.env["CI"]) throw new Error(`Nothing can be recorded: ${cannotRecord()}.`);
    [theirs, mine] = [await ModelServer.start(), await ModelServer.start()];
    env["HF_ENDPOINT"] = mine.url;
    hostileWorkspace(home, theirs.url);
  });
  const workbench = useOwnServer({workspace, workspaceTrust: true, env, ...(records ? {record} : {})});
  after(async () => {
    await theirs.stop();
    await mine.stop();
    rmSync(home, {recursive: true, force: true});
  });

  const inWorkspace = (name: string) => path.join(workbench().workspace, name);
  const ignored = () => workbench().statusBar("Folder's settings not used");
  /** Files mapped into the engine's memory. */
  const mapped = (): string =>
    runningEngines()
      .map(({pid}) => readFileSync(`/proc/${pid}/maps`, "utf8"))
      .join("");

  /** The hover over the token count. */
  async function tooltip(text: string | RegExp): Promise<string> {
    const vscode = workbench();
    const hover = await vscode.hover(vscode.statusBar(/\d+ tokens/), text);
    return (await hover.textContent()) ?? "";
  }

  async function perplexity(): Promise<void> {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Perplexity of Selection");
    await vscode.quickInputWidget.filter({hasText: "Perplexity of retry.py"}).waitFor();
    await vscode.page.keyboard.press("Escape");
  }

  it("is counted with the user's own model, and the status bar says why", async () => {
    const vscode = workbench();
    await vscode.statusBar("Restricted Mode").waitFor();
    await vscode.openFile("retry.py");
    await vscode.statusBar("Tokens").waitFor();
    await vscode.goTo(3);
    await vscode.statusBar(/\d+ tokens/).waitFor();
    assert.match(await tooltip("Tokenscope Tiny Coder"), /q8_0.*Restricted Mode: .* Manage Trust/s);
    // A user setting that leads into the folder, and one that doesn't.
    const machine = path.join(inWorkspace(".."), "data/data/Machine/settings.json");
    const own = JSON.parse(readFileSync(machine, "utf8"));
    writeFileSync(
      machine,
      JSON.stringify({...own, "tokenscope.model": "theirs.gguf", "tokenscope.completionModel": f16})
    );
    const said = `${restricted} Not used from this folder: tokenscope.model, tokenscope.huggingFaceEndpoint, tokenscope.npmRegistry, tokenscope.inlineCompletion.enabled. Your own settings name a file in this folder.`;
    await vscode.page.locator(`.part.statusbar a[aria-label="${said}"]`).waitFor();
    await perplexity();
    assert.match(mapped(), /tokenscope-tiny-q8_0\.gguf/);
    assert.doesNotMatch(mapped(), /theirs\.gguf/);
    await vscode.hover(ignored(), "Not used from this folder");
    await vscode.screenshot("restricted");
    await vscode.page.mouse.move(640, 300);
  });

  it("is completed by the demonstration model whatever is chosen, and keeps no settings", async () => {
    const vscode = workbench();
    await vscode.goTo(vscode.fileText("retry.py").trimEnd().split("\n").length, 12);
    await vscode.runCommand("Tokenscope: Complete at Cursor");
    await vscode.ghostText.waitFor();
    assert.doesNotMatch(mapped(), /tokenscope-tiny-f16\.gguf/);
    await vscode.runCommand("Tokenscope: Toggle Inline Completion in This Workspace");
    const refusal = vscode.notification("A folder's own settings are not used in Restricted Mode");
    await refusal.getByRole("button", {name: "Manage Workspace Trust"}).waitFor();
    await vscode.clearNotifications();
  });

  it("gets no Git run that its repository could name programs for", async () => {
    const vscode = workbench();
    await vscode.runCommand("Tokenscope: Score Changes");
    const refusal = vscode.notification("Git runs programs that a repository names, so not in Restricted Mode");
    await refusal.getByRole("button", {name: "Manage Workspace Trust"}).waitFor();
    await vscode.screenshot("restricted-git");
    assert.ok(!existsSync(mark));
    await vscode.clearNotifications();
  });

  it("has the headers of its models read, and nothing more", async () => {
    const vscode = workbench();
    const refusal = vscode.notification("is in a folder that you do not trust");
    await vscode.openEditor("link.gguf");
    const view = await vscode.webview("#metadata-title");
    await view.getByRole("button", {name: "Use This Model"}).click();
    await refusal.filter({hasText: "link.gguf"}).getByRole("button", {name: "Manage Workspace Trust"}).waitFor();
    await vscode.screenshot("restricted-model");
    await vscode.clearNotifications();
    // It may be there from a first try.
    rmSync(path.join(home, "home/outside.gguf"), {force: true});
    symlinkSync(inWorkspace("theirs.gguf"), path.join(home, "home/outside.gguf"));
    await vscode.runCommand("Tokenscope: Browse for Model File…");
    const input = vscode.quickInputWidget.locator("input").first();
    // Until the dialog has listed its folder, it discards typed text.
    await vscode.quickInputWidget.locator(".monaco-list-row").filter({hasText: "theirs.gguf"}).waitFor();
    await input.fill(path.join(home, "home/outside.gguf"));
    await vscode.quickInputWidget.locator(".monaco-list-row").filter({hasText: "outside.gguf"}).waitFor();
    await vscode.page.keyboard.press("Enter");
    await refusal.filter({hasText: "outside.gguf"}).waitFor();
    await vscode.clearNotifications();
    assert.doesNotMatch(mapped(), /theirs\.gguf/);
  });

  it("has no say in where downloads come from", async () => {
    const vscode = workbench();
    mine.serveHub({"tiny.gguf": readFileSync(f16)}, {repository: "user/tiny"});
    await vscode.runCommand("Tokenscope: Download Model…");
    const input = vscode.quickInputWidget.locator("input").first();
    await input.waitFor();
    await input.fill("hf:user/tiny/tiny.gguf");
    await vscode.page.keyboard.press("Enter");
    await vscode.page.locator(".monaco-dialog-box").getByRole("button", {name: "Download"}).click();
    await vscode.notification("tiny.gguf was downloaded.").waitFor();
    await vscode.clearNotifications();
    assert.ok(mine.requests.length > 0);
    assert.deepEqual(theirs.requests, []);
  });

  it("had nothing read, written, contacted or started that SECURITY.md does not list", function () {
    if (!records) this.skip();
    const vscode = workbench();
    const recording = readRecording(record);
    const data = path.dirname(vscode.workspace);
    const codeServer = installedCodeServer(root);
    assert.ok(codeServer !== undefined);
    const storage = path.join(data, "data/data/User/globalStorage/tokenscope.tokenscope");
    const meanings = {
      extension: [installedFolder()],
      workspace: [vscode.workspace],
      storage: [storage],
      home: [path.join(home, "home")],
      models: [],
      log: [path.join(data, "data/data/logs")],
      model: [path.join(installedFolder(), "media/models/tokenscope-tiny-q8_0.gguf")],
      node: [codeServer.node],
      server: [new URL(mine.url).host]
    };
    const processes = deedsOfProcesses(recording, (command) => command.includes(installedFolder()));
    // Engine and transfers are the same program: only their connections tell them apart.
    const fetching = new Set(
      processes.filter(({does}) => does === "contacts").map(({thread}) => processOf(recording, thread))
    );
    const isFetching = ({thread}: Deed) => fetching.has(processOf(recording, thread));
    const engine = processes.filter((deed) => !isFetching(deed));
    const transfers = processes.filter(isFetching);
    assert.equal(fetching.size, 1);
    assert.ok(engine.some(({what}) => what === meanings.model[0]));
    assert.deepEqual(notListed("engine", engine, meanings), []);
    assert.deepEqual(notListed("transfers", transfers, meanings), []);

    // The extension host's own actions for VS Code: its programs, data, pipes, and its search for open ports.
    const vscodes = [
      ...[codeServer.folder, path.join(data, "data/data"), "/proc", "/sys", "/lib", "/etc", "/dev/null"],
      ...["has-flag", "supports-color"].map((name) => path.join(root, "node_modules", name))
    ];
    const isVsCodes = ({does, what, thread}: Deed): boolean => {
      if (does === "contacts") return /^\/tmp\/vscode-ipc-[^/]*\.sock$/.test(what);
      if (does === "starts" && what === "/bin/sh")
        return /"-c", "(ls -l \/proc\/|ps -F -A -l)/.test(commandOf(recording, thread));
      return vscodes.some((one) => what === one || what.startsWith(`${one}/`));
    };

    const host = deedsOfProcesses(recording, (command) => command.includes("--type=extensionHost"));
    assert.ok(host.some(({does, what}) => does === "reads" && what === inWorkspace(".vscode/settings.json")));
    assert.ok(host.some(({does, what}) => does === "starts" && what === meanings.node[0]));
    const ours = host.filter((deed) => deed.what.startsWith(storage) || !isVsCodes(deed));
    assert.deepEqual(notListed("extension", ours, meanings), []);
  });

  it("is obeyed from the moment it is trusted, without a reload, and the other model goes", async () => {
    const vscode = workbench();
    const [before] = runningEngines();
    await ignored().click();
    const trust = vscode.page.getByRole("button", {name: "Trust", exact: true});
    await trust.waitFor();
    await vscode.screenshot("restricted-trust-editor");
    await trust.click();
    await ignored().waitFor({state: "hidden"});
    await vscode.openFile("retry.py");
    await vscode.goTo(4);
    assert.doesNotMatch(await tooltip("theirs.gguf"), /Restricted Mode/);
    await perplexity();
    await vscode.until("the engine has changed models", async () =>
      /theirs\.gguf/.test(mapped()) && !/tokenscope-tiny-q8_0\.gguf/.test(mapped()) ? true : undefined
    );
    assert.ok(runningEngines().some(({pid}) => pid === before?.pid));
    assert.deepEqual(theirs.requests, []);
    await vscode.screenshot("restricted-trusted");
    // Proves that the repository is hostile: VS Code's Git extension runs its program now.
    await vscode.until("Git has run what the repository names", async () => existsSync(mark) || undefined);
  });
});
