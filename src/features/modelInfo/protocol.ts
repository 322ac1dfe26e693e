import type {ModelFacts} from "../../gguf/facts";
import type {KvCacheType} from "../../gguf/kvCache";

/**
 * What the model info view (webview/modelInfo) and its host (modelInfoPanel.ts) say to each other. The host checks all that
 * comes from the view (parseMessage.ts); the view trusts its host, and its own state if the version is the same.
 *
 * Texts from a file are sent as they are, up to a maximum length. The view makes invisible characters visible before it
 * draws them (text/visibleText.ts).
 */

/** Grows with every change of {@link ViewState}. A state of another version is not read. */
export const protocolVersion = 1;

/** Everything that the page shows about a model. */
export interface ModelPage {
  readonly file: FileSummary;
  /** What is wrong with the file. The rest of the page shows what could be read anyway. */
  readonly problem: string | null;
  readonly facts: ModelFacts | null;
  readonly details: ModelDetails | null;
  readonly groups: readonly TensorGroup[];
  /** Estimated memory by context length, the shortest first. */
  readonly memory: readonly MemoryStep[];
  /** The type of the keys and values in {@link memory}. */
  readonly kvCache: KvCacheType;
  readonly metadata: Listing<MetadataRow>;
  readonly tensors: Listing<TensorRow>;
}

export interface FileSummary {
  readonly name: string;
  /** The path on this machine, or the address that it is read from. */
  readonly location: string;
  /** Size of all parts. */
  readonly bytes: number | null;
  readonly parts: number;
  /** Whether the engine can open the file. */
  readonly local: boolean;
  /** Whether it can be downloaded to this machine. */
  readonly download: boolean;
  /** The program that can show the file in its folder. */
  readonly reveal: "fileManager" | "explorer" | null;
}

/** The first rows of a table, and the number of all rows. */
export interface Listing<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

export interface MetadataRow {
  readonly key: string;
  /** A number, a boolean or the beginning of a string; for a list, its first items. */
  readonly value: string | readonly string[];
  /** GGUF's name for the type of a list's items: "string", "float32". Null if it is no list. */
  readonly itemType: string | null;
  /** Number of items in a list, or of UTF-8 bytes in a string that was cut. */
  readonly length: number | null;
  /** Whether `value` is only a part of it. */
  readonly cut: boolean;
}

export interface TensorRow {
  readonly name: string;
  /** ggml's name: "Q4_K". */
  readonly type: string;
  /** Sizes, innermost dimension first. */
  readonly dimensions: readonly number[];
  /** Null if the size of the type is unknown. */
  readonly bytes: number | null;
}

/** What a tensor is for. */
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
  /** Types of its tensors, the one with most bytes first. */
  readonly types: readonly {readonly type: string; readonly tensors: number}[];
  readonly tensors: number;
  readonly parameters: number;
  /** Null if the size of one of its types is unknown. */
  readonly bytes: number | null;
}

/** Estimated bytes for one context length. */
export interface MemoryStep {
  readonly contextSize: number;
  readonly weights: number;
  readonly kvCache: number;
  readonly compute: number;
}

/** Details beyond {@link ModelFacts}. */
export interface ModelDetails {
  /** Version of the GGUF format. */
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
  /** "linear", "yarn" …; null if there is none. */
  readonly scaling: string | null;
  readonly factor: number | null;
  /** Context length in tokens before it was extended. */
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
  /** The file's name for it: "bos", "fim_pre". */
  readonly role: string;
  readonly id: number;
  /** Null if the vocabulary has no such token. */
  readonly text: string | null;
}

export interface ChatTemplate {
  /** Key of its metadata entry. */
  readonly key: string;
  /** "" for the default one. */
  readonly name: string;
  readonly text: string;
  readonly cut: boolean;
}

/** The engine's estimate of a model's memory, and the real use of one that is loaded. */
export interface MemoryNow {
  /** "cpu", "cuda" … */
  readonly device: string;
  readonly layers: number;
  readonly gpuLayers: number;
  /** Length of a context in tokens, and the maximum number of contexts. */
  readonly contextSize: number;
  readonly contexts: number;
  /** Estimated bytes, in main memory and on the device. */
  readonly estimated: Memory;
  readonly free: Memory;
  readonly total: Memory;
  /** Null if it isn't loaded. */
  readonly used: Memory | null;
  /** What to do if there is little memory left, or too little. */
  readonly advice: string | null;
}

/** Bytes. */
export interface Memory {
  readonly ram: number;
  readonly vram: number;
}

/** What Tokenscope uses this model for now. */
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
  /** There is no model to show; the message says why. `canCopy`: a copy on this machine could be shown. */
  | {readonly type: "failed"; readonly source: ModelSource; readonly message: string; readonly canCopy: boolean}
  | {readonly type: "uses"; readonly uses: Uses}
  /** Free memory of this machine, as far as the extension host knows: the main memory. */
  | {readonly type: "free"; readonly free: Memory}
  /** Null if the engine gave no answer. */
  | {readonly type: "memory"; readonly memory: MemoryNow | null}
  /** Asks for bytes of a file on another machine (viewPieces.ts). */
  | {
      readonly type: "readPiece";
      readonly request: number;
      readonly url: string;
      readonly offset: number;
      readonly length: number;
    }
  /** A value in full, or as much of it as was kept. */
  | {readonly type: "value"; readonly key: string; readonly text: string; readonly cut: boolean};

export type FromView =
  /** The view listens for messages. */
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

/** The state that VS Code saves for the view. After a reload, the host rebuilds the panel from it. */
export interface ViewState {
  readonly version: typeof protocolVersion;
  readonly uri: string;
  readonly filters: {readonly metadata: string; readonly tensors: string};
  /** Pixels. */
  readonly scroll: number;
}
