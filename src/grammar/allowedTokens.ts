import type {Grammar, GrammarState} from "./grammar";
import {TokenSet} from "./tokenSet";
import type {TokenTrie} from "./tokenTrie";
import type {PartialCharacter} from "./utf8";

/** Sets that are kept: a text comes back to the same states, and a set of 262,144 tokens takes 32 kB. */
const maxKept = 128;

/** Which tokens of a vocabulary a grammar allows. */
export class AllowedTokens {
  /** The class of each character in tokens. */
  private readonly classes: Int32Array;
  /** By state, the one that was asked for last at the end. */
  private readonly kept = new Map<GrammarState, TokenSet>();
  /** The state after each node on the way to the present one. */
  private readonly path: GrammarState[] = [];

  constructor(
    readonly grammar: Grammar,
    readonly trie: TokenTrie
  ) {
    this.classes = trie.characters.map((codePoint) => grammar.classOf(codePoint));
  }

  /**
   * The tokens that may come next. Not to be changed: it is kept.
   * @throws GrammarError if the grammar is too ambiguous
   */
  in(state: GrammarState): TokenSet {
    const known = this.kept.get(state);
    this.kept.delete(state);
    const tokens = known ?? this.find(state);
    this.kept.set(state, tokens);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= maxKept) break;
      this.kept.delete(oldest);
    }
    return tokens;
  }

  private find(state: GrammarState): TokenSet {
    const {grammar, trie} = this;
    grammar.limitWork();
    const found = new TokenSet(trie.vocabularySize);
    if (state.partial === null) this.walk(state, found);
    else for (const {id, decoded} of trie.inner) if (grammar.acceptDecoded(state, decoded, id) !== null) found.add(id);
    this.addNamed(state, found);
    if (state.canEnd) found.addAll(trie.ends);
    return found;
  }

  /** Adds tokens whose characters may come. The loop runs for each node, up to a million times: so it is written out. */
  private walk(state: GrammarState, found: TokenSet): void {
    const {grammar, classes, path, trie} = this;
    const {character, depth, end, firstToken, tokens, partials} = trie;
    const {bits} = found;
    const nodes = character.length;
    const whole = classes.length;
    for (let node = 0; node < nodes; ) {
      const at = depth[node] as number;
      const from = at === 0 ? state : (path[at - 1] as GrammarState);
      const symbol = character[node] as number;
      const reached =
        symbol < whole
          ? grammar.step(from, classes[symbol] as number)
          : grammar.mayHave(from, partials[symbol - whole] as PartialCharacter)
            ? from
            : null;
      if (reached === null) {
        node = end[node] as number;
        continue;
      }
      path[at] = reached;
      const last = firstToken[node + 1] as number;
      for (let i = firstToken[node] as number; i < last; i++) {
        const id = tokens[i] as number;
        bits[id >>> 5] = (bits[id >>> 5] as number) | (1 << (id & 31));
      }
      node++;
    }
  }

  /** Adds what the grammar names by its id. Behind a part of a character, `find` has found it. */
  private addNamed(state: GrammarState, found: TokenSet): void {
    if (state.partial !== null) return;
    const {nameable} = this.trie;
    for (const {id, negated} of this.grammar.namedTokens(state)) {
      if (!negated) {
        if (nameable.has(id)) found.add(id);
        continue;
      }
      const had = found.has(id);
      found.addAll(nameable);
      if (!had) found.delete(id);
    }
  }
}
