/** Who put a model on this machine. */
export type ModelStore =
  | "tokenscope"
  | "ollama"
  | "lmStudio"
  | "huggingFace"
  | "llamaCpp"
  | "gpt4all"
  | "jan"
  | "folder";

/** A model on this machine; of its content nothing has been read. */
export interface LocalModel {
  /** Absolute path of the file to load: the first of its parts. */
  readonly path: string;
  /** As its program calls it ("qwen2.5-coder:1.5b"), or else its file's name without the ending. */
  readonly name: string;
  readonly store: ModelStore;
  /** Of all parts. */
  readonly bytes: number;
  readonly parts: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** Where programs keep their models depends on these. */
export interface SearchEnvironment {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's own folders of models: absolute paths. */
  readonly folders: readonly string[];
  /** Where Tokenscope's own downloads are. */
  readonly downloads: string;
}
