import {mkdir, statfs} from "node:fs/promises";
import * as vscode from "vscode";
import {progressText} from "../../contract/progressText";
import type {Network, RemoteFile} from "../../contract/transfer";
import {BytePace} from "../../text/bytePace";
import {plainText} from "../../text/plainText";
import type {EngineClient} from "../engine/engineClient";
import type {Settings} from "../settings";
import type {AccessTokens} from "./accessTokens";
import type {UnfinishedDownload} from "./unfinishedDownloads";

/** Downloads models into one folder. Each has a notification; its Cancel button pauses the download. */
export class Downloads {
  /** Downloads under way, by address. */
  private readonly active = new Map<string, Promise<string>>();

  constructor(
    /** Absolute path of the folder for models. */
    readonly folder: string,
    readonly tokens: AccessTokens,
    private readonly transfers: EngineClient,
    private readonly settings: Settings
  ) {}

  /** Describes the file at an address; fetches only its header. */
  async inspect(uri: string, token: vscode.CancellationToken): Promise<RemoteFile> {
    return await this.transfers.request("inspect", {uri, network: await this.network()}, {token});
  }

  /**
   * Downloads a model, or resumes its download, and returns the path of its (first) file. `name` is for the
   * notification. Rejects with CancellationError if the user paused it. A second call for the same address joins the
   * first.
   */
  async start(uri: string, name: string): Promise<string> {
    const there = this.active.get(uri);
    if (there !== undefined) return await there;
    const download = this.run(uri, name).finally(() => this.active.delete(uri));
    this.active.set(uri, download);
    return await download;
  }

  /** Unfinished downloads that are not under way, the one with the most bytes first. */
  async unfinished(): Promise<UnfinishedDownload[]> {
    const {findUnfinished} = await import("./unfinishedDownloads");
    const all = await findUnfinished(this.folder);
    return all.filter(({uri}) => !this.active.has(uri)).sort((a, b) => b.done - a.done);
  }

  async discard(unfinished: UnfinishedDownload): Promise<void> {
    const {removeUnfinished} = await import("./unfinishedDownloads");
    await removeUnfinished(unfinished);
  }

  /** Free bytes on the disk of the download folder; null if unknown. */
  async freeSpace(): Promise<number | null> {
    try {
      await mkdir(this.folder, {recursive: true});
      const {bavail, bsize} = await statfs(this.folder);
      return bavail * bsize;
    } catch {
      return null;
    }
  }

  private async run(uri: string, name: string): Promise<string> {
    const title = vscode.l10n.t("Downloading {0}", plainText(name));
    const location = vscode.ProgressLocation.Notification;
    return await vscode.window.withProgress({location, title, cancellable: true}, async (progress, token) => {
      const pace = new BytePace();
      let shown = 0;
      const params = {uri, folder: this.folder, gguf: true, network: await this.network()};
      const {path} = await this.transfers.request("download", params, {
        token,
        onProgress: (fetched) => {
          const message = progressText(fetched, pace);
          if (fetched.stage !== "download") return progress.report({message});
          const percent = fetched.total === 0 ? 100 : (fetched.done / fetched.total) * 100;
          progress.report({message, increment: Math.max(0, percent - shown)});
          shown = Math.max(shown, percent);
        }
      });
      return path;
    });
  }

  private async network(): Promise<Network> {
    return this.settings.network(await this.tokens.get());
  }
}
