import type * as vscode from "vscode";
import type {Settings} from "../settings";
import {urlHost} from "../urlHost";

const hubAddress = /^(?:(?:hf|huggingface):|(?:https?:\/\/)?(?:www\.)?(?:hf|huggingface)\.co\/)/i;

/**
 * Access tokens for gated models, in VS Code's secret storage. Each hub has its own, so that no other hub ever gets it.
 */
export class AccessTokens {
  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly settings: Settings
  ) {}

  /** The host of the hub that the token is for. */
  get host(): string {
    return urlHost(this.settings.network(null).huggingFace);
  }

  /** Whether the token applies to an address: it must be an address of the hub. */
  concerns(uri: string): boolean {
    const {huggingFace} = this.settings.network(null);
    return hubAddress.test(uri) || uri.startsWith(huggingFace);
  }

  async get(): Promise<string | null> {
    return (await this.secrets.get(this.key)) ?? null;
  }

  async set(token: string): Promise<void> {
    await this.secrets.store(this.key, token);
  }

  async remove(): Promise<void> {
    await this.secrets.delete(this.key);
  }

  private get key(): string {
    return `tokenscope.accessToken ${this.settings.network(null).huggingFace}`;
  }
}
