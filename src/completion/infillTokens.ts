import {infillTexts} from "../gguf/infillTexts";

/**
 * The ids of the model's fill-in-the-middle tokens.
 *
 * `order` is the order of the parts in training: prefix, suffix, middle ("psm"), or suffix first ("spm"), without a
 * token for the middle in some families.
 */
export interface InfillTokens {
  readonly order: "psm" | "spm";
  readonly prefix: number;
  readonly suffix: number;
  /** The token before the middle; null in families whose middle follows right after the prefix. */
  readonly middle: number | null;
  /** The token before a repository's name. */
  readonly repository: number | null;
  /** The token before a file's path. */
  readonly file: number | null;
}

type Mark = keyof typeof infillTexts;

/** Token ids from the GGUF's own keys (`tokenizer.ggml.fim_…_token_id`, or the older keys of the first three). */
export type NamedTokens = {readonly [K in Mark]?: number | undefined};

/**
 * Finds a vocabulary's fill-in-the-middle tokens; null if it has none.
 *
 * @param idOf Finds a token's id by its text. @param size Number of tokens: an id from a file may be out of range.
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
