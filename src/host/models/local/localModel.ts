/** The program that put a model on this machine. */
export type ModelStore =
  | "tokenscope"
  | "ollama"
  | "lmStudio"
  | "huggingFace"
  | "llamaCpp"
  | "gpt4all"
  | "jan"
  | "folder";

/** A model on this machine. Its content has not been read. */
export interface LocalModel {
  /** Absolute path of the file to load, the first of its parts. */
  readonly path: string;
  /** The program's name for it ("qwen2.5-coder:1.5b"), or else the file name without its extension. */
  readonly name: string;
  readonly store: ModelStore;
  /** Size of all parts. */
  readonly bytes: number;
  readonly parts: number;
  /** Time of the last change (ms since 1970). */
  readonly modified: number;
}

/** What the folders of programs depend on. */
export interface SearchEnvironment {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute paths of the model folders in the user's settings. */
  readonly folders: readonly string[];
  /** Tokenscope's own download folder. */
  readonly downloads: string;
}
