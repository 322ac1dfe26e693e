import * as vscode from "vscode";
import {confidenceOf} from "../../completion/confidence";
import type {Completion} from "../../contract/completion";
import {commandId} from "../../host/commands";
import {isToolDocument} from "../../host/documents/toolDocument";
import type {Host} from "../../host/host";
import {count, percentText, plural} from "../../text/numberText";
import {type Silence, type Standing, standingOf} from "./completionStanding";
import {Snooze} from "./snooze";
import {vscodeShowsSuggestions} from "./vscodeSuggestions";

/** The spinner appears after this long (ms), so that fast suggestions don't flicker. */
const spinnerDelay = 400;

type Shown = Pick<vscode.StatusBarItem, "text" | "tooltip" | "accessibilityInformation">;

/**
 * The status bar item of inline completion: whether suggestions come, and why none came; after a suggestion, its confidence and its
 * cost. It is there once suggestions were on, or one was asked for.
 */
export class CompletionStatus implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly subscription: vscode.Disposable;
  private last: Shown | undefined;
  private silence: Silence | undefined;
  /** Suggestions were on in this window. */
  private wasOn = false;
  /** Pending suggestions that have taken longer than the delay. */
  private late = 0;
  readonly snooze = new Snooze(() => this.forget());

  constructor(private readonly host: Host) {
    this.item = vscode.window.createStatusBarItem("tokenscope.completion", vscode.StatusBarAlignment.Right, 99);
    this.item.name = vscode.l10n.t("Inline Completion");
    this.item.command = commandId("showCompletionMenu");
    this.subscription = host.engine.onDidChangeState(() => {
      if (this.last === undefined) this.draw();
    });
    this.draw();
  }

  dispose(): void {
    this.snooze.dispose();
    this.subscription.dispose();
    this.item.dispose();
  }

  /** Forgets the last suggestion, or why there was none: it belongs to another text. */
  forget(): void {
    this.last = undefined;
    this.silence = undefined;
    this.draw();
  }

  /** A question brought no suggestion. */
  silent(silence: Silence): void {
    this.last = undefined;
    this.silence = silence;
    this.draw();
  }

  /** Whether suggestions come while typing in the text in front, and if not, why. Undefined where no text is in front. */
  standing(): Standing | undefined {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || isToolDocument(document)) return undefined;
    const {settings, engine} = this.host;
    return standingOf({
      vscodeShows: vscodeShowsSuggestions(document),
      enabled: settings.inlineCompletion(document).enabled,
      enabledElsewhere: settings.inlineCompletion().enabled,
      language: document.languageId,
      snoozedUntil: this.snooze.until,
      stopped: engine.state.process === "stopped",
      loading: this.loading(),
      silence: this.silence
    });
  }

  /** How much of the completion model has been read; undefined while it is not being loaded. */
  private loading(): number | null | undefined {
    const {process, loading, loadingModel} = this.host.engine.state;
    const isLoading = loading !== null || process === "starting";
    return isLoading && loadingModel === this.host.settings.completionModel().path ? loading : undefined;
  }

  /** Shows a spinner while a suggestion is pending. */
  async during<T>(work: Promise<T>): Promise<T> {
    let late = 0;
    const timer = setTimeout(() => {
      late = 1;
      this.late += late;
      this.draw();
    }, spinnerDelay);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      this.late -= late;
      this.draw();
    }
  }

  /** @param shown The completion's text after trimming. */
  show(completion: Completion, shown: string): void {
    const confidence = confidenceOf(completion.logprobs);
    const sure = shown === "" || confidence === null ? "–" : share(confidence.whole);
    const [heading, sentence] = shown === "" ? whyNothing(completion) : aboutSuggestion();
    this.silence = shown === "" ? {why: completion.stop === "unsure" ? "unsure" : "nothingToAdd"} : undefined;
    this.last = {
      text: `$(sparkle) ${sure}`,
      tooltip: tooltip(heading, sentence, completion),
      accessibilityInformation: {label: shown === "" ? `${heading}. ${sentence}` : spoken(sure), role: "button"}
    };
    this.draw();
  }

  private draw(): void {
    const shown = this.late > 0 ? pending() : (this.last ?? this.lasting());
    if (shown === undefined) {
      this.item.hide();
    } else {
      // The engine's state changes often, and mostly in what is not shown here.
      if (shown.text !== this.item.text || shown.tooltip !== this.item.tooltip) Object.assign(this.item, shown);
      this.item.show();
    }
  }

  private lasting(): Shown | undefined {
    const standing = this.standing();
    const document = vscode.window.activeTextEditor?.document;
    this.wasOn ||= document !== undefined && this.host.settings.inlineCompletion(document).enabled;
    if (standing === undefined || !this.wasOn) return undefined;
    const {icon, sentence} = standing;
    return {
      text: `$(${icon})`,
      tooltip: `${sentence}\n\n${vscode.l10n.t("Click for on, off and snooze.")}`,
      accessibilityInformation: {label: vscode.l10n.t("Tokenscope: {0}", sentence), role: "button"}
    };
  }
}

