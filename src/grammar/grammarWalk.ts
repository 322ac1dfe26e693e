import type {AllowedTokens} from "./allowedTokens";
import type {GrammarState} from "./grammar";
import type {TokenSet} from "./tokenSet";
import type {TokenBytes} from "./tokenTrie";

/** A place in a text under a grammar, before one of its tokens. */
export interface GrammarPosition {
  /** The token's index in the text. */
  readonly index: number;
  readonly id: number;
  readonly allowed: TokenSet;
  readonly isAllowed: boolean;
}

/** Follows a text's tokens through a grammar. */
export class GrammarWalk {
  /** Null behind a token that the grammar forbids. */
  private reached: GrammarState | null;

  constructor(
    private readonly tokens: AllowedTokens,
    private readonly vocabulary: TokenBytes,
    start: GrammarState = tokens.grammar.start
  ) {
    this.reached = start;
  }

  /** Where the text stands; null behind a token that the grammar forbids. */
  get state(): GrammarState | null {
    return this.reached;
  }

  /** The tokens that may come next; null behind a token that the grammar forbids. */
  get allowed(): TokenSet | null {
    return this.reached && this.tokens.in(this.reached);
  }

  /** The tokens so far are a whole text of the grammar. */
  get isComplete(): boolean {
    return this.reached?.canEnd === true;
  }

  /**
   * Goes on by a token. False if the grammar forbids it: then it stays behind it for good.
   * @throws GrammarError if the grammar is too ambiguous
   */
  accept(id: number): boolean {
    const {reached, vocabulary} = this;
    if (reached === null) return false;
    // The end of a text is no text.
    if (vocabulary.endsText(id)) return reached.canEnd;
    this.reached = this.tokens.grammar.accept(reached, vocabulary.bytes(id), id);
    return this.reached !== null;
  }

  /** The places before each token of a text, up to the first one that the grammar forbids. */
  *positions(ids: Iterable<number>): Generator<GrammarPosition> {
    let index = 0;
    for (const id of ids) {
      const {allowed} = this;
      if (allowed === null) return;
      const isAllowed = allowed.has(id);
      yield {index: index++, id, allowed, isAllowed};
      if (!this.accept(id)) return;
    }
  }

  /** The text that must come next, however it is divided into tokens: as long as the grammar leaves no choice. */
  forcedText(max: number): string {
    return this.reached === null ? "" : this.tokens.grammar.forcedText(this.reached, max);
  }
}
