import {checkedPath, checkedText, fieldsOf, isGiven, ToolInputError} from "./toolInput";

/** An agent's checked input. Lines are counted from 1; both ends are included. */
export type PerplexityInput =
  | {readonly of: "text"; readonly text: string}
  | {
      readonly of: "file";
      readonly path: string;
      readonly startLine: number | undefined;
      readonly endLine: number | undefined;
      readonly context: boolean;
    };

/** UTF-16 units: about 64,000 tokens. More would take minutes on a CPU, while the agent waits. */
export const maxTextLength = 1 << 18;

/**
 * Checks a model's input.
 *
 * @throws ToolInputError
 */
export function readPerplexityInput(input: unknown): PerplexityInput {
  const {text, filePath, startLine, endLine, context} = fieldsOf(input, "`text` or `filePath`");
  const isText = isGiven(text);
  if (isText === isGiven(filePath)) throw new ToolInputError("Give either `text` or `filePath`.");
  const [first, last] = [lineNumber("startLine", startLine), lineNumber("endLine", endLine)];
  if (isGiven(context) && typeof context !== "boolean") throw new ToolInputError("`context` must be true or false.");
  if (isText) {
    if (first !== undefined || last !== undefined)
      throw new ToolInputError("`startLine` and `endLine` are for `filePath`: cut the text yourself.");
    if (context === true)
      throw new ToolInputError("`context` is for `filePath`: nothing is known of what stands before a `text`.");
    return {of: "text", text: checkedLength(checkedText(text))};
  }
  const path = checkedPath("filePath", "file", filePath);
  if (first !== undefined && last !== undefined && first > last)
    throw new ToolInputError("`endLine` must not be before `startLine`.");
  return {of: "file", path, startLine: first, endLine: last, context: context === true};
}

/** @throws ToolInputError if the text is longer than {@link maxTextLength}. */
export function checkedLength(text: string): string {
  if (text.length <= maxTextLength) return text;
  throw new ToolInputError(
    `This is too long (${text.length} characters, ${maxTextLength} are allowed): give a part, by \`startLine\` and \`endLine\` where it is a file.`
  );
}

function lineNumber(name: string, value: unknown): number | undefined {
  if (!isGiven(value)) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1)
    throw new ToolInputError(`\`${name}\` must be a whole number, 1 or more.`);
  return value;
}
