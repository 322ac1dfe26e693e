import type {ModelRef} from "../../contract/models";
import type {Progress} from "../../contract/progress";
import {type KeptSums, keptSums, summaryOfKept} from "../../metrics/keptSums";
import type {Summary} from "../../metrics/summary";
import type {Windowing} from "../../metrics/windowing";
import {type JsonNumber, jsonNumber, numberOfJson} from "../../text/jsonNumber";

/**
 * What the logprobs view (webview/logprobs) and its host (logprobsPanel.ts) say to each other. The host checks all that
 * comes from the view (parseMessage.ts); the view believes its host, and its own state if the version is the same.
 */

/** VS Code's name for this kind of panel. */
export const panelType = "tokenscope.logprobs";

/** Grows with every change of {@link KeptText} or {@link ViewState}, except an added sum. A state of another version is not read. */
export const protocolVersion = 5;

/**
 * A scored text, complete in itself: the view draws it without asking. The numbers are typed arrays, which VS Code hands
 * on as they are: as JSON, a long text's would keep the extension host busy for a tenth of a second. For the same reason
 * it is the view that finds out where tokens stand in the text and what they look like.
 */
export interface ScoredText {
  /** Names this scoring: the same text scored again is another one. */
  readonly id: string;
  readonly text: string;
  /** N ids. */
  readonly ids: Int32Array;
  /** N UTF-8 byte offsets at which tokens end. Null where the tokenizer rewrote the text: they stand nowhere in it. */
  readonly byteEnds: Uint32Array | null;
  /** N token texts, where `byteEnds` is null; otherwise the text has them. */
  readonly texts: readonly string[] | null;
  /** N natural logprobs; NaN where unscored. */
  readonly logprobs: Float64Array;
  /** Ids of the tokens that were given as context before the text. */
  readonly contextIds: Int32Array;
  /** False: scoring was stopped before its end. */
  readonly finished: boolean;
  /** The model that is asked for alternatives. */
  readonly spec: ModelRef;
  readonly model: ScoredModel;
  readonly windowing: Windowing;
  readonly summary: Summary;
  /** Sentences on what makes the numbers others than one may think. */
  readonly warnings: readonly string[];
}

/** A {@link ScoredText} as JSON can hold it, null for NaN: so it is left with VS Code. */
export interface KeptText extends Omit<ScoredText, "ids" | "byteEnds" | "logprobs" | "contextIds" | "summary"> {
  readonly ids: readonly number[];
  readonly contextIds: readonly number[];
  readonly byteEnds: readonly number[] | null;
  readonly logprobs: readonly JsonNumber[];
  readonly summary: KeptSums;
}

export function keptText(scored: ScoredText): KeptText {
  const {ids, contextIds, byteEnds, logprobs, summary} = scored;
  return {
    ...scored,
    ids: Array.from(ids),
    contextIds: Array.from(contextIds),
    byteEnds: byteEnds && Array.from(byteEnds),
    logprobs: Array.from(logprobs, jsonNumber),
    summary: keptSums(summary)
  };
}

export function textOfKept(kept: KeptText): ScoredText {
  const {ids, contextIds, byteEnds, logprobs, summary} = kept;
  return {
    ...kept,
    ids: Int32Array.from(ids),
    contextIds: Int32Array.from(contextIds),
    byteEnds: byteEnds && Uint32Array.from(byteEnds),
    logprobs: Float64Array.from(logprobs, (logprob) => numberOfJson(logprob) ?? Number.NaN),
    summary: summaryOfKept(summary)
  };
}

export interface ScoredModel {
  readonly name: string;
  readonly file: string;
  /** Alternatives are asked only of the model that gave the scores. */
  readonly sha256: string;
  readonly quantization: string;
  readonly device: string;
}

/** A text in a document: where it stands now, to score it again. Offsets are UTF-16, into the text as the editor has it. */
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
  | {readonly type: "show"; readonly source: Source; readonly scored: ScoredText}
  /** Edits elsewhere in the document moved the text that the view keeps. */
  | {readonly type: "moved"; readonly source: Source}
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

export type FromView =
  /** The view listens. `showing`: the id of the scored text it already draws from its state. */
  | {readonly type: "ready"; readonly showing: string | null}
  | {readonly type: "alternatives"; readonly token: number}
  | {readonly type: "select"; readonly token: number}
  | {readonly type: "copyJson"}
  | {readonly type: "scoreAgain"}
  | {readonly type: "cancel"};

/** What the view leaves with VS Code, and what its host gets to rebuild the panel after a reload. */
export interface ViewState {
  readonly version: typeof protocolVersion;
  /** Where the text stands, as far as the view was told. */
  readonly source: Source;
  /** Null while there is none, and where it is too long to keep: it can be scored again. */
  readonly scored: KeptText | null;
  /** The token looked at last. */
  readonly token: number;
  readonly scroll: ScrollAnchor | null;
}

/** A token near the top of the viewport, and how many pixels below the viewport's top it stood. */
export interface ScrollAnchor {
  readonly token: number;
  readonly offset: number;
}
