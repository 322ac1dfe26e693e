/** What the comparison's view and the extension host say to each other. */

export const protocolVersion = 1;

/** A tokenizer in the table. Numbers are of the whole text, or of all files. */
export type TokenizerRow = {
  /** The model's name, and its file's. */
  readonly name: string;
  readonly file: string;
} & (
  | {readonly state: "counting"}
  | {readonly state: "failed"; readonly message: string}
  | {
      readonly state: "counted";
      readonly tokens: number;
      readonly vocabularySize: number;
      /** Tokens by those of the first tokenizer; null where that has none. */
      readonly ratio: number | null;
      /** Null for a text without tokens. */
      readonly charactersPerToken: number | null;
      readonly bytesPerToken: number | null;
      /** False: it rewrites text, so its tokens have no place in it and are not shown line by line. */
      readonly placed: boolean;
    }
);

/** A token on one line, with all characters visible. `differs`: the first tokenizer has no token of just this extent. */
export interface Cut {
  readonly label: string;
  readonly differs: boolean;
}

/** How the tokenizers cut a line. A token belongs to the line in which it begins. */
export interface LineCuts {
  /** From 1, in the document. */
  readonly line: number;
  /** One row where all cut the line in the same way. */
  readonly rows: readonly {
    /** Indices of the tokenizers that cut it so. */
    readonly tokenizers: readonly number[];
    readonly tokens: number;
    /** The first ones, where there are many. */
    readonly cuts: readonly Cut[];
  }[];
}

export interface Comparison {
  readonly title: string;
  readonly characters: number;
  readonly bytes: number;
  /** Files of a folder; null: one text. */
  readonly files: number | null;
  readonly tokenizers: readonly TokenizerRow[];
  /** Null where several files were counted, or fewer than two tokenizers place their tokens. */
  readonly lines: readonly LineCuts[] | null;
  /** Lines of the whole text, and how many of the lines in {@link lines} are cut differently. */
  readonly totalLines: number;
  readonly differing: number;
}

export type ToView = {readonly source: ComparedSource} & (
  | {readonly type: "idle"}
  | {readonly type: "failed"; readonly message: string}
  | {readonly type: "show"; readonly comparison: Comparison}
);

export type FromView =
  /** The view listens for messages. */
  | {readonly type: "ready"}
  | {readonly type: "compareAgain"}
  | {readonly type: "chooseTokenizers"}
  | {readonly type: "copy"};

/** What was compared, as a reload needs it. */
export interface ComparedSource {
  readonly title: string;
  /** URIs: of the document, or of the files and folders that were chosen. */
  readonly uris: readonly string[];
  /** Files as they are on disk, and not a document. */
  readonly onDisk: boolean;
  /** The part of the document in UTF-16 units; null: all of it. */
  readonly range: {readonly start: number; readonly end: number} | null;
  /** Absolute paths of the GGUF files. */
  readonly models: readonly string[];
}

export interface ViewState {
  readonly version: typeof protocolVersion;
  readonly source: ComparedSource;
}
