import type * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import type {Host} from "../../host/host";
import {errorOfOneText, noFirstProbability} from "./oneText";
import {textAt} from "./places";
import type {PromptPlace, PromptsTest} from "./protocol";

/** The expected answer behind a prompt, or why it has no score. */
export interface ScoredPrompt {
  readonly place: PromptPlace;
  readonly scores: Scores | {readonly message: string};
}

export interface PromptsResult {
  readonly kind: "prompts";
  readonly test: PromptsTest;
  /** Those that are done, in the order of the test. */
  readonly prompts: readonly ScoredPrompt[];
}

/** Scores the answer behind each prompt as it is now, one after the other, and tells each step. */
export async function scorePrompts(
  host: Host,
  test: PromptsTest,
  token: vscode.CancellationToken,
  onStep: (result: PromptsResult) => void
): Promise<void> {
  const prompts: ScoredPrompt[] = [];
  onStep({kind: "prompts", test, prompts});
  for (const place of test.prompts) {
    prompts.push({place, scores: await scoresBehind(host, place, test.answer, token)});
    onStep({kind: "prompts", test, prompts: [...prompts]});
  }
}

async function scoresBehind(
  host: Host,
  place: PromptPlace,
  answer: string,
  token: vscode.CancellationToken
): Promise<ScoredPrompt["scores"]> {
  const model = host.settings.scoringModel();
  try {
    const prompt = await textAt(place);
    // As lm-evaluation-harness: white space before an answer belongs to it, because most vocabularies join it with the word.
    const context = prompt.trimEnd();
    const text = prompt.slice(context.length) + answer;
    const scores = await host.engine.request("score", {model, text, context, joined: true, top: 0}, {token});
    return scores.logprobs.some(Number.isNaN) ? {message: noFirstProbability()} : scores;
  } catch (error) {
    if (!errorOfOneText(error)) throw error;
    return {message: host.errors.describe(error)};
  }
}
