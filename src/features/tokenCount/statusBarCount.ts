import path from "node:path";
import * as vscode from "vscode";
import {isSameModel, type ModelDescription} from "../../contract/models";
import {commandId} from "../../host/commands";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {restriction} from "../../host/restrictedMode";
import {commandLink} from "../../host/runCommand";
import {manageTrustCommand} from "../../host/vscodeCommands";
import {escapeMarkdown} from "../../text/markdownText";
import {count as formatted, plural} from "../../text/numberText";
import {shortChecksum} from "../../text/shortChecksum";
import {countLine} from "./countLine";
import {stateText, stoppedText} from "./engineText";

/** Delay after an edit or a new selection until it is counted (ms). */
const debounce = 150;

/**
 * Maximum UTF-16 units of a live count. Longer texts are counted by command only, so that typing in them costs nothing.
 */
const maxLiveLength = 1 << 20;

type Line = readonly [label: string, text: string];

interface Shown {
  readonly text: string;
  readonly tooltip: string | readonly Line[];
  /** Text for screen readers, which would read a tooltip's Markdown with its signs. */
  readonly spoken: string;
  readonly warns?: boolean;
}

const warningBackground = new vscode.ThemeColor("statusBarItem.warningBackground");

/**
 * The status bar item with the count of the selection, or else of the file. Opening VS Code starts no engine; the first
 * click or key in a text does.
 */
