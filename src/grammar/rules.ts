import type {CharSet} from "./charSet";
import type {GrammarPlace} from "./grammarError";

/** What a rule's sequence is made of: a character, another rule, or a token of the vocabulary. */
export type Item =
  | {readonly kind: "chars"; readonly set: CharSet}
  | {readonly kind: "rule"; readonly rule: number}
  | {readonly kind: "token"; readonly id: number; readonly negated: boolean};

export interface Rule {
  readonly name: string;
  /** Where it is defined; of a group or a repetition, where it stands. */
  readonly place: GrammarPlace;
  readonly alternates: readonly (readonly Item[])[];
}

/** A grammar that was read: groups and repetitions have become rules. */
export interface GrammarRules {
  readonly rules: readonly Rule[];
  readonly root: number;
}
