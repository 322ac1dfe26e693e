import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {chatTargetOf} from "./chatTarget";
import type {RenderedPrompts} from "./renderedPrompts";
import {showChatCount} from "./result";

/** Counts a chat after the model's chat template, and shows its parts. */
export async function countAsChat(host: Host, prompts: RenderedPrompts, subject: unknown): Promise<void> {
  const target = await chatTargetOf(subject);
  const {form, toSend} = target;
  const counted = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Counting the tokens of {0} as a chat", target.title),
      cancellable: true
    },
    (_, token) => host.engine.request("countChat", {model: host.settings.scoringModel(), text: toSend, form}, {token})
  );
  showChatCount(host, prompts, target, counted);
}
