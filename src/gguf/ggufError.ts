/**
 * Why a file is no model to us. `damaged`: incomplete or damaged. `tooLarge`: its header is larger than any that is known.
 * The others are of whole files. `otherVersion`: an old or future GGUF, or one for other processors. `noModel`: something
 * else that GGUF files hold. `otherArchitecture`, `otherTokenizer`, `otherScaling`: of a kind that this llama.cpp does not
 * know. `noTokenizer`: it can't cut a text.
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

/** A file was refused. */
export class GgufError extends Error {
  override readonly name = "GgufError";

  /** `sentence` says to people what is the matter with the file of this name, and what helps. */
  constructor(
    readonly problem: GgufProblem,
    readonly sentence: (file: string) => string
  ) {
    super(problem);
  }
}
