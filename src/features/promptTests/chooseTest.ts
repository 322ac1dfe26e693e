import * as vscode from "vscode";
import {commandTargetText} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {chooseAnswer} from "./chooseAnswer";
import {choosePrompts} from "./choosePrompts";
import {chooseSettings} from "./chooseSettings";
import {placeOf, targetsOf} from "./places";
import type {ConsistencyTest, PromptsTest, PromptTest} from "./protocol";

/** Several prompts and the answer that is expected; undefined if the user chose none. */
export async function choosePromptsTest(): Promise<PromptsTest | undefined> {
  const prompts = await choosePrompts();
  const answer = prompts && (await chooseAnswer(prompts));
  return prompts && answer !== undefined ? {kind: "prompts", prompts, answer} : undefined;
}

/**
 * The selection or file of the active editor as the prompt, further selections as other wordings of it; and how answers are drawn.
 * Undefined if the user gave up.
 */
export async function chooseConsistencyTest(host: Host): Promise<ConsistencyTest | undefined> {
  const editor = vscode.window.activeTextEditor;
  const [first, ...others] = editor === undefined ? [] : await targetsOf(editor);
  // Says what to do, where there is no text.
  const prompt = placeOf(first === undefined || first.text === "" ? await commandTargetText(undefined) : first);
  const settings = await chooseSettings(host, prompt.title, null);
  return settings && {kind: "consistency", prompt, others: others.map(placeOf), settings};
}

/** The test changed: other prompts, or answers that are drawn otherwise. Undefined if the user gave up. */
export async function changeTest(host: Host, test: PromptTest): Promise<PromptTest | undefined> {
  if (test.kind === "prompts") return await choosePromptsTest();
  const settings = await chooseSettings(host, test.prompt.title, test.settings);
  return settings && {...test, settings};
}
