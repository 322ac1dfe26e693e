/** What the logprobs view (webview/logprobs) and its host (logprobsPanel.ts) say to each other. JSON only. */

/** A scored text, complete in itself: the view draws it without asking, also after VS Code was reloaded. */
export interface ScoredText {
  /** Grows with every change of the fields; a view that finds another one in its state starts anew. */
  readonly version: 1;
  /** What was scored, for the heading: "sample.py, lines 3–9". */
  readonly title: string;
  readonly source: TextSource;
  readonly text: string;
  /** N ids. */
  readonly ids: readonly number[];
  /** N UTF-16 offsets into `text` at which tokens end. A token that ends inside a character ends where that character starts. */
  readonly ends: readonly number[];
  /** N token texts, visible forms (see metrics/visibleText.ts). */
  readonly labels: readonly string[];
  /** N natural logprobs; null where unscored. */
  readonly logprobs: readonly (number | null)[];
  readonly model: {readonly name: string; readonly file: string; readonly quantization: string; readonly device: string};
  readonly windowing: {
    readonly mode: "document" | "llama-perplexity";
    readonly bos: boolean;
    readonly window: number;
    readonly stride: number;
  };
  /** The summary's numbers, already worded: the same rows everywhere (metrics/summaryRows.ts). */
  readonly rows: readonly SummaryRow[];
}

export interface SummaryRow {
  readonly label: string;
  readonly value: string;
  /** What the number means, for a tooltip. */
  readonly help: string;
}

/** Where the text stands in the editor. */
export interface TextSource {
  readonly uri: string;
  /** UTF-16 offset of the text in the document (of LF or CRLF text as the editor has it). */
  readonly start: number;
}

export interface Alternative {
  readonly id: number;
  readonly label: string;
  readonly logprob: number;
}

export type ToView =
  | {readonly type: "show"; readonly scored: ScoredText}
  | {readonly type: "progress"; readonly title: string; readonly done: number; readonly total: number}
  | {readonly type: "failed"; readonly message: string}
  | {
      readonly type: "alternatives";
      readonly token: number;
      readonly rank: number;
      /** Nats. */
      readonly entropy: number;
      readonly top: readonly Alternative[];
    }
  | {readonly type: "alternativesFailed"; readonly token: number; readonly message: string};

export type FromView =
  /** The script runs and listens. `restored`: it already draws a text from its state. */
  | {readonly type: "ready"; readonly restored: boolean}
  | {readonly type: "alternatives"; readonly token: number}
  | {readonly type: "select"; readonly token: number}
  | {readonly type: "copyJson"}
  | {readonly type: "scoreAgain"}
  | {readonly type: "cancel"};
