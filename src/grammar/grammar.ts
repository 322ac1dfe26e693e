import type {CharSet} from "./charSet";
import {CodePointClasses} from "./codePointClasses";
import type {GrammarRules} from "./rules";
import {type Stack, Stacks} from "./stacks";
import {addByte, type DecodedToken, decodeToken, type PartialCharacter, possibleCharacters} from "./utf8";

/** States that are known at once. Their memory is some kilobytes each. */
const maxStates = 20_000;

/** Where a text stands in a grammar. Immutable; two of the same grammar that mean the same are the same object. */
export interface GrammarState {
  /** All that may come, each as a stack whose top is a character or a token. The empty one: the text may end. */
  readonly stacks: readonly Stack[];
  readonly canEnd: boolean;
  /** The character whose first bytes the last token had. */
  readonly partial: PartialCharacter | null;
}

interface State extends GrammarState {
  /** The state after a character, by its class; null if it can't come. */
  readonly next: (State | null | undefined)[];
}

/**
 * A grammar as an automaton over characters, with one stack for each way in which the text so far may be read, as llama.cpp's. It keeps
 * the states that it met, since texts come back to few of them.
 */
export class Grammar {
  readonly start: GrammarState;
  private readonly stacks: Stacks;
  private readonly classes: CodePointClasses;
  private states = new Map<string, State>();

  constructor(rules: GrammarRules) {
    this.stacks = new Stacks(rules);
    this.classes = new CodePointClasses(this.stacks.sets);
    this.start = this.state(this.stacks.start(rules.root), null);
  }

  /**
   * The state after a token, or null if the grammar doesn't allow it. `id`: for grammars that name tokens.
   * @throws GrammarError if the grammar is too ambiguous
   */
  accept(state: GrammarState, bytes: Uint8Array, id?: number): GrammarState | null {
    this.limitWork();
    const token = decodeToken(bytes);
    return token === null ? null : this.acceptDecoded(state, token, id);
  }

  acceptDecoded(state: GrammarState, token: DecodedToken, id?: number): GrammarState | null {
    const {head} = token;
    const {partial} = state;
    if (head.length > 0 && (partial === null || head.length > partial.missing)) return null;
    let pending = partial;
    if (partial !== null) {
      const value = head.reduce(addByte, partial.value);
      const missing = partial.missing - head.length;
      const goesOn = token.codePoints.length > 0 || token.tail !== null;
      if (head.length === 0 || (missing > 0 && goesOn)) return null;
      pending = {value, missing};
    }
    const whole = [...(pending?.missing === 0 ? [pending.value] : []), ...token.codePoints];
    const tail = pending !== null && pending.missing > 0 ? pending : token.tail;
    let reached: State | null = this.withoutPartial(state);
    for (const codePoint of whole) {
      reached = this.step(reached, this.classes.of(codePoint));
      if (reached === null) break;
    }
    const read = reached === null ? [] : tail === null ? reached.stacks : this.waiting(reached, tail);
    // As in llama.cpp, a token that a grammar names has to have a whole character.
    const named = whole.length > 0 && id !== undefined ? this.stacks.afterToken(state.stacks, id) : [];
    if (read.length === 0 && named.length === 0) return null;
    return this.state(named.length === 0 ? read : [...new Set([...read, ...named])], tail);
  }

  /** Begins a question, whose work is limited. */
  limitWork(): void {
    this.stacks.limitWork();
  }

  /** The class of a character: characters of the same one are the same to the grammar. */
  classOf(codePoint: number): number {
    return this.classes.of(codePoint);
  }

  /** The state after a whole character of a class, from one without a partial character. */
  step(state: GrammarState, codePointClass: number): State | null {
    const from = state as State;
    const known = from.next[codePointClass];
    if (known !== undefined) return known;
    const stacks = this.stacks.afterCharacter(from.stacks, this.classes.representative(codePointClass));
    const reached = stacks.length === 0 ? null : this.state(stacks, null);
    from.next[codePointClass] = reached;
    return reached;
  }

  /** A state for going on with whole characters from one that waits for the rest of one. */
  withoutPartial(state: GrammarState): State {
    return state.partial === null ? (state as State) : this.state(state.stacks, null);
  }

  /** Some character that begins with these bytes may come. */
  mayHave(state: GrammarState, partial: PartialCharacter): boolean {
    const range = possibleCharacters(partial);
    return range !== null && state.stacks.some((stack) => this.setAt(stack)?.mayHave(...range) === true);
  }

  /** The characters that must come next, one after the other, as long as there is no choice. `max`: UTF-16 units, about. */
  forcedText(state: GrammarState, max: number): string {
    this.limitWork();
    let text = "";
    let reached: GrammarState | null = state;
    while (reached !== null && reached.partial === null && text.length < max) {
      const only = new Set(reached.stacks.map((stack) => this.setAt(stack)?.only ?? null));
      const [codePoint = null] = only;
      if (only.size !== 1 || codePoint === null || codePoint > 0x10ffff) break;
      text += String.fromCodePoint(codePoint);
      reached = this.step(reached, this.classes.of(codePoint));
    }
    return text;
  }

  /** The tokens that the grammar names at this place. */
  namedTokens(state: GrammarState): readonly {readonly id: number; readonly negated: boolean}[] {
    return state.stacks.flatMap((stack) => this.stacks.tokenAt(stack) ?? []);
  }

  private setAt(stack: Stack): CharSet | undefined {
    return this.stacks.setAt(stack);
  }

  /**
   * The stacks behind the first bytes of a character: none if no character that begins with them may come, or else all that wait for a
   * character, as in llama.cpp, where each byte may be a token of its own.
   */
  private waiting(state: GrammarState, partial: PartialCharacter): readonly Stack[] {
    return this.mayHave(state, partial) ? state.stacks.filter((stack) => this.setAt(stack) !== undefined) : [];
  }

  private state(stacks: readonly Stack[], partial: PartialCharacter | null): State {
    const ids = stacks.map(({id}) => id).sort((a, b) => a - b);
    const key = `${ids.join()}${partial === null ? "" : `;${partial.value},${partial.missing}`}`;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    if (this.states.size >= maxStates) this.forget();
    const state: State = {stacks, canEnd: stacks.includes(this.stacks.bottom), partial, next: []};
    this.states.set(key, state);
    return state;
  }

  /** Drops all states but those that somebody holds. */
  private forget(): void {
    for (const state of this.states.values()) state.next.length = 0;
    this.states = new Map();
  }
}
