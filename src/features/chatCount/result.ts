import * as vscode from "vscode";
import type {ChatCount, MessageCount} from "../../contract/chat";
import {copyText} from "../../host/copyText";
import {selectInEditor} from "../../host/documents/reveal";
import type {Host} from "../../host/host";
import {jsonText} from "../../text/jsonText";
import {count, percentText, plural, withDecimalSeparator} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import type {ChatTarget} from "./chatTarget";
import type {RenderedPrompts} from "./renderedPrompts";

interface Item extends vscode.QuickPickItem {
  readonly run: () => Promise<void>;
  /** Shows the message in the editor. */
  readonly reveal?: () => Promise<void>;
}

/** A chat's tokens as a quick pick: in all, by message, and the template's. Enter copies a number. */
export function showChatCount(host: Host, prompts: RenderedPrompts, target: ChatTarget, counted: ChatCount): void {
  const list = vscode.window.createQuickPick<Item | vscode.QuickPickItem>();
  list.title = vscode.l10n.t("{0} as a chat with {1}", target.title, plainText(counted.model.name));
  list.placeholder = vscode.l10n.t("Enter copies a number");
  list.matchOnDescription = true;
  list.items = [
    totalItem(counted),
    separator(vscode.l10n.t("Messages")),
    ...counted.messages.map((message) => messageItem(target, message)),
    separator(vscode.l10n.t("Chat template")),
    ...templateItems(counted),
    separator(""),
    ...noteItems(counted),
    ...actionItems(prompts, target, counted)
  ];
  // The user may have waited long for this result: it stays until it is closed.
  list.ignoreFocusOut = true;
  const act = (run: () => Promise<void>): void => {
    list.hide();
    run().catch((error: unknown) => void host.errors.show(error));
  };
  list.onDidAccept(() => {
    const [item] = list.activeItems;
    if (item !== undefined && "run" in item) act(item.run);
  });
  list.onDidTriggerItemButton(({item}) => {
    if ("reveal" in item && item.reveal !== undefined) act(item.reveal);
  });
  list.onDidHide(() => list.dispose());
  list.show();
}

function separator(label: string): vscode.QuickPickItem {
  return {label, kind: vscode.QuickPickItemKind.Separator};
}

function totalItem({count: tokens, model: {contextSize}}: ChatCount): Item {
  const share = percentText(withDecimalSeparator(((100 * tokens) / contextSize).toFixed(1)));
  return {
    label: plural(tokens, "token"),
    description:
      tokens > contextSize
        ? vscode.l10n.t("in all, more than the context of {0}", count(contextSize))
        : vscode.l10n.t("in all, {0} of the context of {1}", share, count(contextSize)),
    run: () => copyNumber(tokens)
  };
}

function messageItem(target: ChatTarget, {role, beginning, start, end, tokens}: MessageCount): Item {
  const reveal = async (): Promise<void> => {
    const document = await vscode.workspace.openTextDocument(target.uri);
    await selectInEditor(document, target.start + start, target.start + end, {preserveFocus: false});
  };
  const isLeftOut = tokens === 0 && beginning !== "";
  return {
    label: tokens === null ? "—" : plural(tokens, "token"),
    description: `${plainText(role, 40)}: ${plainText(beginning)}`,
    ...(tokens === null && {
      detail: vscode.l10n.t("The template changes this message: its tokens count as the template's.")
    }),
    ...(isLeftOut && {detail: vscode.l10n.t("The template leaves this message out.")}),
    buttons: [{iconPath: new vscode.ThemeIcon("go-to-file"), tooltip: vscode.l10n.t("Show in Editor")}],
    run: tokens === null ? reveal : () => copyNumber(tokens),
    reveal
  };
}

function templateItems({template, tools, generationPrompt, date}: ChatCount): Item[] {
  const own =
    date === null
      ? vscode.l10n.t("the template's own: roles, marks, instructions")
      : vscode.l10n.t("the template's own: roles, marks, instructions, the date ({0})", date);
  const rows: (readonly [tokens: number | null, description: string])[] = [
    [template, own],
    [tools, vscode.l10n.t("tools, and what the template says of them")],
    [generationPrompt, vscode.l10n.t("the beginning of the answer")]
  ];
  return rows.flatMap(([tokens, description]) =>
    tokens === null ? [] : [{label: plural(tokens, "token"), description, run: () => copyNumber(tokens)}]
  );
}

function noteItems({warnings}: ChatCount): Item[] {
  return warnings.map((warning) => ({
    label: `$(info) ${plainText(warning)}`,
    run: () => copyText(warning, vscode.l10n.t("Copied {0}", vscode.l10n.t("Note")))
  }));
}

function actionItems(prompts: RenderedPrompts, {title}: ChatTarget, counted: ChatCount): Item[] {
  return [
    {
      label: `$(eye) ${vscode.l10n.t("Show What the Model Sees")}`,
      description: vscode.l10n.t("the whole text, with special tokens"),
      run: () => prompts.show(title, counted.rendered)
    },
    {
      label: `$(json) ${vscode.l10n.t("Copy as JSON")}`,
      description: vscode.l10n.t("all of these numbers"),
      run: () => copyText(jsonText(numbersOf(counted), 2), vscode.l10n.t("Copied the numbers as JSON"))
    }
  ];
}

function numbersOf({model, count: tokens, messages, template, tools, generationPrompt, date, warnings}: ChatCount) {
  const {name, file, contextSize} = model;
  return {
    model: {name, file, contextSize},
    tokens,
    messages: messages.map(({role, tokens}) => ({role, tokens})),
    template,
    tools,
    generationPrompt,
    date,
    warnings
  };
}

function copyNumber(tokens: number): Promise<void> {
  return copyText(String(tokens), vscode.l10n.t("Copied {0}", plural(tokens, "token")));
}
