import type {ModelFacts} from "../../gguf/facts";

/**
 * What the model info view (webview/modelInfo) and its host (modelInfoPanel.ts) say to each other. The host checks all that
 * comes from the view (parseMessage.ts); the view believes its host, and its own state if the version is the same.
 *
 * All texts out of a file are as the file has them, cut to a length: the view makes what it draws of them visible
 * (text/visibleText.ts).
 */

/** Grows with every change of {@link ViewState}; what holds another one is not read. */
export const protocolVersion = 1;

/** All that the page shows of a model. */
export interface ModelPage {
  readonly file: FileSummary;
  /** What is wrong with the file; the rest of the page is what could be read all the same. */
  readonly problem: string | null;
  readonly facts: ModelFacts | null;
  readonly details: ModelDetails | null;
  readonly groups: readonly TensorGroup[];
  /** Estimated memory by context length, the shortest first. */
  readonly memory: readonly MemoryStep[];
  readonly metadata: Listing<MetadataRow>;
  readonly tensors: Listing<TensorRow>;
}

export interface FileSummary {
  readonly name: string;
  /** A path of this machine, or the address it is read from. */
  readonly location: string;
  /** Of all parts. */
  readonly bytes: number | null;
  readonly parts: number;
  /** A file that the engine can open. */
  readonly local: boolean;
  /** It can be brought onto this machine. */
  readonly download: boolean;
  /** Where it can be shown among its neighbours. */
  readonly reveal: "fileManager" | "explorer" | null;
}

/** The first rows of a table, and how many there are. */
export interface Listing<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

export interface MetadataRow {
  readonly key: string;
  /** A number, a truth value or the beginning of a string; of a list its first values. */
  readonly value: string | readonly string[];
  /** What a list has, as GGUF calls it: "string", "float32"; null for no list. */
  readonly itemType: string | null;
  /** Items of a list; UTF-8 bytes of a string that was cut. */
  readonly length: number | null;
  /** There is more of it than `value` has. */
  readonly cut: boolean;
}

export interface TensorRow {
  readonly name: string;
  /** As ggml calls it: "Q4_K". */
  readonly type: string;
  /** Sizes, the innermost first. */
  readonly dimensions: readonly number[];
  /** Null for a type whose size is not known. */
  readonly bytes: number | null;
}

/** What the tensors of a model are for. */
export type TensorGroupName =
  | "embedding"
  | "attention"
  | "feedForward"
  | "experts"
  | "recurrent"
  | "norms"
  | "output"
  | "vision"
  | "audio"
  | "other";

export interface TensorGroup {
  readonly name: TensorGroupName;
  /** What its tensors are stored as: the type with the most bytes first. */
  readonly types: readonly {readonly type: string; readonly tensors: number}[];
  readonly tensors: number;
  readonly parameters: number;
  /** Null where the size of one of its types is not known. */
  readonly bytes: number | null;
}

/** Estimated bytes with a context of so many tokens. */
export interface MemoryStep {
  readonly contextSize: number;
  readonly weights: number;
  readonly kvCache: number;
  readonly compute: number;
}

/** What {@link ModelFacts} have no place for. */
export interface ModelDetails {
  /** The GGUF's own. */
  readonly version: number;
  readonly rope: Rope;
  readonly vocabulary: Vocabulary;
  readonly specialTokens: readonly SpecialToken[];
  readonly infillTokens: readonly SpecialToken[];
  readonly chatTemplates: readonly ChatTemplate[];
}

export interface Rope {
  readonly dimensions: number | null;
  readonly base: number | null;
  /** "linear", "yarn" …; null where there is none. */
  readonly scaling: string | null;
  readonly factor: number | null;
  /** Tokens it was trained on before its context was stretched. */
  readonly originalContext: number | null;
}

export interface Vocabulary {
  /** "gpt2", "llama" … */
  readonly model: string | null;
  readonly preTokenizer: string | null;
  readonly addsBos: boolean | null;
  readonly addsEos: boolean | null;
}

export interface SpecialToken {
  /** As the file calls it: "bos", "fim_pre". */
  readonly role: string;
  readonly id: number;
  /** Null where the vocabulary has no such token. */
  readonly text: string | null;
}

export interface ChatTemplate {
  /** Its metadata's key, by which it is asked for. */
  readonly key: string;
  /** "" for the usual one. */
  readonly name: string;
  readonly text: string;
  readonly cut: boolean;
}

/** What the engine says of a model: of one that is loaded, what it takes. */
export interface MemoryNow {
  /** "cpu", "cuda" … */
  readonly device: string;
  readonly layers: number;
  readonly gpuLayers: number;
  /** Tokens, and how many contexts of them may be held at once. */
  readonly contextSize: number;
  readonly contexts: number;
  /** Bytes it is estimated to take: in main memory and on the device. */
  readonly estimated: Memory;
  readonly free: Memory;
  readonly total: Memory;
  /** Null where it isn't loaded. */
  readonly used: Memory | null;
  /** What to do where little memory is left, or too little. */
  readonly advice: string | null;
}

/** Bytes. */
export interface Memory {
  readonly ram: number;
  readonly vram: number;
}

/** What Tokenscope uses this model for. */
export interface Uses {
  readonly measures: boolean;
  readonly completes: boolean;
}

/** Where the model of the page is read from. */
export interface ModelSource {
  /** The URI of a file, an `https:` address or an `hf:` URI. */
  readonly uri: string;
  /** The file's name, for headings. */
  readonly name: string;
}

export type ToView =
  | {readonly type: "reading"; readonly source: ModelSource}
  | {readonly type: "show"; readonly source: ModelSource; readonly page: ModelPage; readonly uses: Uses}
  /** Nothing to show, and why. `canCopy`: a copy on this machine could be shown. */
  | {readonly type: "failed"; readonly source: ModelSource; readonly message: string; readonly canCopy: boolean}
  | {readonly type: "uses"; readonly uses: Uses}
  /** What is free on this machine, as far as the extension host knows: the main memory. */
  | {readonly type: "free"; readonly free: Memory}
  /** Null: the engine didn't say. */
  | {readonly type: "memory"; readonly memory: MemoryNow | null}
  /** Asks for bytes of a file of another machine (viewPieces.ts). */
  | {
      readonly type: "readPiece";
      readonly request: number;
      readonly url: string;
      readonly offset: number;
      readonly length: number;
    }
  /** The whole of a value, or as much of it as is kept. */
  | {readonly type: "value"; readonly key: string; readonly text: string; readonly cut: boolean};

export type FromView =
  /** It listens. */
  | {readonly type: "ready"}
  | {readonly type: "piece"; readonly request: number; readonly bytes: Uint8Array}
  | {readonly type: "noPiece"; readonly request: number}
  | {readonly type: "useModel"}
  | {readonly type: "download"}
  | {readonly type: "reveal"}
  | {readonly type: "copyJson"}
  | {readonly type: "readAgain"}
  | {readonly type: "saveCopy"}
  /** The key of a metadata entry. */
  | {readonly type: "value"; readonly key: string}
  | {readonly type: "copyValue"; readonly key: string};

/** What the view leaves with VS Code, and what its host gets to rebuild the panel after a reload. */
export interface ViewState {
  readonly version: typeof protocolVersion;
  readonly uri: string;
  readonly filters: {readonly metadata: string; readonly tensors: string};
  /** Pixels. */
  readonly scroll: number;
}
