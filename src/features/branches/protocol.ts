import type {ModelRef} from "../../contract/models";
import type {BranchTree} from "../../metrics/branchTree";
import type {Windowing} from "../../metrics/windowing";

/**
 * What the branches view (webview/branches) and its host (branchesPanel.ts) say to each other. The host checks all that comes from the
 * view (parseMessage.ts).
 */

/** Grows with every change of {@link ViewState}. A state of another version is not read. */
export const protocolVersion = 1;

/** The place in a text from which branches grow: a token, which they replace. All of it is saved as JSON. */
export interface BranchPlace {
  /** "sample.py, line 3". */
  readonly title: string;
  readonly uri: string;
  /** UTF-16 offsets of the token in the document, and what stands there and around. */
  readonly start: number;
  readonly end: number;
  readonly before: string;
  readonly own: string;
  readonly behind: string;
  /** The token has this place for itself: text can be put there. */
  readonly isWhole: boolean;
  readonly model: {readonly name: string; readonly file: string; readonly sha256: string};
  readonly spec: ModelRef;
  readonly windowing: Windowing;
  readonly token: PlaceToken;
  /** The text's next tokens, {@link maxRest} at most. */
  readonly rest: readonly PlaceToken[];
  /** What was written from here was scored in the context of so many tokens of another text. */
  readonly contextTokens: number;
  /** Tokens before the place, those of the context first. Null: too many to be saved, so that nothing new can be asked for. */
  readonly ids: readonly number[] | null;
}

export interface PlaceToken {
  readonly id: number;
  readonly label: string;
  /** Null where unscored. */
  readonly logprob: number | null;
}

/** Tokens behind the place whose cost is told. */
export const maxRest = 512;

/** Tokens before the place that are saved. */
export const maxSavedIds = 200_000;

/** How continuations are written. */
export interface BranchOptions {
  /** Sampled continuations, besides the greedy one. */
  readonly count: number;
  readonly temperature: number;
  readonly maxTokens: number;
  /** Of the first sample; the next one has the next seed. */
  readonly seed: number;
}

export const usualOptions: BranchOptions = {count: 3, temperature: 0.8, maxTokens: 24, seed: 1};

/** What the view offers. */
export const counts = [1, 3, 5, 10] as const;
export const temperatures = [0.5, 0.8, 1, 1.3] as const;
export const lengths = [8, 16, 24, 48, 96] as const;
export const maxSeed = 2 ** 31;

/** What is computed now. */
export interface Working {
  readonly branch: number;
  readonly what: "load" | "rest" | "greedy" | "sampled";
  /** 0 to 1; null where it is not known. */
  readonly fraction: number | null;
  /** What has been written of a continuation. */
  readonly text: string;
  readonly isStopping: boolean;
}

export interface OtherToken {
  readonly id: number;
  readonly label: string;
  readonly logprob: number;
}

export type ToView =
  | {readonly type: "place"; readonly place: BranchPlace; readonly options: BranchOptions}
  /** Edits in the document moved the place. */
  | {readonly type: "moved"; readonly start: number; readonly end: number}
  /** `canUndo`: branches were pruned and can come back. */
  | {readonly type: "tree"; readonly tree: BranchTree; readonly canUndo: boolean}
  | {readonly type: "working"; readonly working: Working | null}
  /** The view selects this branch: it has just been asked for. */
  | {readonly type: "select"; readonly branch: number}
  /** A sentence above the tree; null removes it. */
  | {readonly type: "notice"; readonly message: string | null}
  /** What the model expected at a token of a branch. */
  | {
      readonly type: "alternatives";
      readonly branch: number;
      readonly at: number;
      readonly top: readonly OtherToken[];
    };

export const insertions = ["replace", "keep"] as const;
/** "replace": in place of the text's token; "keep": before it. */
export type Insertion = (typeof insertions)[number];

export type FromView =
  | {readonly type: "ready"}
  /** Continuations of a branch: another greedy one where there is none, and samples. */
  | {readonly type: "more"; readonly branch: number}
  /** What the rest of the text costs behind a branch. */
  | {readonly type: "rest"; readonly branch: number}
  /** What the model expected in place of a branch's token. */
  | {readonly type: "alternatives"; readonly branch: number; readonly at: number}
  /** Another word in place of a branch's token: one of those that the model expected. */
  | {readonly type: "try"; readonly branch: number; readonly at: number; readonly id: number}
  | {readonly type: "prune"; readonly branch: number}
  | {readonly type: "undo"}
  | {readonly type: "rename"; readonly branch: number; readonly name: string}
  | {readonly type: "insert"; readonly branch: number; readonly insertion: Insertion}
  | {readonly type: "copy"; readonly branch: number}
  | {readonly type: "copyTree"}
  | {readonly type: "show"}
  | {readonly type: "setOptions"; readonly options: BranchOptions}
  | {readonly type: "stop"};

/** What VS Code saves for the view. */
export interface ViewState {
  readonly version: typeof protocolVersion;
  readonly place: BranchPlace;
  readonly options: BranchOptions;
  readonly tree: BranchTree;
  /** The view's own: the selected branch, and those that are closed. */
  readonly selected: number | null;
  readonly closed: readonly number[];
}
