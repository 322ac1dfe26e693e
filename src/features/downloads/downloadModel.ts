import * as vscode from "vscode";
import {EngineError} from "../../contract/errors";
import {uriName} from "../../host/documents/uriName";
import type {UnfinishedDownload} from "../../host/downloads/unfinishedDownloads";
import type {Host} from "../../host/host";
import {runCommand} from "../../host/runCommand";
import {byteSize} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {askForToken} from "./accessToken";
import {confirmDownload} from "./confirm";

/** State key of the notes of downloads that the user does not want to resume now. */
const declinedKey = "downloads.declined";

export async function askForAddress(): Promise<string | undefined> {
  const address = await vscode.window.showInputBox({
    title: vscode.l10n.t("Download Model"),
    prompt: vscode.l10n.t("Address of a GGUF model: a URL, or hf:user/model/file.gguf, or hf:user/model:Q4_K_M"),
    placeHolder: "hf:ggml-org/Qwen2.5-Coder-1.5B-Q8_0-GGUF/qwen2.5-coder-1.5b-q8_0.gguf",
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^(?:hf|huggingface):(?:\/\/)?[^/\s]+\/\S+$|^(?:https?:\/\/|(?:hf|huggingface)\.co\/)\S+$/i.test(text.trim())
        ? undefined
        : vscode.l10n.t("Write a URL that begins with https://, or hf:user/model/file.gguf.")
  });
  return address?.trim();
}

/** Downloads a model: describes it, asks the user to confirm, and downloads. */
export async function downloadModel(host: Host, uri: string): Promise<void> {
  await withToken(host, uri, async () => {
    const file = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t("Looking at the model…"),
        cancellable: true
      },
      (_, token) => host.downloads.inspect(uri, token)
    );
    if (await confirmDownload(uri, file, await host.downloads.freeSpace())) await fetchModel(host, uri, file.fileName);
  });
}

/** Downloads a model. Then offers to use it, or to resume the download if it was paused. */
async function fetchModel(host: Host, uri: string, name: string): Promise<void> {
  try {
    const file = await host.downloads.start(uri, name);
    void offerToUse(file);
  } catch (error) {
    if (!(error instanceof vscode.CancellationError)) throw error;
    const paused = (await host.downloads.unfinished()).find((one) => one.uri === uri);
    if (paused !== undefined) void offerPaused(host, paused);
  }
}

async function offerToUse(file: string): Promise<void> {
  const use = vscode.l10n.t("Use Model");
  const name = plainText(uriName(vscode.Uri.file(file)));
  const chosen = await vscode.window.showInformationMessage(vscode.l10n.t("{0} was downloaded.", name), use);
  if (chosen === use) await runCommand("useModel", file);
}

async function offerPaused(host: Host, paused: UnfinishedDownload): Promise<void> {
  const sentence = vscode.l10n.t(
    "The download of {0} is paused: {1} are kept.",
    plainText(paused.fileName),
    progressOf(paused)
  );
  await offerResumeOrDelete(host, paused, sentence);
}

/** Offers to resume downloads after a reload or a crash. Skips those of other windows, and those declined before. */
export async function offerToResume(host: Host): Promise<void> {
  const declined = new Set(host.globalState.get<readonly string[]>(declinedKey, []));
  for (const one of await host.downloads.unfinished()) {
    if (one.inUse || declined.has(one.note)) continue;
    const sentence = vscode.l10n.t(
      "The download of {0} is incomplete: {1} are on the disk.",
      plainText(one.fileName),
      progressOf(one)
    );
    void offerResumeOrDelete(host, one, sentence);
  }
}

async function offerResumeOrDelete(host: Host, unfinished: UnfinishedDownload, sentence: string): Promise<void> {
  const resume = vscode.l10n.t("Resume");
  const remove = vscode.l10n.t("Delete");
  const later = vscode.l10n.t("Not Now");
  const chosen = await vscode.window.showInformationMessage(sentence, resume, remove, later);
  if (chosen === later) {
    const declined = host.globalState.get<readonly string[]>(declinedKey, []);
    await host.globalState.update(declinedKey, [...new Set([...declined, unfinished.note])].slice(-100));
  }
  if (chosen === remove) await host.downloads.discard(unfinished);
  if (chosen === resume) await resumeDownload(host, unfinished).catch((error: unknown) => host.errors.show(error));
}

async function resumeDownload(host: Host, {uri, fileName}: UnfinishedDownload): Promise<void> {
  await withToken(host, uri, () => fetchModel(host, uri, fileName));
}

interface Row extends vscode.QuickPickItem {
  readonly unfinished: UnfinishedDownload;
}

/** Lists the unfinished downloads. Choosing one resumes it; its button deletes it. */
export async function chooseUnfinished(host: Host): Promise<void> {
  const rows = (await host.downloads.unfinished()).map(row);
  if (rows.length === 0) {
    vscode.window.showInformationMessage(vscode.l10n.t("No download is unfinished."));
    return;
  }
  const picker = vscode.window.createQuickPick<Row>();
  picker.title = vscode.l10n.t("Resume Download");
  picker.placeholder = vscode.l10n.t("Choose a download to resume");
  picker.items = rows;
  picker.onDidTriggerItemButton(async ({item}) => {
    await host.downloads.discard(item.unfinished);
    picker.items = picker.items.filter((one) => one !== item);
    if (picker.items.length === 0) picker.hide();
  });
  const chosen = await new Promise<Row | undefined>((resolve) => {
    picker.onDidAccept(() => resolve(picker.selectedItems[0]));
    picker.onDidHide(() => resolve(undefined));
    picker.show();
  });
  picker.dispose();
  if (chosen !== undefined) await resumeDownload(host, chosen.unfinished);
}

function row(unfinished: UnfinishedDownload): Row {
  return {
    label: `$(debug-pause) ${plainText(unfinished.fileName)}`,
    description: progressOf(unfinished),
    detail: plainText(unfinished.uri.replace(/[?#].*$/s, "")),
    buttons: [{iconPath: new vscode.ThemeIcon("trash"), tooltip: vscode.l10n.t("Delete the partial download")}],
    unfinished
  };
}

function progressOf({done, bytes}: UnfinishedDownload): string {
  return vscode.l10n.t("{0} of {1}", byteSize(done), byteSize(bytes));
}

/** Runs work that may need an access token. If access is denied, asks for a token and tries again. */
async function withToken(host: Host, uri: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind !== "accessDenied") throw error;
      const set = vscode.l10n.t("Set Access Token…");
      const ways = host.downloads.tokens.concerns(uri) ? [set] : [];
      if ((await vscode.window.showErrorMessage(plainText(error.message), ...ways)) !== set) return;
      if (!(await askForToken(host.downloads.tokens))) return;
    }
  }
}
