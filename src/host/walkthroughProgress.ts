import {setContext} from "./runCommand";

/** What the walkthrough has a step for; its completion events in package.json have these names. */
export type Sight = "tokens" | "perplexity" | "logprobs" | "completion";

/** Gives the walkthrough's step its checkmark: it was really there to be seen, by whatever way. */
export function seen(sight: Sight): void {
  setContext(`seen.${sight}`, true);
}
