import type {ModelRef} from "../contract/models";
import type {Alternative, Scores} from "../contract/scoring";
import type {DocumentRange} from "./documents/documentRange";

/** A token of a scored text, and its place in its document. Offsets are UTF-16 units, in the document now. */
export interface TokenPlace extends DocumentRange {
  /** "sample.py, line 3". Safe to show as text anywhere. */
  readonly title: string;
  /** What stands in the document before the token, in its place, and behind it: the place is known by it. */
  readonly before: string;
  readonly own: string;
  readonly behind: string;
  /** The token has this place for itself: it begins and ends with whole characters. */
  readonly isWhole: boolean;
  readonly scored: Pick<Scores, "ids" | "contextIds" | "windowing" | "logprobs"> & {
    readonly spec: ModelRef;
    readonly model: Pick<Scores["model"], "name" | "file" | "sha256">;
  };
  /** Index into the scored ids. */
  readonly token: number;
}

/** UTF-16 units by which a place is known in its document, on each side. */
export const nearLength = 64;

/**
 * A token that the model could have written in place of one of a text, as a command's argument within the extension. A class, because
 * a link or a key binding can't create an instance.
 */
export class TriedAlternative {
  constructor(
    readonly place: TokenPlace,
    readonly alternative: Pick<Alternative, "id" | "logprob">
  ) {}
}

/** What a link or a menu may say: a token of the logprobs view in use, or with a document of its heatmap, and the alternative's id. */
export interface AlternativeChoice {
  readonly token: number;
  readonly alternative: number;
  readonly uri?: string;
}

/** Resolves with undefined where there is no such token, or the model has not named this alternative. */
export type FindAlternative = (choice: AlternativeChoice) => Promise<TriedAlternative | undefined>;

/** Where alternatives are shown. The features that show them say so, as features don't know each other. */
export class ShownAlternatives {
  ofView: FindAlternative = async () => undefined;
  ofHeatmap: FindAlternative = async () => undefined;

  async find(choice: AlternativeChoice): Promise<TriedAlternative | undefined> {
    return await (choice.uri === undefined ? this.ofView(choice) : this.ofHeatmap(choice));
  }
}
