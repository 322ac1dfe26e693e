/**
 * Why a file is no model to us. `damaged`: incomplete or damaged. `tooLarge`: its header is larger than any that is known.
 * `otherVersion`: an old or future GGUF, or one for other processors.
 */
export type GgufProblem = "notGguf" | "otherVersion" | "damaged" | "tooLarge";

/** A file was refused. The message is one sentence for people, without the file's name. */
export class GgufError extends Error {
  override readonly name = "GgufError";
  constructor(
    readonly problem: GgufProblem,
    message: string
  ) {
    super(message);
  }
}
