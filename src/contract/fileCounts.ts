import type {ModelDescription, ModelRef} from "./models";
import type {Warned} from "./scoring";

/** Bytes. Larger files are data, and are not read. */
export const maxCountedFile = 50_000_000;

/** Why a file has no count: it is no text, or too large for one, or can't be read. `longRun`: the tokenizer can't take it. */
export type FileProblem = "binary" | "encoding" | "tooLarge" | "unreadable" | "longRun";

interface CountingFiles {
  readonly model: ModelRef;
  /** Absolute path of the file in which counts are kept, so that nothing is counted twice. Absent: they are not kept. */
  readonly kept?: string;
}

/** Files are read by the engine, as an editor reads them (text/fileText.ts), so that their texts don't travel. */
export interface CountFilesParams extends CountingFiles {
  /** Absolute paths. */
  readonly paths: readonly string[];
}

/** A file that only the host can read. */
export interface CountBytesParams extends CountingFiles {
  readonly content: Uint8Array;
}

/**
 * The counts of the first N of the files asked for, at least one: as many as took a moment, so that progress shows and a
 * cancelled count has lost nothing.
 */
export interface FileCounts extends Warned {
  readonly model: ModelDescription;
  /** N numbers each; 0 for a file with a problem. */
  readonly tokens: Uint32Array;
  /** Unicode code points. */
  readonly characters: Uint32Array;
  /** UTF-8 bytes of the text. */
  readonly bytes: Uint32Array;
  /** N: null where there is a count. */
  readonly problems: readonly (FileProblem | null)[];
}
