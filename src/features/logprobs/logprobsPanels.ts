import * as vscode from "vscode";
import {commandTargetText, type TargetText} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {lockOwnGroup} from "../../host/panelGroup";
import {LogprobsPanel} from "./logprobsPanel";
import type {PanelPeers} from "./panelPeers";
import {parseViewState} from "./parseMessage";
import type {CopyFormat} from "./protocol";
import {tokensOfArgument} from "./tokenArgument";
import {panelType} from "./viewTypes";

/** All logprobs views of the window. */
export class LogprobsPanels implements PanelPeers, vscode.Disposable {
  /** The panel that was used last is at the end. */
  private readonly panels: LogprobsPanel[] = [];
  private readonly titles = new Map<object, string>();

  constructor(private readonly host: Host) {
    host.scoredTexts.ofView = () => this.panels.at(-1)?.subject;
    host.shownAlternatives.ofView = async (choice) => this.panels.at(-1)?.alternatives.tried(choice);
  }

  /** Show Logprobs. `place` is a command's argument. */
  async show(place: unknown): Promise<void> {
    // With the focus in a panel there is no active editor: score its text again.
    const last = this.panels.at(-1);
    if (place === undefined && last && !vscode.window.activeTextEditor) return await last.scoreAgain();
    await this.scoreInUnpinned(await commandTargetText(place));
  }

  restore(panel: vscode.WebviewPanel, state: unknown): void {
    const viewState = parseViewState(state);
    // Nothing was scored in it yet, or another version of Tokenscope saved it.
    if (viewState === null) panel.dispose();
    else this.keep(new LogprobsPanel(this.host, panel, this)).restore(viewState);
  }

  async scoreInUnpinned(target: TargetText): Promise<void> {
    const known = this.panels.findLast(({isPinned}) => !isPinned);
    const panel = known ?? this.keep(LogprobsPanel.create(this.host, this));
    // Not awaited: scoring begins at once.
    if (!known)
      lockOwnGroup(panel.webviewPanel, panelType).then(undefined, (error: unknown) => this.host.errors.show(error));
    await panel.score(target);
  }

  /** The commands of the context menu. Their argument says on which tokens of the panel in use it was opened. */
  async copy(format: CopyFormat, argument: unknown): Promise<void> {
    const tokens = tokensOfArgument(argument);
    if (tokens) await this.panels.at(-1)?.copy(format, tokens);
  }

  async select(argument: unknown): Promise<void> {
    const tokens = tokensOfArgument(argument);
    if (tokens) await this.panels.at(-1)?.select(tokens);
  }

  async scoreFrom(argument: unknown): Promise<void> {
    const tokens = tokensOfArgument(argument);
    if (tokens) await this.panels.at(-1)?.scoreFrom(tokens.from);
  }

  titleFor(panel: object, title: string): string {
    const others = new Set([...this.titles].flatMap(([other, text]) => (other === panel ? [] : [text])));
    let text = title;
    for (let number = 2; others.has(text); number++) text = `${title} (${number})`;
    this.titles.set(panel, text);
    return text;
  }

  dispose(): void {
    for (const panel of [...this.panels]) panel.dispose();
  }

  private keep(panel: LogprobsPanel): LogprobsPanel {
    const {panels, titles} = this;
    const remove = () => panels.splice(panels.indexOf(panel), 1);
    panels.push(panel);
    panel.webviewPanel.onDidChangeViewState(({webviewPanel}) => {
      if (webviewPanel.active) panels.push(...remove());
    });
    panel.onDidDispose(() => {
      remove();
      titles.delete(panel);
    });
    return panel;
  }
}
