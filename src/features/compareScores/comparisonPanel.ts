import {randomUUID} from "node:crypto";
import * as vscode from "vscode";
import {joinInSlices, runInSlices} from "../../host/cooperativeWork";
import {containsAt} from "../../host/documents/documentText";
import {selectInEditor} from "../../host/documents/reveal";
import {openDocument} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {saveFile} from "../../host/saveFile";
import {WebviewPanel} from "../../host/webviewPanel";
import {alignedTexts} from "../../metrics/alignedTexts";
import {notAlignedText} from "../../metrics/comparisonText";
import {alignTokens} from "../../metrics/tokenAlignment";
import {plainText} from "../../text/plainText";
import {chooseOther} from "./chooseOther";
import {comparePage} from "./comparePage";
import {comparisonCsv, comparisonMarkdown} from "./exports";
import {parseMessage} from "./parseMessage";
import {
  type ComparedSource,
  type Comparison,
  type FromView,
  type Pair,
  restoredSide,
  type SavedSide,
  type Side,
  type SideSource,
  type ToView
} from "./protocol";
import {type ComparedSide, currentSide, namedSides, scoresOf, sourceOf} from "./sides";
import {panelType} from "./viewTypes";

type Content =
  | {readonly type: "idle"}
  | {readonly type: "comparing"}
  | {readonly type: "failed"; readonly message: string}
  | {readonly type: "show"; readonly comparison: Comparison};

/** The view of two scored texts, or of one text under two models. */
export class ComparisonPanel implements vscode.Disposable {
  private content: Content = {type: "idle"};
  private readonly comparing = new LatestOnly();
  private readonly view: WebviewPanel<FromView, ToView>;