export class StatusBarCount implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly subscriptions: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;
  private readonly counting = new LatestOnly();
  private used = false;
  /** The last result to show while the engine works. */
  private shown: Shown | undefined;
  private wasStopped = false;

  constructor(private readonly host: Host) {
    this.item = vscode.window.createStatusBarItem("tokenscope.count", vscode.StatusBarAlignment.Right, 100);
    this.item.name = vscode.l10n.t("Token Count");
    this.showHint();
    this.item.show();
    this.subscriptions = vscode.Disposable.from(
      this.item,
      vscode.window.onDidChangeActiveTextEditor(() => this.scheduleCount()),
      vscode.window.onDidChangeTextEditorSelection((change) => {
        if (change.textEditor === vscode.window.activeTextEditor) this.scheduleCount();
      }),
      vscode.workspace.onDidChangeTextDocument((change) => {
        if (change.document === vscode.window.activeTextEditor?.document && change.contentChanges.length > 0)
          this.scheduleCount();
      }),
      host.settings.onDidChangeModel(() => {
        if (this.used) this.scheduleCount();
        else this.showHint();
      }),
      host.engine.onDidChangeState(() => this.followEngine())
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.counting.dispose();
    this.subscriptions.dispose();
  }

  private scheduleCount(): void {
    clearTimeout(this.timer);
    // A webview that takes the focus does not cancel the count.
    if (vscode.window.activeTextEditor !== undefined) this.counting.cancel();
    this.timer = setTimeout(() => void this.count(), debounce);
  }

  private async count(): Promise<void> {
    this.used = true;
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) {
      // If a webview or the terminal has the focus, the count of the visible text is still right.
      if (vscode.window.visibleTextEditors.length > 0) return;
      this.counting.cancel();
      const {isWithheld, withheldMessage} = await import("../../host/documents/targetText");
      if (isWithheld(vscode.window.tabGroups.activeTabGroup.activeTab)) return this.showNoCount(withheldMessage());
      return this.showNoCount(vscode.l10n.t("Open a file to see how many tokens it has."));
    }
    // The log is a text editor too, and counting writes to it: skip it.
    if (editor.document.uri.scheme === "output") return;
    await this.counting.run(undefined, (token) => this.countIn(editor, token));
  }

  private async countIn(editor: vscode.TextEditor, token: vscode.CancellationToken): Promise<void> {
    try {
      const {countedText} = await import("../../host/documents/targetText");
      const counted = await countedText(editor, maxLiveLength);
      if (token.isCancellationRequested) return;
      if (counted === undefined)
        return this.showNoCount(vscode.l10n.t("This file is large: Count Tokens counts it when you ask for it."));
      const result = await this.host.engine.request(
        "count",
        {model: this.host.settings.scoringModel(), text: counted.toSend},
        {token}
      );
      if (token.isCancellationRequested) return;
      const {count, model, warnings} = result;
      const {isSelection} = counted;
      const tokens = plural(count, "token");
      this.show({
        text: `$(symbol-string) ${isSelection ? selected(count) : tokens}`,
        tooltip: [
          [isSelection ? vscode.l10n.t("Selection") : vscode.l10n.t("File"), countLine(result)],
          [vscode.l10n.t("Model"), about(model)],
          ...warnings.map((warning): Line => [vscode.l10n.t("Note"), warning])
        ],
        spoken: isSelection
          ? vscode.l10n.t("Selection: {0}, {1}", tokens, model.name)
          : vscode.l10n.t("File: {0}, {1}", tokens, model.name)
      });
    } catch (error) {
      if (error instanceof vscode.CancellationError || token.isCancellationRequested) return;
      const message = this.host.errors.describe(error);
      this.show({...warning(message), tooltip: message});
    }
  }

  private showHint(): void {
    this.showNoCount(vscode.l10n.t("Click for everything Tokenscope can do."));
  }

  private showNoCount(why: string): void {
    const tokens = vscode.l10n.t("Tokens");
    const restricted = restriction();
    const reasons = restricted === undefined ? why : `${why} ${restricted}`;
    this.show({
      text: `$(symbol-string) ${tokens}`,
      tooltip: vscode.l10n.t("Tokenscope: {0}", reasons),
      spoken: `${tokens}. ${reasons}`
    });
  }

  private show(shown: Shown): void {
    this.shown = shown;
    this.draw();
  }

  private followEngine(): void {
    const stopped = this.host.engine.state.process === "stopped";
    // Count what could not be counted while the engine was stopped.
    if (this.wasStopped && !stopped) this.scheduleCount();
    this.wasStopped = stopped;
    this.draw();
  }

  /** Updates the item. Sets only what changed. */
  private draw(): void {
    if (this.shown === undefined) return;
    const {state} = this.host.engine;
    const stopped = state.process === "stopped";
    const {text, spoken, warns} = stopped ? warning(stoppedText()) : this.shown;
    const background = warns ? warningBackground : undefined;
    if (this.item.text !== text) this.item.text = text;
    if (this.item.backgroundColor !== background) this.item.backgroundColor = background;
    const command = commandId(stopped ? "restartEngine" : "showMenu");
    if (this.item.command !== command) this.item.command = command;
    if (this.item.accessibilityInformation?.label !== spoken)
      this.item.accessibilityInformation = {label: spoken, role: "button"};
    const tooltip = stopped ? stoppedText() : this.tooltip(this.shown.tooltip);
    if (tooltipText(tooltip) !== tooltipText(this.item.tooltip)) this.item.tooltip = tooltip;
  }

  private tooltip(shown: Shown["tooltip"]): string | vscode.MarkdownString {
    const {engine, settings} = this.host;
    const state = stateText(engine.state, settings.scoringModel(), settings.idleLimit);
    // A plain text means that nothing was counted: details would be too much.
    if (typeof shown === "string")
      return engine.state.unloaded === null ? shown : `${shown}\n\n${vscode.l10n.t("State")}: ${state}`;
    const tooltip = markdown([...shown, [vscode.l10n.t("State"), state]]);
    this.addModels(tooltip);
    return tooltip;
  }

  /** Adds the completion model, if it is another one, and links. */
  private addModels(tooltip: vscode.MarkdownString): void {
    const completes = this.host.settings.completionModel();
    if (!isSameModel(completes, this.host.settings.scoringModel())) {
      tooltip.appendMarkdown(
        `**${vscode.l10n.t("Completes")}:** ${escapeMarkdown(shortChecksum(path.basename(completes.path)))}\n\n`
      );
    }
    const {avoidsGpu} = this.host.settings;
    if (avoidsGpu) {
      const why = vscode.l10n.t("not used, because the model's process has ended on it");
      tooltip.appendMarkdown(`**${vscode.l10n.t("GPU")}:** ${escapeMarkdown(why)}\n\n`);
    }
    const restricted = restriction();
    if (restricted !== undefined)
      tooltip.appendMarkdown(`${restricted} [${vscode.l10n.t("Manage Trust")}](command:${manageTrustCommand})\n\n`);
    // Trusted are our own commands and one of VS Code's, without arguments.
    tooltip.isTrusted = {
      enabledCommands: [commandId("selectModel"), commandId("showModelInfo"), commandId("showGpu"), manageTrustCommand]
    };
    const links = [
      commandLink(vscode.l10n.t("Select Model…"), "selectModel"),
      commandLink(vscode.l10n.t("Model Info"), "showModelInfo"),
      ...(avoidsGpu ? [commandLink(vscode.l10n.t("Show GPU"), "showGpu")] : [])
    ];
    tooltip.appendMarkdown(links.join(" &nbsp; "));
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

function warning(message: string): Pick<Shown, "text" | "spoken" | "warns"> {
  return {text: `$(warning) ${vscode.l10n.t("Tokens")}`, spoken: message, warns: true};
}

function markdown(lines: readonly Line[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  // Names come from model files, so they are escaped. Our own labels are not.
  for (const [label, line] of lines) text.appendMarkdown(`**${label}:** ${escapeMarkdown(line)}\n\n`);
  return text;
}

function tooltipText(tooltip: string | vscode.MarkdownString | undefined): string | undefined {
  return typeof tooltip === "object" ? tooltip.value : tooltip;
}
