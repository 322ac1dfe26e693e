import type {ModelRef} from "../../contract/models";
import type {Progress} from "../../contract/progress";
import type {ColourChoice} from "../../metrics/colourChoice";
import {restoredSummary, type SavedSums, savedSums} from "../../metrics/savedSums";
import type {Summary} from "../../metrics/summary";
import type {Windowing} from "../../metrics/windowing";
import {type JsonNumber, jsonNumber, numberOfJson} from "../../text/jsonNumber";

/**
 * What the logprobs view (webview/logprobs) and its host (logprobsPanel.ts) say to each other. The host checks all that
 * comes from the view (parseMessage.ts); the view trusts its host, and its own state if the version is the same.
 */

/** Grows with every change of {@link SavedText} or {@link ViewState}, except an added sum. A state of another version is not read. */
export const protocolVersion = 8;

/**
 * A scored text with all that the view needs to draw it. The numbers are typed arrays, which VS Code transfers without JSON:
 * JSON of a long text would keep the extension host busy for a tenth of a second. For the same reason the view computes
 * where tokens are in the text and how they look.
 */
export interface ScoredText {
  /** Id of this state of the text. Scored again, or scored to its end, it gets another one. */
  readonly id: string;
  readonly text: string;
  /** N ids. */
  readonly ids: Int32Array;
  /** N UTF-8 byte offsets at which tokens end. Null if the tokenizer rewrote the text, so that tokens have no place in it. */
  readonly byteEnds: Uint32Array | null;
  /** N token texts if `byteEnds` is null; otherwise they are parts of the text. */
  readonly texts: readonly string[] | null;
  /** N natural logprobs; NaN where unscored. */
  readonly logprobs: Float64Array;
  /** N ranks, 1 is the first choice, 0 where unscored. Null if the score has none. */
  readonly ranks: Int32Array | null;
  /** N entropies of the prediction, nats, NaN where unscored. Null if the score has none. */
  readonly entropies: Float64Array | null;
  /** Ids of the tokens that were given as context before the text. */
  readonly contextIds: Int32Array;
  /** False if scoring was stopped early, or is under way. */
  readonly finished: boolean;
  /** The model that is asked for alternatives. */
  readonly spec: ModelRef;
  readonly model: ScoredModel;
  readonly windowing: Windowing;
  /** See text/spacedWords.ts. */
  readonly spacedWords: boolean;
  readonly summary: Summary;
  /** Sentences on why the numbers may differ from what the user expects. */
  readonly warnings: readonly string[];
}

/** A {@link ScoredText} as VS Code saves it: in JSON, with null for NaN. */
export interface SavedText
  extends Omit<ScoredText, "ids" | "byteEnds" | "logprobs" | "ranks" | "entropies" | "contextIds" | "summary"> {
  readonly ids: readonly number[];
  readonly contextIds: readonly number[];
  readonly byteEnds: readonly number[] | null;
  readonly logprobs: readonly JsonNumber[];
  readonly ranks: readonly number[] | null;
  readonly entropies: readonly JsonNumber[] | null;
  readonly summary: SavedSums;
}

export function savedText(scored: ScoredText): SavedText {
  const {ids, contextIds, byteEnds, logprobs, ranks, entropies, summary} = scored;
  return {
    ...scored,
    ids: Array.from(ids),
    contextIds: Array.from(contextIds),
    byteEnds: byteEnds && Array.from(byteEnds),
    logprobs: Array.from(logprobs, jsonNumber),
    ranks: ranks && Array.from(ranks),
    entropies: entropies && Array.from(entropies, jsonNumber),
    summary: savedSums(summary)
  };
}

export function restoredText(saved: SavedText): ScoredText {
  const {ids, contextIds, byteEnds, logprobs, ranks, entropies, summary} = saved;
  return {
    ...saved,
    ids: Int32Array.from(ids),
    contextIds: Int32Array.from(contextIds),
    byteEnds: byteEnds && Uint32Array.from(byteEnds),
    logprobs: numbersOf(logprobs),
    ranks: ranks && Int32Array.from(ranks),
    entropies: entropies && numbersOf(entropies),
    summary: restoredSummary(summary)
  };
}

function numbersOf(saved: readonly JsonNumber[]): Float64Array {
  return Float64Array.from(saved, (value) => numberOfJson(value) ?? Number.NaN);
}

export interface ScoredModel {
  readonly name: string;
  readonly file: string;
  /** Alternatives come only from the model with this checksum. "" while the text is being scored: not known yet. */
  readonly sha256: string;
  readonly quantization: string;
  readonly device: string;
}

/** A text's current place in its document, for scoring it again. Offsets are UTF-16, into the editor's text. */
export interface Source {
  /** The heading: "sample.py, lines 3–9". */
  readonly title: string;
  readonly uri: string;
  readonly start: number;
  readonly end: number;
  /** False for the whole document, even if its length has changed. */
  readonly isSelection: boolean;
}

export interface Alternative {
  readonly id: number;
  /** To copy; a part of a character is U+FFFD. */
  readonly text: string;
  /** The text on one line, with nothing invisible. */
  readonly label: string;
  readonly logprob: number;
}

