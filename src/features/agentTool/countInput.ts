import {checkedPath, checkedText, fieldsOf, isGiven, ToolInputError} from "./toolInput";

/** An agent's checked input. `chat`: after the model's chat template. */
export type CountInput =
  | {readonly of: "text"; readonly text: string; readonly chat: boolean}
  | {readonly of: "file"; readonly path: string; readonly chat: boolean}
  | {readonly of: "folder"; readonly path: string};

/**
 * Checks a model's input.
 *
 * @throws ToolInputError
 */
export function readCountInput(input: unknown): CountInput {
  const kinds = "`text`, `filePath` or `folderPath`";
  const {text, filePath, folderPath, as} = fieldsOf(input, kinds);
  if ([text, filePath, folderPath].filter(isGiven).length !== 1) throw new ToolInputError(`Give one of ${kinds}.`);
  if (isGiven(as) && as !== "plain" && as !== "chat") throw new ToolInputError('`as` must be "plain" or "chat".');
  const chat = as === "chat";
  if (isGiven(text)) return {of: "text", text: checkedText(text), chat};
  if (isGiven(filePath)) return {of: "file", path: checkedPath("filePath", "file", filePath), chat};
  if (chat) throw new ToolInputError('`as: "chat"` is for `text` and `filePath`: a folder is no chat.');
  return {of: "folder", path: checkedPath("folderPath", "folder", folderPath)};
}
