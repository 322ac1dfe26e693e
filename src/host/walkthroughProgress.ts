import * as vscode from "vscode";

/** What the walkthrough has a step for; its completion events in package.json have these names. */
export type WalkthroughStep = "tokens" | "perplexity" | "logprobs" | "completion";

/** Gives the walkthrough's step its checkmark: it was really there to be seen, by whatever way. */
export function markStepDone(sight: WalkthroughStep): void {
  void vscode.commands.executeCommand("setContext", `tokenscope.seen.${sight}`, true);
}
