import * as vscode from "vscode";
import type {TokenList} from "../../contract/scoring";
import {commandId} from "../../host/commands";
import type {DocumentRange} from "../../host/documents/documentRange";
import {isLongerThan} from "../../host/documents/documentText";
import {documentRangeOf, partOf} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {commandLink} from "../../host/runCommand";
import {markStepDone} from "../../host/walkthroughProgress";
import {escapeMarkdown} from "../../text/markdownText";
import {count, plural} from "../../text/numberText";
import {shortLabel} from "../../text/tokenLabel";
import {visibleText} from "../../text/visibleText";
import {countLine} from "./countLine";
import {countSubject} from "./countSubject";
import {eachText, selectionsText} from "./countView";
import {selectedRanges, subjectOfEditor} from "./subject";

/** Maximum tokens shown as chips; the rest is only counted. */
const maxChips = 24;

/**
 * Maximum UTF-16 units of a selection with a hover. Longer ones are counted by command only, because a hover must be
 * quick.
 */
const maxHoverLength = 1 << 20;

/** The hover over a selection: token count, the first tokens as chips, and links to probabilities. */
export class SelectionHover implements vscode.HoverProvider {
  /** The last hover, cached: VS Code asks again while the mouse moves over the selection. */
  private last: {readonly key: string; readonly hover: Promise<vscode.Hover>} | undefined;
  private readonly latest = new LatestOnly();

  constructor(private readonly host: Host) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken
  ): Promise<vscode.Hover | undefined> {
    const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
    const selection = editor?.selections.find((one) => !one.isEmpty && one.contains(position));
    if (editor === undefined || selection === undefined) return undefined;
    try {
      if (await isLongerThan(document, selection, maxHoverLength)) return undefined;
      const hover = await this.hoverOf(editor, selection);
      return token.isCancellationRequested ? undefined : hover;
    } catch (error) {
      if (error instanceof vscode.CancellationError) return undefined;
      return new vscode.Hover(escapeMarkdown(this.host.errors.describe(error)), selection);
    }
  }

  /** The hover of a selection, cached until the selection, its text or the model changes. */
  private hoverOf(editor: vscode.TextEditor, selection: vscode.Selection): Promise<vscode.Hover> {
    const model = this.host.settings.scoringModel();
    const {document, selections} = editor;
    const {start, end} = selection;
    const key = JSON.stringify([document.uri, document.version, start, end, selections, model]);
    if (this.last?.key === key) return this.last.hover;
    const hover = this.latest.run(undefined, async (token) => {
      const target = await partOf(document, selection);
      const params = {model, text: target.toSend, texts: maxChips};
      const list = await this.host.engine.request("tokenize", params, {token});
      const all = await this.allSelected(editor, token);
      return new vscode.Hover(tokensMarkdown(list, documentRangeOf(target), all), selection);
    });
    const asked = {key, hover};
    this.last = asked;
    // A failure is not cached.
    hover.catch(() => {
      if (this.last === asked) this.last = undefined;
    });
    return hover;
  }

  /** The count of all selections; undefined where there is one, or where a hover would begin to count a long document. */
  private async allSelected(editor: vscode.TextEditor, token: vscode.CancellationToken): Promise<string | undefined> {
    if (selectedRanges(editor).length < 2 || !this.host.documents.keeps(editor.document)) return undefined;
    const counted = await countSubject(this.host, subjectOfEditor(editor), token);
    if (counted.of !== "selections" || counted.counts.length < 2) return undefined;
    return `${selectionsText(counted.counts.length)}: ${plural(counted.sums.count, "token")} (${eachText(counted.counts)})`;
  }
}

function tokensMarkdown(list: TokenList, range: DocumentRange, all: string | undefined): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  markdown.supportHtml = true;
  // Trusted commands are our own, with arguments from here.
  markdown.isTrusted = {
    enabledCommands: [commandId("perplexity"), commandId("showLogprobs"), commandId("countTokensAsChat")]
  };
  const hidden = list.ids.length - list.texts.length;
  const rest = hidden === 1 ? vscode.l10n.t("1 more token") : vscode.l10n.t("{0} more tokens", count(hidden));
  const shown = list.texts.map((text, i) => chip(text, list.ids[i] ?? 0)).join("&ensp;");
  markdown.appendMarkdown(
    [
      `**${countLine({...list, count: list.ids.length})}**`,
      ...(all === undefined ? [] : [all]),
      hidden > 0 ? `${shown} … ${rest}` : shown,
      ...list.warnings.map((warning) => `$(info) ${escapeMarkdown(warning)}`),
      [
        commandLink(
          `$(pulse) ${vscode.l10n.t("Perplexity")}`,
          "perplexity",
          vscode.l10n.t("Perplexity of the selection"),
          range
        ),
        commandLink(
          `$(graph) ${vscode.l10n.t("Logprobs")}`,
          "showLogprobs",
          vscode.l10n.t("How probable each token is"),
          range
        ),
        commandLink(
          `$(comment-discussion) ${vscode.l10n.t("As Chat")}`,
          "countTokensAsChat",
          vscode.l10n.t("Tokens after the model's chat template"),
          range
        ),
        escapeMarkdown(list.model.name)
      ].join(" &nbsp; ")
    ].join("\n\n")
  );
  markdown.supportThemeIcons = true;
  markStepDone("tokens");
  return markdown;
}

/** A token and its id: `·the` 262. */
function chip(text: string, id: number): string {
  return `<code>${escapeMarkdown(shortLabel(visibleText(text)))}</code><sub>${id}</sub>`;
}
