import path from "node:path";
import * as vscode from "vscode";
import type {ModelDescription} from "../../engine/api";
import {isLongerThan, wholeRange} from "../../host/documentText";
import type {Host} from "../../host/host";
import {isWithheld, subjectOf, withheld} from "../../host/subject";
import {count as formatted, plural} from "../../metrics/numberText";
import {shortChecksum} from "../../metrics/shortChecksum";
import {countLine} from "./countLine";

/** Milliseconds of quiet before the count follows the text. */
const quiet = 150;

/** UTF-16 units; a greater text is counted on command, so that typing in it costs nothing. */
const liveLimit = 1 << 20;

/**
 * The count of the selection, or else of the file, in the status bar. It follows what the user does: opening VS Code
 * starts no engine, the first click or key in a text does.
 */
export class StatusBarCount implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly subscriptions: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;
  private running: vscode.CancellationTokenSource | undefined;
  private used = false;

  constructor(private readonly host: Host) {
    this.item = vscode.window.createStatusBarItem("tokenscope.count", vscode.StatusBarAlignment.Right, 100);
    this.item.name = vscode.l10n.t("Token Count");
    this.item.command = "tokenscope.showMenu";
    this.rest(vscode.l10n.t("Click for everything Tokenscope can do."));
    this.item.show();
    this.subscriptions = vscode.Disposable.from(
      this.item,
      vscode.window.onDidChangeActiveTextEditor(() => this.soon()),
      vscode.window.onDidChangeTextEditorSelection((change) => {
        if (change.textEditor === vscode.window.activeTextEditor) this.soon();
      }),
      vscode.workspace.onDidChangeTextDocument((change) => {
        if (change.document === vscode.window.activeTextEditor?.document && change.contentChanges.length > 0)
          this.soon();
      }),
      host.settings.onDidChangeModel(() => {
        if (this.used) this.soon();
      })
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.running?.cancel();
    this.subscriptions.dispose();
  }

  private soon(): void {
    clearTimeout(this.timer);
    // Who goes to a webview still wants to know what was being counted.
    if (vscode.window.activeTextEditor !== undefined) this.running?.cancel();
    this.timer = setTimeout(() => void this.count(), quiet);
  }

  private async count(): Promise<void> {
    this.used = true;
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
      // With the keyboard in a webview or the terminal, the count of the text beside it stays right.
      if (vscode.window.visibleTextEditors.length > 0) return;
      this.running?.cancel();
      if (isWithheld(vscode.window.tabGroups.activeTabGroup.activeTab)) return this.rest(withheld());
      return this.rest(vscode.l10n.t("Open a file to see how many tokens it has."));
    }
    // The log is a text editor too, and counting writes to it.
    if (editor.document.uri.scheme === "output") return;
    const running = new vscode.CancellationTokenSource();
    this.running = running;
    try {
      const {document, selection} = editor;
      const isLong = await isLongerThan(document, selection.isEmpty ? wholeRange(document) : selection, liveLimit);
      if (running.token.isCancellationRequested) return;
      if (isLong) return this.rest(vscode.l10n.t("This file is large: Count Tokens counts it when you ask for it."));
      const subject = await subjectOf(editor);
      const result = await this.host.engine.request(
        "count",
        {model: this.host.settings.modelSpec(), text: subject.toSend},
        {token: running.token}
      );
      if (running.token.isCancellationRequested) return;
      const {count, model} = result;
      const {isSelection} = subject;
      const tokens = plural(count, "token");
      this.show(
        `$(symbol-string) ${isSelection ? selected(count) : tokens}`,
        tooltip([
          [isSelection ? vscode.l10n.t("Selection") : vscode.l10n.t("File"), countLine(result)],
          [vscode.l10n.t("Model"), about(model)]
        ]),
        isSelection
          ? vscode.l10n.t("Selection: {0}, {1}", tokens, model.name)
          : vscode.l10n.t("File: {0}, {1}", tokens, model.name)
      );
    } catch (error) {
      if (error instanceof vscode.CancellationError || running.token.isCancellationRequested) return;
      const message = this.host.errors.describe(error);
      this.show(`$(warning) ${vscode.l10n.t("Tokens")}`, message, message);
      this.item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
    } finally {
      if (this.running === running) this.running = undefined;
      running.dispose();
    }
  }

  private rest(why: string): void {
    const tokens = vscode.l10n.t("Tokens");
    this.show(`$(symbol-string) ${tokens}`, `Tokenscope: ${why}`, `${tokens}. ${why}`);
  }

  /** `spoken` is what a screen reader says: a tooltip's Markdown would be read with its signs. */
  private show(text: string, tooltip: string | vscode.MarkdownString, spoken: string): void {
    this.item.text = text;
    if (tooltip instanceof vscode.MarkdownString) this.addModels(tooltip);
    this.item.tooltip = tooltip;
    this.item.backgroundColor = undefined;
    this.item.accessibilityInformation = {label: spoken, role: "button"};
  }

  /** Names the other model, where one completes, and leads to both. */
  private addModels(tooltip: vscode.MarkdownString): void {
    const completes = this.host.settings.completionSpec().path;
    if (completes !== this.host.settings.modelSpec().path) {
      tooltip.appendMarkdown(`**${vscode.l10n.t("Completes")}:** `);
      tooltip.appendText(shortChecksum(path.basename(completes)));
      tooltip.appendMarkdown("\n\n");
    }
    // Only our own commands, without arguments.
    tooltip.isTrusted = {enabledCommands: ["tokenscope.selectModel", "tokenscope.showModelInfo"]};
    tooltip.appendMarkdown(
      `[${vscode.l10n.t("Select Model…")}](command:tokenscope.selectModel) &nbsp; [${vscode.l10n.t("Model Info")}](command:tokenscope.showModelInfo)`
    );
  }
}

function about(model: ModelDescription): string {
  const {name, file, quantization, vocabularySize} = model;
  return vscode.l10n.t(
    "{0} ({1}, {2}, vocabulary of {3})",
    name,
    shortChecksum(file),
    quantization,
    plural(vocabularySize, "token")
  );
}

function selected(tokens: number): string {
  return tokens === 1 ? vscode.l10n.t("1 token selected") : vscode.l10n.t("{0} tokens selected", formatted(tokens));
}

function tooltip(lines: readonly (readonly [label: string, text: string])[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  for (const [label, text] of lines) {
    markdown.appendMarkdown(`**${label}:** `);
    // Names come from model files: escaped, unlike our own labels.
    markdown.appendText(text);
    markdown.appendMarkdown("\n\n");
  }
  return markdown;
}
