import {setTimeout as pause} from "node:timers/promises";
import * as vscode from "vscode";
import type {ModelRef} from "../../contract/models";
import {fullDetail} from "../../contract/scoring";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {runCommand} from "../../host/runCommand";
import {type AlternativeChoice, TriedAlternative} from "../../host/triedAlternative";
import {tokenLabel} from "../../text/tokenLabel";
import type {ToView} from "./protocol";
import type {Shown} from "./shownScores";
import {tokenPlace} from "./tokenPlace";

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
    const {expected} = shown;
    try {
      const model = this.modelOf(shown);
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

  /** Opens what could stand in place of a token, and grows it from there. */
  async try(choice: AlternativeChoice): Promise<void> {
    const tried = await this.tried(choice);
    if (tried) await runCommand("tryAlternative", tried);
  }

  /** An alternative that the card shows. Undefined if there is no such token, or no such alternative to it. */
  async tried({token, alternative}: AlternativeChoice): Promise<TriedAlternative | undefined> {
    const shown = this.shown();
    const own = shown?.scored.ids[token];
    if (!shown || own === undefined) return undefined;
    const {logprob, top} = await shown.expected.at(token, fullDetail, {model: this.modelOf(shown)});
    const known = top.find(({id}) => id === alternative) ?? (own === alternative ? {id: own, logprob} : undefined);
    return known && new TriedAlternative(await tokenPlace(shown, token), {id: known.id, logprob: known.logprob});
  }

  cancel(): void {
    this.asking.cancel();
  }

  dispose(): void {
    this.asking.dispose();
  }

  /** In Restricted Mode, saved state must not choose which model is loaded. The checksum refuses another model. */
  private modelOf({scored}: Shown): ModelRef {
    return vscode.workspace.isTrusted ? scored.spec : this.host.settings.scoringModel();
  }
}
