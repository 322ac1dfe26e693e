import * as v from "valibot";
import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {type AlternativeChoice, TriedAlternative} from "../../host/triedAlternative";
import {parsed, wholeNumber} from "../../text/guard";
import {BranchesPanel} from "./branchesPanel";
import {branchPlaceOf, isSamePlace} from "./branchPlace";
import {modelInUse} from "./growth";
import {parseViewState} from "./parseMessage";

const choice = v.object({
  token: wholeNumber,
  alternative: wholeNumber,
  uri: v.exactOptional(v.pipe(v.string(), v.maxLength(1 << 13)))
});

/** All branches views of the window: one for each place where another word is tried. */
export class BranchesPanels implements vscode.Disposable {
  /** The latest at the end. */
  private readonly panels: BranchesPanel[] = [];

  constructor(private readonly host: Host) {}

  /** Try This Instead. The argument is ours, or a link's or menu's, which may say anything. */
  async try(argument: unknown): Promise<void> {
    const tried = argument instanceof TriedAlternative ? argument : await this.found(parsed(choice, argument));
    if (tried === undefined) return;
    const place = await branchPlaceOf(this.host.engine, modelInUse(tried.place.scored.spec, this.host), tried.place);
    const known = this.panels.find((panel) => isSamePlace(panel.place, place));
    if (known) known.reveal();
    const panel = known ?? this.keep(BranchesPanel.create(this.host, place, this.column()));
    await panel.tryHere(tried.alternative);
  }

  restore(panel: vscode.WebviewPanel, state: unknown): void {
    const viewState = parseViewState(state);
    // Another version of Tokenscope saved it.
    if (viewState === null) {
      panel.dispose();
      return;
    }
    const {place} = viewState;
    const ids = place.ids && Int32Array.from(place.ids);
    this.keep(new BranchesPanel(this.host, panel, {place, ids})).restore(viewState);
  }

  dispose(): void {
    for (const panel of [...this.panels]) panel.dispose();
  }

  private async found(chosen: AlternativeChoice | null): Promise<TriedAlternative | undefined> {
    if (chosen === null) return undefined;
    const tried = await this.host.shownAlternatives.find(chosen);
    if (tried === undefined)
      throw new HostError(
        "textGone",
        vscode.l10n.t("This token is not shown any more: score its text again, and choose there.")
      );
    return tried;
  }

  /** Among the branches that there are, in the group of the view that was used, or beside the editor: never over the text. */
  private column(): vscode.ViewColumn {
    const {activeTab, viewColumn} = vscode.window.tabGroups.activeTabGroup;
    // By its number: a view's group may be locked, and then the active group is another one for VS Code.
    const ofView = activeTab?.input instanceof vscode.TabInputWebview ? viewColumn : vscode.ViewColumn.Beside;
    return this.panels.at(-1)?.column ?? ofView;
  }

  private keep(panel: BranchesPanel): BranchesPanel {
    const {panels} = this;
    panels.push(panel);
    panel.onDidDispose(() => panels.splice(panels.indexOf(panel), 1));
    return panel;
  }
}