export type ToView =
  | {readonly type: "show"; readonly source: Source; readonly scored: ScoredText}
  /** Edits elsewhere in the document moved the text that the view keeps. */
  | {readonly type: "moved"; readonly source: Source}
  | {readonly type: "progress"; readonly source: Source; readonly progress: Progress}
  /** There is no text to show; the message says why. */
  | {readonly type: "failed"; readonly source: Source; readonly message: string}
  /**
   * Scores of tokens from `from` on, of the text that is shown as `id` while it is still computed. The text was sent with NaN for
   * them. When all are there, or scoring was stopped, the text is sent again with its summary.
   */
  | {
      readonly type: "scores";
      readonly id: string;
      readonly from: number;
      readonly logprobs: Float64Array;
      readonly ranks: Int32Array | null;
      readonly entropies: Float64Array | null;
    }
  /** How far the scoring of the text on show is; null: it has ended. */
  | {readonly type: "computing"; readonly computing: Computing | null}
  /** The range `[from, to)` of tokens that is selected in the editor; the view shows it. */
  | {readonly type: "reveal"; readonly from: number; readonly to: number}
  | {readonly type: "options"; readonly options: ViewOptions}
  /** What tokens are coloured by. Sent when the view is ready, and at each change. */
  | {readonly type: "colours"; readonly colours: ColourChoice}
  /** A sentence above the text, and the button beside it; null removes it. */
  | {readonly type: "notice"; readonly message: string | null; readonly action: NoticeAction}
  | {
      readonly type: "alternatives";
      readonly token: number;
      /** Of the token that stands there. All numbers are of one run: the score's, or where the engine was asked, that one. */
      readonly logprob: number;
      readonly rank: number;
      /** Nats. */
      readonly entropy: number;
      readonly top: readonly Alternative[];
    }
  | {readonly type: "alternativesFailed"; readonly token: number; readonly message: string};

export type NoticeAction = "scoreAgain" | null;

export interface Computing {
  /** The share of the model's weights that is loaded; null once they are. */
  readonly loading: number | null;
  /** Tokens. */
  readonly done: number;
  readonly total: number;
  /** Tokens; null if it is not known yet. */
  readonly perSecond: number | null;
  /** Null if it is not known yet. */
  readonly secondsLeft: number | null;
  /** Cancel was pressed: it ends with the batch under way. */
  readonly isStopping: boolean;
}

export interface ViewOptions {
  /** The next Show Logprobs opens another view beside this one. */
  readonly isPinned: boolean;
  /** The text is scored again while it is edited: the setting `logprobs.live`. */
  readonly isLive: boolean;
}

export const copyFormats = ["text", "markdown", "html", "json"] as const;
export type CopyFormat = (typeof copyFormats)[number];

export const exportFormats = ["json", "csv", "html"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export type FromView =
  /** The view listens. `showing`: the id of the scored text it already draws from its state. */
  | {readonly type: "ready"; readonly showing: string | null}
  | {readonly type: "alternatives"; readonly token: number}
  /** Tries another word in place of a token: one of those that the model expected, or its own. */
  | {readonly type: "tryAlternative"; readonly token: number; readonly alternative: number}
  | {readonly type: "select"; readonly token: number}
  /** Selects tokens `[from, to)` in the editor. */
  | {readonly type: "selectRange"; readonly from: number; readonly to: number}
  /** Copies tokens `[from, to)`. */
  | {readonly type: "copy"; readonly format: CopyFormat; readonly from: number; readonly to: number}
  /** Saves the whole text with its scores in a file. */
  | {readonly type: "export"; readonly format: ExportFormat}
  /** Saves a chart's picture. `name` is a part of the file's name. */
  | {readonly type: "saveImage"; readonly name: string; readonly png: Uint8Array}
  /** Scores the text from a token to its end by itself. */
  | {readonly type: "scoreFrom"; readonly token: number}
  /** Compares the text with another one, or with another model's scores. */
  | {readonly type: "compare"}
  | {readonly type: "setOptions"; readonly options: ViewOptions}
  | {readonly type: "setColours"; readonly colours: ColourChoice}
  | {readonly type: "scoreAgain"}
  | {readonly type: "cancel"};

/** The state that VS Code saves for the view. After a reload, the host rebuilds the panel from it. */
export interface ViewState {
  readonly version: typeof protocolVersion;
  /** The text's place, as the host sent it last. */
  readonly source: Source;
  /** Null if there is none, or if it is too long to save: then it has to be scored again. */
  readonly scored: SavedText | null;
  readonly colours: ColourChoice;
  /** The view stays as it is: see {@link ViewOptions}. */
  readonly isPinned: boolean;
  /** The token that had the keyboard focus last. */
  readonly token: number;
  readonly scroll: ScrollAnchor | null;
  readonly layout: Layout;
}

/** Where the card of a token is: "auto" is at the side of a wide view, and beside the token in others. */
export const cardPlaces = ["auto", "side", "bottom", "floating"] as const;
export type CardPlace = (typeof cardPlaces)[number];

/** What the user arranged in the view. */
export interface Layout {
  readonly place: CardPlace;
  /** Pixels of the dock at the side and at the bottom; null: not chosen. */
  readonly sideSize: number | null;
  readonly bottomSize: number | null;
  readonly tab: "token" | "charts";
  /** Whether all numbers of the text are open. */
  readonly showsNumbers: boolean;
  /** Whether white space and control characters are drawn everywhere. */
  readonly showsInvisible: boolean;
}

export const usualLayout: Layout = {
  place: "auto",
  sideSize: null,
  bottomSize: null,
  tab: "token",
  showsNumbers: false,
  showsInvisible: false
};

/** A token near the top of the viewport, and its distance from that top in pixels. */
export interface ScrollAnchor {
  readonly token: number;
  readonly offset: number;
}
