import * as vscode from "vscode";
import type {ModelDescription} from "../../contract/models";
import type {Host} from "../../host/host";
import {jsonText} from "../../text/jsonText";
import {ToolInputError} from "./toolInput";

/**
 * The answer of a tool, as JSON. Rejects with an Error whose message is a sentence for the agent, or with a
 * CancellationError.
 */
export async function answerOf(
  {errors}: Pick<Host, "errors">,
  work: () => Promise<object>
): Promise<vscode.LanguageModelToolResult> {
  try {
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(jsonText(await work()))]);
  } catch (error) {
    if (error instanceof vscode.CancellationError) throw error;
    throw new Error(error instanceof ToolInputError ? error.message : errors.describe(error));
  }
}

/** What the user is shown of a call. A wrong input gets no question: the tool will refuse it. */
export async function preparationOf(
  prepare: () => Promise<vscode.PreparedToolInvocation>
): Promise<vscode.PreparedToolInvocation> {
  try {
    return await prepare();
  } catch (error) {
    if (error instanceof ToolInputError) return {};
    throw error;
  }
}

/** Whole numbers as they are, others with five significant digits: the rest is noise. */
export function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(5));
}

export function sizeFields({count, characters, bytes}: {count: number; characters: number; bytes: number}) {
  return {characters, bytes, ...(count === 0 ? {} : {charactersPerToken: rounded(characters / count)})};
}

/** What tells the model from others, and what part of its context a count is. */
export function modelFields({file, quantization, contextSize}: ModelDescription, count: number) {
  return {
    model: {file, quantization},
    contextSize,
    percentOfContext: rounded((100 * count) / Math.max(1, contextSize))
  };
}

/** Null: there is no budget. */
export function budgetFields(count: number, budget: number | null) {
  return budget === null ? {} : {budget, overBudget: Math.max(0, count - budget)};
}
