import {infillTexts} from "../gguf/infillTexts";

/**
 * Tokens that mark the places of a fill-in-the-middle prompt, as ids of the model's vocabulary.
 *
 * `order` is how the model was trained to see its parts: prefix, suffix, middle ("psm"), or suffix first ("spm"), where the
 * prefix token may stand in for the middle's.
 */
export interface InfillTokens {
  readonly order: "psm" | "spm";
  readonly prefix: number;
  readonly suffix: number;
  /** Null in the families that write the middle right behind the prefix. */
  readonly middle: number | null;
  /** Stands before a repository's name. */
  readonly repository: number | null;
  /** Stands before a file's path. */
  readonly file: number | null;
}

type Mark = keyof typeof infillTexts;

/** Token ids that a GGUF names itself (`tokenizer.ggml.fim_…_token_id`, or the older keys for the first three). */
export type NamedTokens = {readonly [K in Mark]?: number | undefined};

/**
 * The vocabulary's own, or null where it has none to fill in a middle with.
 *
 * @param idOf The id of a token by its text in the vocabulary, undefined where there is none.
 * @param size Tokens of the vocabulary: ids that a file names are a stranger's.
 */
export function infillTokens(
  named: NamedTokens,
  idOf: (text: string) => number | undefined,
  size: number
): InfillTokens | null {
  const find = (mark: Mark): number | null => {
    const id = named[mark];
    if (id !== undefined && Number.isSafeInteger(id) && id >= 0 && id < size) return id;
    for (const text of infillTexts[mark]) {
      const found = idOf(text);
      if (found !== undefined) return found;
    }
    return null;
  };
  const prefix = find("prefix");
  const suffix = find("suffix");
  if (prefix === null || suffix === null) return null;
  const codestral = prefix === idOf("[PREFIX]");
  const middle = codestral ? null : find("middle");
  if (middle === null && !codestral) return null;
  const repository = find("repository");
  const file = find("file");
  return {order: codestral ? "spm" : "psm", prefix, suffix, middle, repository, file};
}