function pending(): Shown {
  const said = vscode.l10n.t("Tokenscope: a suggestion is on its way");
  return {text: "$(loading~spin)", tooltip: said, accessibilityInformation: {label: said, role: "button"}};
}

function spoken(sure: string): string {
  return vscode.l10n.t("Tokenscope's last suggestion, confidence {0}", sure);
}

function aboutSuggestion(): [heading: string, sentence: string] {
  return [
    vscode.l10n.t("Tokenscope's last suggestion"),
    vscode.l10n.t("Its confidence is the probability that the model gives to exactly this text.")
  ];
}

function whyNothing({stop}: Completion): [heading: string, sentence: string] {
  return [
    vscode.l10n.t("Tokenscope suggested nothing"),
    stop === "unsure"
      ? vscode.l10n.t("The model was less sure than tokenscope.inlineCompletion.minConfidence asks for.")
      : vscode.l10n.t("The model has nothing to add here.")
  ];
}

function tooltip(heading: string, sentence: string, completion: Completion): vscode.MarkdownString {
  const {ids, promptTokens, evaluatedPromptTokens, firstTokenMilliseconds, milliseconds} = completion;
  const confidence = confidenceOf(completion.logprobs);
  const rest = milliseconds - (firstTokenMilliseconds ?? 0);
  const rows: [string, string][] = [];
  if (confidence !== null) {
    rows.push([vscode.l10n.t("Confidence"), share(confidence.whole)]);
    rows.push([vscode.l10n.t("Mean of its tokens"), share(confidence.mean)]);
    rows.push([vscode.l10n.t("Weakest token"), share(confidence.weakest)]);
  }
  if (firstTokenMilliseconds !== null)
    rows.push([vscode.l10n.t("First token after"), vscode.l10n.t("{0} ms", count(Math.round(firstTokenMilliseconds)))]);
  rows.push([vscode.l10n.t("Tokens"), count(ids.length)]);
  if (ids.length > 1 && rest > 0)
    rows.push([vscode.l10n.t("Tokens a second"), count(Math.round(((ids.length - 1) / rest) * 1000))]);
  const reused = promptTokens - evaluatedPromptTokens;
  rows.push([vscode.l10n.t("Prompt"), vscode.l10n.t("{0}, {1} reused", plural(promptTokens, "token"), count(reused))]);
  const markdown = new vscode.MarkdownString(`**${heading}**\n\n${sentence}\n\n| | |\n|:--|--:|\n`);
  for (const [label, value] of rows) markdown.appendMarkdown(`| ${label} | ${value} |\n`);
  return markdown;
}

/** A probability in whole percent. */
function share(probability: number): string {
  return percentText(probability < 0.01 ? `< ${count(1)}` : count(Math.round(probability * 100)));
}
