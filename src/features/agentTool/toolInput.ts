/** An agent's checked input. Lines are counted from 1; both ends are included. */
export type ToolInput =
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

const maxPathLength = 4096;

/** A wrong input. The message tells the agent in a sentence what to do instead. */
export class ToolInputError extends Error {
  override readonly name = "ToolInputError";
}

/**
 * Checks a model's input. VS Code may not have checked it against the schema. Null counts as missing, because some models
 * write it for what they leave out.
 *
 * @throws ToolInputError
 */
export function readInput(input: unknown): ToolInput {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw new ToolInputError("The input must be an object with `text` or `filePath`.");
  const {text, filePath, startLine, endLine, context} = input as {readonly [key: string]: unknown};
  const isText = isGiven(text);
  if (isText === isGiven(filePath)) throw new ToolInputError("Give either `text` or `filePath`.");
  const [first, last] = [lineNumber("startLine", startLine), lineNumber("endLine", endLine)];
  if (isGiven(context) && typeof context !== "boolean") throw new ToolInputError("`context` must be true or false.");
  if (isText) {
    if (typeof text !== "string" || text === "") throw new ToolInputError("`text` must be a string that is not empty.");
    if (first !== undefined || last !== undefined)
      throw new ToolInputError("`startLine` and `endLine` are for `filePath`: cut the text yourself.");
    if (context === true)
      throw new ToolInputError("`context` is for `filePath`: nothing is known of what stands before a `text`.");
    return {of: "text", text: checkedLength(text)};
  }
  if (typeof filePath !== "string" || filePath === "" || filePath.length > maxPathLength || filePath.includes("\0"))
    throw new ToolInputError("`filePath` must be the path of a file, as a string.");
  if (first !== undefined && last !== undefined && first > last)
    throw new ToolInputError("`endLine` must not be before `startLine`.");
  return {of: "file", path: filePath, startLine: first, endLine: last, context: context === true};
}

/** @throws ToolInputError if the text is longer than {@link maxTextLength}. */
export function checkedLength(text: string): string {
  if (text.length <= maxTextLength) return text;
  throw new ToolInputError(
    `This is too long (${text.length} characters, ${maxTextLength} are allowed): give a part, by \`startLine\` and \`endLine\` where it is a file.`
  );
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function lineNumber(name: string, value: unknown): number | undefined {
  if (!isGiven(value)) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1)
    throw new ToolInputError(`\`${name}\` must be a whole number, 1 or more.`);
  return value;
}
