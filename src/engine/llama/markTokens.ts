import type {LlamaModel} from "node-llama-cpp";
import {isMark, isNamedMark} from "../../completion/marks";
import {asToken, type Vocabulary} from "./vocabulary";

/** A text ends before such a token. */
export function endsText(model: LlamaModel, marks: ReadonlySet<number>, id: number): boolean {
  const token = asToken(id);
  return marks.has(id) || model.isEogToken(token) || model.isSpecialToken(token);
}

/**
 * The tokens that are no text in a completion: those that prompts are made of, those that the file names as special, and the
 * marks of known model families. llama.cpp and node-llama-cpp go by a token's type, but some files give marks a wrong type.
 *
 * @param ofPrompts The ids that the product itself puts into prompts.
 */
export function markTokens(
  model: LlamaModel,
  vocabulary: Vocabulary,
  ofPrompts: readonly number[]
): ReadonlySet<number> {
  const marks = new Set(ofPrompts);
  /** How a token is written, in the vocabulary's alphabet and out of it. Brackets and bars are the same in all: most need one look. */
  const isWritten = (id: number, as: (text: string) => boolean): boolean =>
    /[<>[\]|]/.test(vocabulary.written(id)) && [vocabulary.written(id), vocabulary.text(id)].some(as);
  for (let id = 0; id < vocabulary.size; id++) if (isWritten(id, isMark)) marks.add(id);
  // The file is not trusted: keys and values may be anything.
  const keys: Readonly<Record<string, unknown>> = {...model.fileInfo.metadata.tokenizer?.ggml};
  for (const [key, id] of Object.entries(keys))
    if (key.endsWith("_token_id") && typeof id === "number" && isWritten(id, isNamedMark)) marks.add(id);
  return marks;
}
