import type {ConstrainedScores} from "../contract/constrained";
import type {Scores} from "../contract/scoring";
import {type ConstrainedToken, constrainedSums} from "../grammar/constrained";
import type {GrammarState} from "../grammar/grammar";
import {TokenSet} from "../grammar/tokenSet";
import type {PositionSets, TextTokens, TokenTable} from "./backend";
import {type Constrained, explaining} from "./constraints";
import type {Turns} from "./turns";

/** A space, which SentencePiece puts in front of a text. */
const space = 0x20;

interface ConstrainedText extends Pick<TextTokens, "ids" | "ends"> {
  /** Tokens of the context. */
  readonly contextTokens: number;
}

/** A text's way through a grammar: which tokens are allowed at each of its tokens, and what that does to the model's distributions. */
export class TextUnderConstraint implements PositionSets {
  /** Before each token, up to the first one that is forbidden. */
  private readonly states: GrammarState[] = [];
  /** Behind the last token; null where one is forbidden. */
  private end: GrammarState | null;
  private readonly cutOff: Float64Array;
  private readonly decided: Float64Array;
  private readonly allowed: Int32Array;
  /** By the state, where the tokenizer has put a space in front. */
  private readonly spaced = new Map<GrammarState, TokenSet>();

  private constructor(
    private readonly text: ConstrainedText,
    private readonly constrained: Constrained,
    private readonly table: TokenTable,
    private readonly turns: Turns
  ) {
    const {length} = text.ids;
    this.end = constrained.tokens.grammar.start;
    this.cutOff = new Float64Array(length).fill(Number.NaN);
    this.decided = new Float64Array(length).fill(Number.NaN);
    this.allowed = new Int32Array(length).fill(-1);
  }

  /** Follows the text through the grammar. */
  static async of(
    text: ConstrainedText,
    constrained: Constrained,
    table: TokenTable,
    turns: Turns
  ): Promise<TextUnderConstraint> {
    const under = new TextUnderConstraint(text, constrained, table, turns);
    for (const index of text.ids.keys()) {
      if (under.end === null) break;
      under.states.push(under.end);
      under.end = under.behind(under.end, index);
      if (turns.over) await turns.next();
    }
    return under;
  }

  async between(start: number, end: number): Promise<readonly Uint32Array[]> {
    const {contextTokens} = this.text;
    const sets: Uint32Array[] = [];
    for (let index = start - contextTokens; index < Math.min(end - contextTokens, this.states.length); index++) {
      const set = await this.setAt(index);
      this.allowed[index] = set.size;
      sets.push(set.bits);
      if (this.turns.over) await this.turns.next();
    }
    return sets;
  }

  keep(first: number, {cutOff, decided}: {readonly cutOff: Float64Array; readonly decided: Float64Array}): void {
    this.cutOff.set(cutOff, first - this.text.contextTokens);
    this.decided.set(decided, first - this.text.contextTokens);
  }

  /** What it does to these scores, whose first alternatives are the model's first choices. */
  async result({logprobs, detail}: Pick<Scores, "logprobs" | "detail">): Promise<ConstrainedScores> {
    const {allowed, cutOff, decided, states, end} = this;
    const count = logprobs.length;
    const leavesAt = end === null ? states.length - 1 : null;
    const known = {logprobs: new Float64Array(count).fill(Number.NaN), wanted: new Int32Array(count).fill(-1)};
    const wantedForbidden = new Uint8Array(count);
    const tokens: ConstrainedToken[] = [];
    for (let index = 0; index < count; index++) {
      const logprob = logprobs[index] ?? Number.NaN;
      if (Number.isNaN(logprob) || index >= states.length) {
        allowed[index] = -1;
        cutOff[index] = Number.NaN;
        decided[index] = Number.NaN;
        continue;
      }
      const isAllowed = index !== leavesAt;
      const wanted = detail?.topIds[index * detail.top] ?? -1;
      const position = {
        allowed: allowed[index] ?? 0,
        cutOff: cutOff[index] ?? 0,
        decided: decided[index] ?? 0,
        wanted,
        wantedAllowed: (await this.setAt(index)).has(wanted),
        wantedLogprob: detail?.topLogprobs[index * detail.top] ?? Number.NaN
      };
      const constrainedLogprob = isAllowed ? Math.min(0, logprob + position.decided) : Number.NEGATIVE_INFINITY;
      known.logprobs[index] = constrainedLogprob;
      known.wanted[index] = wanted;
      wantedForbidden[index] = position.wantedAllowed ? 0 : 1;
      if (isAllowed) tokens.push({...position, isAllowed, logprob, constrainedLogprob});
      if (this.turns.over) await this.turns.next();
    }
    const {forbiddenAt: _, ...sums} = constrainedSums(tokens);
    const isComplete = end?.canEnd === true;
    return {allowed, cutOff, decided, ...known, wantedForbidden, leavesAt, isComplete, sums};
  }

  private behind(state: GrammarState, index: number): GrammarState | null {
    const {table, text} = this;
    const id = text.ids[index] as number;
    // The end of a text is no text.
    if (table.endsText(id)) return state.canEnd ? state : null;
    const bytes = table.grammarBytes(id);
    if (!this.hasSpaceInFront(index)) return this.accept(state, bytes, id);
    return bytes.length === 1 ? state : this.accept(state, bytes.subarray(1), id);
  }

  private accept(state: GrammarState, bytes: Uint8Array, id: number): GrammarState | null {
    return explaining(() => this.constrained.tokens.grammar.accept(state, bytes, id));
  }

  /** The tokenizer has put a space in front, which is not the text's. */
  private hasSpaceInFront(index: number): boolean {
    const {ids, ends} = this.text;
    const bytes = this.table.grammarBytes(ids[index] as number);
    if (bytes[0] !== space || ends === null) return false;
    return bytes.length === (ends[index] as number) - (ends[index - 1] ?? 0) + 1;
  }

  private async setAt(index: number): Promise<TokenSet> {
    const {tokens} = this.constrained;
    const state = this.states[index] as GrammarState;
    if (!this.hasSpaceInFront(index)) return explaining(() => tokens.in(state));
    let set = this.spaced.get(state);
    if (set === undefined) {
      set = await this.withSpaceInFront(state);
      this.spaced.set(state, set);
    }
    return set;
  }

  /** The tokens that are allowed as they are, or without the space in front: both are written as the same text. */
  private async withSpaceInFront(state: GrammarState): Promise<TokenSet> {
    const {table, turns, constrained} = this;
    const set = new TokenSet(table.size);
    set.addAll(explaining(() => constrained.tokens.in(state)));
    for (let id = 0; id < table.size; id++) {
      const bytes = table.grammarBytes(id);
      if (bytes[0] !== space || table.endsText(id)) continue;
      if (bytes.length === 1 || this.accept(state, bytes.subarray(1), id) !== null) set.add(id);
      if (turns.over) await turns.next();
    }
    return set;
  }
}
