const maxPathLength = 4096;

/** A wrong input. The message tells the agent in a sentence what to do instead. */
export class ToolInputError extends Error {
  override readonly name = "ToolInputError";
}

export type Fields = {readonly [key: string]: unknown};

/**
 * The fields of a model's input. VS Code may not have checked it against the schema.
 *
 * @throws ToolInputError
 */
export function fieldsOf(input: unknown, kinds: string): Fields {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw new ToolInputError(`The input must be an object with ${kinds}.`);
  return input as Fields;
}

/** @throws ToolInputError unless it is a text that is not empty. */
export function checkedText(text: unknown): string {
  if (typeof text !== "string" || text === "") throw new ToolInputError("`text` must be a string that is not empty.");
  return text;
}

/** @throws ToolInputError unless it may be a path. */
export function checkedPath(name: string, what: string, value: unknown): string {
  if (typeof value !== "string" || value === "" || value.length > maxPathLength || value.includes("\0"))
    throw new ToolInputError(`\`${name}\` must be the path of a ${what}, as a string.`);
  return value;
}

/** Null counts as missing, because some models write it for what they leave out. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
