import {setContext} from "./runCommand";

/** A step of the walkthrough. Its completion event in package.json has the same name. */
export type WalkthroughStep = "tokens" | "perplexity" | "logprobs" | "completion";

/** Checks off a step of the walkthrough. Called once its result was shown, whatever showed it. */
export function markStepDone(step: WalkthroughStep): void {
  setContext(`seen.${step}`, true);
}
