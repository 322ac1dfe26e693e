import type {Progress} from "../../contract/progress";
import type {NextDistribution} from "../../contract/sampling";
import type {CopyTarget} from "../../sampling/copySettings";
import {noSamplers, type SamplerName, type SamplerSettings, samplerNames} from "../../sampling/settings";

/**
 * What the view "What Comes Next" (webview/whatComesNext) and its host (nextPanel.ts) say to each other. The host checks all that
 * comes from the view (parseMessage.ts); the view trusts its host, and its own state if the version is the same.
 */

/** Grows with every change of {@link ViewState}. A state of another version is not read. */
export const protocolVersion = 1;

/** Tokens that are shown one by one. */
export const shownTokens = 200;

/** How many tokens can be drawn at once. */
export const drawCounts = [10, 100, 1000, 10_000] as const;

/** Seeds go from 0 to this: they are exact in JSON, and can be typed. */
export const maxSeed = 2 ** 31 - 1;

export interface Draws {
  readonly count: (typeof drawCounts)[number];
  readonly seed: number;
}

/** What the user has chosen. It is kept for the workspace. */
export interface NextOptions {
  /** Its order has only the samplers that are on. */
  readonly samplers: SamplerSettings;
  /** All samplers in the order in which they act when they are on. */
  readonly arrangement: readonly SamplerName[];
  /** Null: nothing is drawn. */
  readonly draws: Draws | null;
}

export const usualOptions: NextOptions = {samplers: noSamplers, arrangement: samplerNames, draws: null};

/** A token as a row. */
export interface NextRow {
  readonly id: number;
  /** On one line, with nothing invisible (text/tokenLabel.ts). */
  readonly label: string;
  /** Natural, in the model's own distribution. */
  readonly logprob: number;
  /** Probability after the samplers, 0 to 1. */
  readonly after: number;
  readonly cutBy?: SamplerName;
  readonly drawn?: number;
}

/** A distribution, and the place in the text behind which it stands. */
export interface ShownNext
  extends Pick<NextDistribution, "promptTokens" | "cut" | "entropy" | "rest" | "stages" | "after" | "warnings"> {
  /** Grows with every other prompt. The same tokens stand in the same rows while it is the same. */
  readonly place: number;
  /** The last visible characters before the cursor. */
  readonly tail: string;
  /** The file's name, safe to show. */
  readonly title: string;
  readonly model: string;
  /** Most probable first, before the samplers act. */
  readonly rows: readonly NextRow[];
  /** What was drawn. */
  readonly draws: Draws | null;
}

export const tableFormats = ["markdown", "json"] as const;
export type TableFormat = (typeof tableFormats)[number];

export type ToView =
  | {readonly type: "options"; readonly options: NextOptions}
  | {readonly type: "show"; readonly next: ShownNext}
  /** The answer takes a while. Null: it has come. */
  | {readonly type: "progress"; readonly progress: Progress | null}
  /** The settings are in the clipboard. The sentences say what the program has no setting for. */
  | {readonly type: "settingsCopied"; readonly target: CopyTarget; readonly missing: readonly string[]}
  /** There is no text with a cursor in it. */
  | {readonly type: "noEditor"}
  /** The message says why there is no distribution. */
  | {readonly type: "failed"; readonly message: string};

export type FromView =
  | {readonly type: "ready"}
  | {readonly type: "tryAgain"}
  | {readonly type: "setOptions"; readonly options: NextOptions}
  /** Inserts the token of a row at the cursor. `place`: {@link ShownNext.place} of the distribution that the user has seen. */
  | {readonly type: "insert"; readonly place: number; readonly row: number}
  | {readonly type: "copyToken"; readonly place: number; readonly row: number}
  | {readonly type: "copyTable"; readonly format: TableFormat}
  /** Copies the settings of the samplers as another program takes them. */
  | {readonly type: "copySettings"; readonly target: CopyTarget}
  /** The focus goes back to the text. */
  | {readonly type: "focusEditor"};

/** The state that VS Code saves for the view. What the view shows is read from the editor again. */
export interface ViewState {
  readonly version: typeof protocolVersion;
  readonly samplersOpen: boolean;
}
