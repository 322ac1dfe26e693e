import {restoredSummary, type SavedSums, savedSums} from "../../metrics/savedSums";
import type {Summary} from "../../metrics/summary";
import type {Alignment} from "../../metrics/tokenAlignment";
import {type JsonNumber, jsonNumber, numberOfJson} from "../../text/jsonNumber";

/**
 * What the comparison's view (webview/compareScores) and its host (comparisonPanel.ts) say to each other. The host checks all that
 * comes from the view and the state that VS Code saved for it (parseMessage.ts).
 */

/** Grows with every change of {@link ViewState}. A state of another version is not read. */
export const protocolVersion = 1;

/** The two sides of a comparison, in the order in which they are shown. */
export type Pair<T> = readonly [a: T, b: T];

/** A scored text. Arrays have an item for each of its N tokens. */
export interface Side {
  /** What tells it from the other side: the model's name, the text's, or both. Safe to show as text anywhere. */
  readonly name: string;
  readonly text: string;
  readonly ids: Int32Array;
  /** UTF-8 byte offsets at which tokens end; null if the tokenizer rewrote the text. */
  readonly ends: Uint32Array | null;
  /** Natural logprobs; NaN where unscored. */
  readonly logprobs: Float64Array;
  /** 1 is the first choice, 0 where unscored; null if they are not known. */
  readonly ranks: Int32Array | null;
  /** False if scoring was stopped early. */
  readonly finished: boolean;
  readonly summary: Summary;
}

/** A {@link Side} in JSON. */
export interface SavedSide extends Omit<Side, "ids" | "ends" | "logprobs" | "ranks" | "summary"> {
  readonly ids: readonly number[];
  readonly ends: readonly number[] | null;
  readonly logprobs: readonly JsonNumber[];
  readonly ranks: readonly number[] | null;
  readonly summary: SavedSums;
}

export function savedSide(side: Side): SavedSide {
  const {ids, ends, logprobs, ranks, summary} = side;
  return {
    ...side,
    ids: Array.from(ids),
    ends: ends && Array.from(ends),
    logprobs: Array.from(logprobs, jsonNumber),
    ranks: ranks && Array.from(ranks),
    summary: savedSums(summary)
  };
}

export function restoredSide(saved: SavedSide): Side {
  const {ids, ends, logprobs, ranks, summary} = saved;
  return {
    ...saved,
    ids: Int32Array.from(ids),
    ends: ends && Uint32Array.from(ends),
    logprobs: Float64Array.from(logprobs, (value) => numberOfJson(value) ?? Number.NaN),
    ranks: ranks && Int32Array.from(ranks),
    summary: restoredSummary(summary)
  };
}

export interface Comparison {
  /** Id of this comparison. The same texts compared again get another one. */
  readonly id: string;
  readonly sides: Pair<Side>;
  /** Null if a tokenizer rewrote a text: its tokens have no place in it. */
  readonly alignment: Alignment | null;
}

export type ToView = {readonly source: ComparedSource} & (
  | {readonly type: "idle"}
  | {readonly type: "comparing"}
  | {readonly type: "failed"; readonly message: string}
  | {readonly type: "show"; readonly comparison: Comparison}
);

export type FromView =
  /** The view listens for messages. */
  | {readonly type: "ready"}
  | {readonly type: "compareAgain"}
  | {readonly type: "chooseOther"}
  | {readonly type: "cancel"}
  | {readonly type: "swap"}
  | {readonly type: "copy"}
  | {readonly type: "export"}
  /** Selects a piece in the editor. */
  | {readonly type: "select"; readonly piece: number};

/** Where a side's text is, and which model scored it: as comparing again needs it. */
export interface SideSource {
  /** "sample.py, lines 3–9" */
  readonly title: string;
  readonly uri: string;
  /** The part of the document in UTF-16 units; null: all of it. */
  readonly range: {readonly start: number; readonly end: number} | null;
  /** Absolute path of the GGUF file. */
  readonly model: string;
}

export type ComparedSource = Pair<SideSource>;

/** The state that VS Code saves for the view. After a reload, the host rebuilds the panel from it. */
export interface ViewState {
  readonly version: typeof protocolVersion;
  readonly source: ComparedSource;
  /** Null if there are none, or if they are too long to save: then they have to be scored again. */
  readonly sides: Pair<SavedSide> | null;
  /** The piece that had the keyboard focus last. */
  readonly piece: number;
  /** Bits; null: the preset. */
  readonly threshold: number | null;
}
