import {setTimeout as pause} from "node:timers/promises";
import * as vscode from "vscode";
import {fullDetail} from "../../contract/scoring";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {tokenLabel} from "../../text/tokenLabel";
import type {ToView} from "./protocol";
import type {Shown} from "./shownScores";

/** Milliseconds before the engine is asked what it expected: a pointer crosses many tokens on its way. */
const lookDelay = 150;

/** Answers the view what the model expected in place of a token. */
export class AlternativesAnswer implements vscode.Disposable {
  private readonly asking = new LatestOnly();

  constructor(
    private readonly host: Host,
    private readonly shown: () => Shown | null,
    private readonly post: (message: ToView) => void
  ) {}

  async answer(token: number): Promise<void> {
    const shown = this.shown();
    if (!shown) return;
    const {scored, expected} = shown;
    try {
      // In Restricted Mode, saved state must not choose which model is loaded. The checksum refuses another model.
      const model = vscode.workspace.isTrusted ? scored.spec : this.host.settings.scoringModel();
      const {logprob, rank, entropy, top} = await this.asking.run(undefined, async (asked) => {
        if (!expected.knows(token)) await pause(lookDelay);
        return await expected.at(token, fullDetail, {model, token: asked});
      });
      if (this.shown() !== shown) return;
      const labelled = top.map(({bytes, ...one}) => ({...one, label: tokenLabel(bytes)}));
      this.post({type: "alternatives", token, logprob, rank, entropy, top: labelled});
    } catch (error) {
      if (error instanceof vscode.CancellationError || this.shown() !== shown) return;
      this.post({type: "alternativesFailed", token, message: this.host.errors.describe(error)});
    }
  }

  cancel(): void {
    this.asking.cancel();
  }

  dispose(): void {
    this.asking.dispose();
  }
}