  /** `isRestored`: the source is from the state that VS Code saved, and nobody has chosen its models in this session. */
  private constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    private source: ComparedSource,
    private isRestored: boolean
  ) {
    this.view = new WebviewPanel(host, panel, {
      page: comparePage,
      readableFolder: null,
      parse: (message) => parseMessage(message, this.pieces),
      answer: (message) => this.answer(message)
    });
    this.view.owns(this.comparing);
  }

  static create(host: Host, [a, b]: Pair<ComparedSide>): ComparisonPanel {
    const panel = vscode.window.createWebviewPanel(
      panelType,
      vscode.l10n.t("Logprobs Compared"),
      vscode.ViewColumn.Active,
      {enableFindWidget: true}
    );
    return new ComparisonPanel(host, panel, [sourceOf(host, a), sourceOf(host, b)], false);
  }

  static restore(host: Host, panel: vscode.WebviewPanel, {source}: {source: ComparedSource}): ComparisonPanel {
    return new ComparisonPanel(host, panel, source, true);
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  private get pieces(): number {
    return this.content.type === "show" ? (this.content.comparison.alignment?.kinds.length ?? 0) : 0;
  }

  dispose(): void {
    this.view.dispose();
  }

  /** Shows what VS Code saved; null: it was too long. */
  async showSaved(saved: Pair<SavedSide> | null): Promise<void> {
    if (saved !== null) await this.showSides([restoredSide(saved[0]), restoredSide(saved[1])]);
  }

  /** Brings the panel to the front and compares two texts in it, with progress. What fails is shown in the view. */
  async show(sides: Pair<ComparedSide>): Promise<void> {
    const {host} = this;
    this.source = [sourceOf(host, sides[0]), sourceOf(host, sides[1])];
    this.isRestored = false;
    this.panel.reveal();
    const title = plainText(vscode.l10n.t("Comparing logprobs: {0}", sides[0].target.title));
    const options = {location: vscode.ProgressLocation.Notification, title, cancellable: true};
    await vscode.window.withProgress(options, (progress, cancelling) =>
      this.comparing.run(cancelling, async (token, isLatest) => {
        this.set({type: "comparing"});
        try {
          const scored = await scoresOf(host, sides, progress, token);
          if (isLatest()) await this.showSides(namedSides(sides, scored));
        } catch (error) {
          if (!isLatest()) return;
          if (error instanceof vscode.CancellationError || token.isCancellationRequested) this.set({type: "idle"});
          else this.set({type: "failed", message: host.errors.describe(error)});
        }
      })
    );
  }

  private async showSides(sides: Pair<Side>): Promise<void> {
    const [a, b] = sides;
    const alignment =
      a.ends === null || b.ends === null
        ? null
        : await runInSlices(alignTokens({text: a.text, ends: a.ends}, {text: b.text, ends: b.ends}));
    this.set({type: "show", comparison: {id: randomUUID(), sides, alignment}});
  }

  private async answer(message: FromView): Promise<void> {
    switch (message.type) {
      case "ready":
        return this.post();
      case "compareAgain":
        return await this.compareAgain();
      case "chooseOther":
        return await this.chooseAgain();
      case "cancel":
        return this.comparing.cancel();
      case "swap":
        return await this.swap();
      case "copy":
        return await this.copy();
      case "export":
        return await this.exportCsv();
      case "select":
        return await this.select(message.piece);
      default:
        return message satisfies never;
    }
  }

  /** Compares the texts as they are now. */
  private async compareAgain(): Promise<void> {
    // In Restricted Mode, saved state must not choose which model is loaded.
    if (this.isRestored && !vscode.workspace.isTrusted) return await this.chooseAgain();
    const [a, b] = this.source;
    const first = await currentSide(a);
    const isSamePlace = a.uri === b.uri && a.range?.start === b.range?.start && a.range?.end === b.range?.end;
    await this.show([first, isSamePlace ? {target: first.target, model: b.model} : await currentSide(b)]);
  }

  private async chooseAgain(): Promise<void> {
    const side = await currentSide(this.source[0]);
    const first = vscode.workspace.isTrusted ? side : {target: side.target, model: null};
    const other = await chooseOther(this.host, first);
    if (other !== undefined) await this.show([first, other]);
  }

  private async swap(): Promise<void> {
    if (this.content.type !== "show") return;
    const [a, b] = this.content.comparison.sides;
    this.source = [this.source[1], this.source[0]];
    await this.showSides([b, a]);
  }

  private async copy(): Promise<void> {
    if (this.content.type !== "show") return;
    await vscode.env.clipboard.writeText(comparisonMarkdown(this.content.comparison));
    vscode.window.setStatusBarMessage(vscode.l10n.t("Comparison copied as Markdown"), 3000);
  }

  private async exportCsv(): Promise<void> {
    if (this.content.type !== "show") return;
    const chunks = comparisonCsv(this.content.comparison);
    if (chunks === null) return void vscode.window.showInformationMessage(notAlignedText());
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file("/");
    const options = {
      title: vscode.l10n.t("Export the comparison"),
      saveLabel: vscode.l10n.t("Export"),
      defaultUri: vscode.Uri.joinPath(folder, "comparison.csv"),
      filters: {CSV: ["csv"]}
    };
    const unwritable = (name: string, code: string): string =>
      vscode.l10n.t('The comparison can\'t be written to "{0}" ({1}): save it elsewhere.', name, code);
    await saveFile(options, unwritable, async () => new TextEncoder().encode(await joinInSlices(chunks)));
  }

  /** Selects a piece's text in the editor. */
  private async select(piece: number): Promise<void> {
    if (this.content.type !== "show") return;
    const {sides, alignment} = this.content.comparison;
    const texts = alignedTexts(sides, alignment);
    if (texts === null) return;
    const side = texts.sideOf(piece);
    const place: SideSource = this.source[side];
    const start = place.range?.start ?? 0;
    const document = await openDocument({uri: place.uri, start, end: start});
    if (!(await containsAt(document, start, sides[side].text))) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t("The document has changed since it was scored: compare again to select in it.")
      );
      return;
    }
    const range = texts.range(piece);
    await selectInEditor(document, start + range.start, start + range.end, {preserveFocus: true});
  }

  private set(content: Content): void {
    this.content = content;
    this.post();
  }

  private post(): void {
    this.view.post({...this.content, source: this.source});
  }
}
