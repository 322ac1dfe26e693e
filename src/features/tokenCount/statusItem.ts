import path from "node:path";
import * as vscode from "vscode";
import {isSameModel} from "../../contract/models";
import {commandId} from "../../host/commands";
import type {Host} from "../../host/host";
import {restriction} from "../../host/restrictedMode";
import {commandLink} from "../../host/runCommand";
import {manageTrustCommand} from "../../host/vscodeCommands";
import {escapeMarkdown} from "../../text/markdownText";
import {shortChecksum} from "../../text/shortChecksum";
import {stateText, stoppedText} from "./engineText";

export type Line = readonly [label: string, text: string];

export interface Shown {
  /** Without its icon. */
  readonly text: string;
  readonly tooltip: string | readonly Line[];
  /** Text for screen readers, which would read a tooltip's Markdown with its signs. */
  readonly spoken: string;
  readonly warns?: boolean;
  /** It has failed: there is no number. */
  readonly failed?: boolean;
}

/** What is under way, where it takes so long that a person should know. */
export interface Busy {
  /** The number on show is of an older text. */
  readonly kind: "counting" | "waiting";
  readonly spoken: string;
  /** Behind the number, such as a percentage. */
  readonly text: string;
  /** A click stops it. */
  readonly stops: boolean;
}

const warningBackground = new vscode.ThemeColor("statusBarItem.warningBackground");

const icons = {counted: "symbol-string", counting: "loading~spin", waiting: "sync", failed: "warning"} as const;

/** The status bar item: what it shows, of the count and of the engine. */
export class StatusItem implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private shown: Shown | undefined;
  private busy: Busy | undefined;

  constructor(private readonly host: Host) {
    this.item = vscode.window.createStatusBarItem("tokenscope.count", vscode.StatusBarAlignment.Right, 100);
    this.item.name = vscode.l10n.t("Token Count");
  }

  /** The item is there from the first time on. */
  show(shown: Shown): void {
    const isFirst = this.shown === undefined;
    this.shown = shown;
    this.draw();
    if (isFirst) this.item.show();
  }

  /** Undefined: no count is under way. */
  showBusy(busy: Busy | undefined): void {
    this.busy = busy;
    this.draw();
  }

  dispose(): void {
    this.item.dispose();
  }

  /** Updates the item. Sets only what changed. */
  draw(): void {
    if (this.shown === undefined) return;
    const stopped = this.host.engine.state.process === "stopped";
    const {text, spoken, warns, failed} = stopped ? failure(stoppedText()) : this.shown;
    const busy = stopped ? undefined : this.busy;
    const icon = icons[failed ? "failed" : (busy?.kind ?? "counted")];
    const label = `$(${icon}) ${text}${busy === undefined ? "" : busy.text}`;
    const background = warns ? warningBackground : undefined;
    if (this.item.text !== label) this.item.text = label;
    if (this.item.backgroundColor !== background) this.item.backgroundColor = background;
    const command = commandId(stopped ? "restartEngine" : busy?.stops ? "stopCounting" : "showMenu");
    if (this.item.command !== command) this.item.command = command;
    const heard = busy?.spoken ?? spoken;
    if (this.item.accessibilityInformation?.label !== heard)
      this.item.accessibilityInformation = {label: heard, role: "button"};
    const tooltip = stopped ? stoppedText() : busy?.stops ? busy.spoken : this.tooltip(this.shown.tooltip);
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

/** Shown instead of a count. */
export function failure(message: string): Shown {
  return {text: vscode.l10n.t("Tokens"), tooltip: message, spoken: message, warns: true, failed: true};
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
