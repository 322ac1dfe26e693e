import {mkdir, statfs} from "node:fs/promises";
import * as vscode from "vscode";
import {progressText} from "../../contract/progressText";
import type {Network, RemoteFile} from "../../contract/transfer";
import {BytePace} from "../../text/bytePace";
import {plainText} from "../../text/plainText";
import type {EngineClient} from "../engine/engineClient";
import type {Settings} from "../settings";
import type {AccessTokens} from "./accessTokens";
import {findUnfinished, removeUnfinished, type UnfinishedDownload} from "./unfinishedDownloads";

/** Downloads of models: into one folder, each under a notification whose Cancel pauses it. */
export class Downloads {
  /** Those under way, by address. */
  private readonly active = new Map<string, Promise<string>>();

  constructor(
    /** Absolute path of the folder that models go to. */
    readonly folder: string,
    readonly tokens: AccessTokens,
    private readonly transfers: EngineClient,
    private readonly settings: Settings
  ) {}

  /** What there is at an address; fetches nothing but the header. */
  async inspect(uri: string, token: vscode.CancellationToken): Promise<RemoteFile> {
    return await this.transfers.request("inspect", {uri, network: await this.network()}, {token});
  }

  /**
   * Fetches a model, or what is missing of it: the (first) file's path. `name` is for the notification. Rejects with
   * CancellationError where it was paused. The same address asked for twice is fetched once.
   */
  async start(uri: string, name: string): Promise<string> {
    const there = this.active.get(uri);
    if (there !== undefined) return await there;
    const download = this.run(uri, name).finally(() => this.active.delete(uri));
    this.active.set(uri, download);
    return await download;
  }

  /** What was begun and is not under way, the largest part of it first. */
  async unfinished(): Promise<UnfinishedDownload[]> {
    const all = await findUnfinished(this.folder);
    return all.filter(({uri}) => !this.active.has(uri)).sort((a, b) => b.done - a.done);
  }

  async discard(unfinished: UnfinishedDownload): Promise<void> {
    await removeUnfinished(unfinished);
  }

  /** Bytes free where downloads go; null where that can't be known. */
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
