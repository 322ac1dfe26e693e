import * as vscode from "vscode";
import {commandId} from "../../host/commands";
import {commandLink} from "../../host/runCommand";
import type {ColourChoice} from "../../metrics/colourChoice";
import {levelLabel, levels, measureLabel} from "../../metrics/colourScale";
import {escapeMarkdown} from "../../text/markdownText";
import {count} from "../../text/numberText";
import {colouredLevel, heatColour} from "./heatColour";

/** What the heatmap is doing for the active text. */
export type HeatState =
  | {readonly type: "nothing"}
  | {readonly type: "scoring"; readonly message: string}
  | {readonly type: "coloured"; readonly model: string}
  | {readonly type: "partial"; readonly model: string; readonly scored: number; readonly tokens: number}
  | {readonly type: "stopped"}
  | {readonly type: "failed"; readonly message: string};

/** What the levels look like in high-contrast themes, which have no tints. */
const contrastLooks: readonly (() => string)[] = [
  () => vscode.l10n.t("plain"),
  () => vscode.l10n.t("dotted line"),
  () => vscode.l10n.t("dashed line"),
  () => vscode.l10n.t("line"),
  () => vscode.l10n.t("thick line, shaded")
];

/** The heatmap's status bar item: its progress, and what its colours mean. A click turns the heatmap off. */
export class HeatStatus implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private shown = "";

  constructor() {
    this.item = vscode.window.createStatusBarItem("tokenscope.heatmap", vscode.StatusBarAlignment.Right, 99);
    this.item.name = vscode.l10n.t("Surprisal Heatmap");
    this.item.command = commandId("toggleHeatmap");
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }

  show(state: HeatState, choice: ColourChoice): void {
    // Called after every batch, but a change would close a tooltip that someone is reading.
    const key = JSON.stringify([state, choice, vscode.window.activeColorTheme.kind]);
    if (key === this.shown) return;
    this.shown = key;
    const {icon, text, says} = statusText(state, choice);
    this.item.text = `$(${icon}) ${text}`;
    this.item.tooltip = tooltip(says, state.type === "scoring", choice);
    this.item.backgroundColor =
      state.type === "failed" ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    const label = vscode.l10n.t("{0}. {1} Press to turn the heatmap off.", text, says);
    this.item.accessibilityInformation = {label, role: "button"};
  }
}

function statusText(state: HeatState, {by}: ColourChoice): {icon: string; text: string; says: string} {
  const text = vscode.l10n.t("Heatmap");
  switch (state.type) {
    case "nothing":
      return {icon: "flame", text, says: vscode.l10n.t("There is no text here to colour.")};
    case "scoring":
      return {icon: "loading~spin", text: `${text} ${state.message}`, says: vscode.l10n.t("The text is being scored.")};
    case "coloured":
      return {icon: "flame", text, says: vscode.l10n.t("Coloured by: {0}. Model: {1}.", measureLabel(by), state.model)};
    case "partial":
      return {
        icon: "flame",
        text: vscode.l10n.t("Heatmap (in part)"),
        says: vscode.l10n.t(
          "Scoring was stopped: the colours are those of the first {0} of {1} tokens. Coloured by: {2}. Model: {3}. An edit, or turning it off and on, scores the text again.",
          count(state.scored),
          count(state.tokens),
          measureLabel(by),
          state.model
        )
      };
    case "stopped":
      return {
        icon: "flame",
        text: vscode.l10n.t("Heatmap (stopped)"),
        says: vscode.l10n.t(
          "Scoring was stopped before it began. An edit, or turning it off and on, scores the text again."
        )
      };
    case "failed":
      return {icon: "warning", text, says: state.message};
    default:
      return state satisfies never;
  }
}

/** The tooltip: the state, the legend, and what the colours do not mean. */
function tooltip(says: string, scoring: boolean, choice: ColourChoice): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  // The legend's colours need HTML. Only our own commands are trusted, and model names are escaped.
  markdown.supportHtml = true;
  markdown.isTrusted = {enabledCommands: [commandId("stopHeatmap"), commandId("colorBy"), commandId("nextSurprise")]};
  markdown.appendMarkdown(`**${vscode.l10n.t("Surprisal Heatmap")}**\n\n${escapeMarkdown(says)}`);
  if (scoring)
    markdown.appendMarkdown(
      ` ${commandLink(vscode.l10n.t("Stop here"), "stopHeatmap", vscode.l10n.t("Colour what has been scored so far"))}`
    );
  const links = [
    commandLink(vscode.l10n.t("Colour By…"), "colorBy"),
    commandLink(vscode.l10n.t("Go to Next Surprise"), "nextSurprise")
  ];
  const advice = vscode.l10n.t(
    "Surprising is not wrong: names, numbers and first mentions are, in any good text. Point at a token to see what the model expected. A click here turns the heatmap off."
  );
  markdown.appendMarkdown(`\n\n${legend(choice)}\n\n${links.join(" · ")}\n\n${advice}`);
  return markdown;
}

function legend(choice: ColourChoice): string {
  const {kind} = vscode.window.activeColorTheme;
  const tinted = kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.Light;
  const rows = levels.map((level) => {
    const look = tinted ? swatch(level) : contrastLooks[level]?.();
    return `| ${look} | ${levelLabel(choice, level)} |`;
  });
  return [`| | ${measureLabel(choice.by)} |`, "|:--|:--|", ...rows].join("\n");
}

function swatch(level: number): string {
  const coloured = colouredLevel(level);
  const style =
    coloured === undefined
      ? ""
      : ` style="color:var(--vscode-tokenscope-heatmapForeground);background-color:var(--vscode-tokenscope-${heatColour(coloured, "Background")});"`;
  return `<span${style}>&nbsp;ab&nbsp;</span>`;
}
