import type {Summary} from "../../metrics/summary";

/**
 * What the logprobs view (webview/logprobs) and its host (logprobsPanel.ts) say to each other. JSON only. The host checks
 * all that comes from the view (messages.ts); the view believes its host, and its own state if the version is the same.
 */

/** Grows with every change of {@link ScoredText} or {@link ViewState}; what holds another one is not read. */
export const protocolVersion = 1;

/** A scored text, complete in itself: the view draws it without asking, also after VS Code was reloaded. */
export interface ScoredText {
  readonly version: typeof protocolVersion;
  /** Names this scoring: the same text scored again is another one. */
  readonly id: string;
  readonly source: Source;
  readonly text: string;
  /** N ids. */
  readonly ids: readonly number[];
  /**
   * N UTF-16 offsets into `text` at which tokens end: what is drawn and selected. A token that ends inside a character
   * ends where that character starts. Null where the tokenizer rewrote the text: its tokens stand nowhere in it.
   */
  readonly ends: readonly number[] | null;
  /** The same as N UTF-8 byte offsets, exact inside characters too: what is exported. */
  readonly byteEnds: readonly number[] | null;
  /** N token texts, visible forms (see metrics/visibleText.ts); bytes that are no character are written `<0xE2>`. */
  readonly labels: readonly string[];
  /** N natural logprobs; null where unscored. */
  readonly logprobs: readonly (number | null)[];
  readonly model: ScoredModel;
  readonly windowing: {
    readonly mode: "document" | "llama-perplexity";
    readonly bos: boolean;
    readonly window: number;
    readonly stride: number;
  };
  readonly summary: Summary;
}

export interface ScoredModel {
  readonly name: string;
  readonly file: string;
  /** Where the file lay: alternatives are asked only of the model that gave the scores. */
  readonly path: string;
  readonly sha256: string;
  readonly quantization: string;
  readonly device: string;
}

/** A text in a document: what was scored, to score it again. Offsets are UTF-16, into the text as the editor has it. */
export interface Source {
  /** For the heading: "sample.py, lines 3–9". */
  readonly title: string;
  readonly uri: string;
  readonly start: number;
  readonly end: number;
  /** False: the whole document, whatever its length is by then. */
  readonly isSelection: boolean;
}

export interface Alternative {
  readonly id: number;
  readonly label: string;
  readonly logprob: number;
}

export type ToView =
  | {readonly type: "show"; readonly scored: ScoredText}
  | {readonly type: "progress"; readonly source: Source; readonly progress: Progress}
  /** Nothing to show, and why. */
  | {readonly type: "failed"; readonly source: Source; readonly message: string}
  /** A sentence above the text, which stays; null takes it away. */
  | {readonly type: "notice"; readonly message: string | null}
  | {
      readonly type: "alternatives";
      readonly token: number;
      readonly rank: number;
      /** Nats. */
      readonly entropy: number;
      readonly top: readonly Alternative[];
    }
  | {readonly type: "alternativesFailed"; readonly token: number; readonly message: string};

/** `load` has no measure of how far it is where `total` is 0. */
export interface Progress {
  readonly stage: "load" | "score";
  readonly done: number;
  readonly total: number;
}

export type FromView =
  /** The script runs and listens. `showing`: the id of the scored text it already draws from its state. */
  | {readonly type: "ready"; readonly showing: string | null}
  | {readonly type: "alternatives"; readonly token: number}
  | {readonly type: "select"; readonly token: number}
  | {readonly type: "copyJson"}
  | {readonly type: "scoreAgain"}
  | {readonly type: "cancel"};

/** What the view leaves with VS Code, and what its host gets to rebuild the panel after a reload. */
export interface ViewState {
  readonly version: typeof protocolVersion;
  readonly source: Source;
  /** Null while there is none, and where it is too long to keep: it can be scored again. */
  readonly scored: ScoredText | null;
  /** The token looked at last. */
  readonly token: number;
  readonly scroll: ScrollAnchor | null;
}

/** A token near the top of the viewport, and how many pixels below the viewport's top it stood. */
export interface ScrollAnchor {
  readonly token: number;
  readonly offset: number;
}
