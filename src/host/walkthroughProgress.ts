import {setContext} from "./runCommand";

/** A step of the walkthrough. Its completion event in package.json has the same name. */
export type WalkthroughStep = "tokens" | "perplexity" | "logprobs" | "completion" | "model";

/** Gives the walkthrough's step its check mark: the user has seen it. */
export function markStepDone(step: WalkthroughStep): void {
  setContext(`seen.${step}`, true);
}
