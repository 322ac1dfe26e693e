import {setTimeout} from "node:timers/promises";
import * as vscode from "vscode";
import {completionExtent} from "../../completion/extent";
import {defaultPrefixLimit, defaultSuffixLimit, promptWindow} from "../../completion/promptWindow";
import {trimCompletion} from "../../completion/trim";
import type {Completion} from "../../engine/api";
import {offsetOf, rangeBefore, rangeBehind} from "../../host/documentText";
import type {Host} from "../../host/host";
import {Newest} from "../../host/newest";
import {plainText} from "../../host/plainText";
import {seen} from "../../host/seen";
import {isForeign} from "../../host/subject";

/** A cursor in a text as it was. */
export interface CursorPlace {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly position: vscode.Position;
}

/** Asks for what is missing at the cursor, waits out the typing, and cuts the answer to what can stand there. */
export class CompletionProvider implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  /** Model files of which was said that they only continue the prefix. */
  private readonly saidPrefixOnly = new Set<string>();
  /** The last error shown while typing; it is not shown again until another one, or a success, comes. */
  private shownError: string | undefined;
  private readonly newest = new Newest();
  private readonly foundNothing = new vscode.EventEmitter<void>();
  private readonly subscription: vscode.Disposable;
  /** Where VS Code asked last for what a person wants. It keeps the answer while nothing changes there. */
  askedAt: CursorPlace | undefined;
  /** Asked for, there was nothing to show: the model had nothing to say, or failed. */
  readonly onDidFindNothing = this.foundNothing.event;

  constructor(private readonly host: Host) {
    this.subscription = host.settings.onDidChangeModel(() => {
      this.shownError = undefined;
    });
  }

  dispose(): void {
    this.subscription.dispose();
    this.newest.dispose();
    this.foundNothing.dispose();
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken
  ): Promise<vscode.InlineCompletionItem[]> {
    const asked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const here = {document, version: document.version, position};
    if (asked) this.askedAt = here;
    const {enabled, delay, maxTokens} = this.host.settings.inlineCompletion();
    if (isForeign(document)) return [];
    // While the suggestion list is open, ghost text would fight it for the same keys.
    if (!asked && (!enabled || context.selectedCompletionInfo !== undefined)) return [];
    if (!asked) await setTimeout(delay);
    if (token.isCancellationRequested) return [];
    try {
      // One person waits for one completion, in whatever editor.
      const completion = this.newest.run(token, (own) => this.complete(document, position, maxTokens, own));
      const text = await (asked ? this.showingProgress(completion) : completion);
      this.shownError = undefined;
      if (token.isCancellationRequested) return [];
      if (text !== "") {
        seen("completion");
        return [new vscode.InlineCompletionItem(text, new vscode.Range(position, position))];
      }
      if (asked)
        vscode.window.setStatusBarMessage(vscode.l10n.t("Tokenscope: the model has nothing to add here"), 4000);
    } catch (error) {
      if (!(error instanceof vscode.CancellationError)) this.fail(error, asked);
    }
    // When the answer is on its way. One that is asked for again meanwhile has found nothing out: what comes of the other shall stay.
    if (asked && this.askedAt === here) setImmediate(() => this.foundNothing.fire());
    return [];
  }

  private async complete(
    document: vscode.TextDocument,
    position: vscode.Position,
    maxTokens: number,
    token: vscode.CancellationToken
  ): Promise<string> {
    const {prefix, suffix} = await promptAt(document, position);
    const completion = await this.host.engine.request(
      "complete",
      {model: this.host.settings.completionSpec(), prefix, suffix, maxTokens, extent: completionExtent(prefix, suffix)},
      {token}
    );
    this.sayIfPrefixOnly(completion);
    const {text, stop, promptTokens, evaluatedPromptTokens, ids, milliseconds} = completion;
    this.host.log.debug(
      `completion: ${ids.length} tokens, stop ${stop}, prompt ${promptTokens} (${evaluatedPromptTokens} evaluated), ${milliseconds.toFixed(0)} ms`
    );
    return trimCompletion(text, prefix, suffix);
  }

  private async showingProgress<T>(work: Promise<T>): Promise<T> {
    return await vscode.window.withProgress(
      {location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Completing")},
      () => work
    );
  }

  private sayIfPrefixOnly({infill, model}: Completion): void {
    if (infill || this.saidPrefixOnly.has(model.file)) return;
    this.saidPrefixOnly.add(model.file);
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        "{0} has no fill-in-the-middle tokens: it continues the text before the cursor and does not see what follows.",
        plainText(model.name)
      )
    );
  }

  /** Asked for, a failure is shown every time; while typing, once: nobody wants the same message at every key. */
  private fail(error: unknown, asked: boolean): void {
    const message = error instanceof Error ? error.message : String(error);
    if (!asked && message === this.shownError) return;
    this.shownError = message;
    void this.host.errors.show(error);
  }
}

/** What the model is given of a document; a long one is not put together for it. */
async function promptAt(
  document: vscode.TextDocument,
  position: vscode.Position
): Promise<{prefix: string; suffix: string}> {
  const limits = {prefix: defaultPrefixLimit, suffix: defaultSuffixLimit};
  // A little more than the limits, for the line ends that count as two.
  const before = document.getText(rangeBefore(document, position, 2 * limits.prefix));
  const behind = document.getText(rangeBehind(document, position, 2 * limits.suffix));
  const offset = await offsetOf(document, position);
  return promptWindow(before + behind, before.length, limits, offset - before.length);
}
