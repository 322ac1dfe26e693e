/**
 * Why a file is refused.
 * - `damaged`: incomplete or damaged.
 * - `tooLarge`: the header is larger than any known one.
 * - `otherVersion`: an old or future GGUF version, or big endian.
 * - `noModel`: a GGUF file that holds no model.
 * - `otherArchitecture`, `otherTokenizer`, `otherScaling`: unknown to this llama.cpp.
 * - `noTokenizer`: there is no tokenizer.
 * - `repeatedTokens`: the vocabulary has a token twice.
 */
export type GgufProblem =
  | "notGguf"
  | "damaged"
  | "tooLarge"
  | "otherVersion"
  | "noModel"
  | "otherArchitecture"
  | "otherTokenizer"
  | "otherScaling"
  | "noTokenizer"
  | "repeatedTokens";

/** The error for a refused file. */
export class GgufError extends Error {
  override readonly name = "GgufError";

  /** @param sentence Tells the user what is wrong with the file of this name, and what to do. */
  constructor(
    readonly problem: GgufProblem,
    readonly sentence: (file: string) => string
  ) {
    super(problem);
  }
}
