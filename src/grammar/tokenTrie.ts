import {TokenSet} from "./tokenSet";
import {type DecodedToken, decodeToken, type PartialCharacter} from "./utf8";

/** Tokens, or nodes, between two pauses: about a millisecond's work. */
const atOnce = 1 << 9;

/** The part of a vocabulary that a trie needs. */
export interface TokenBytes {
  readonly size: number;
  /** The bytes that llama.cpp writes for a token, special ones included. Empty: the grammar never allows it. */
  bytes(id: number): Uint8Array;
  /** The token ends the text: it is allowed where the grammar can end, and nowhere else. */
  endsText(id: number): boolean;
}

/** Tokens that begin inside a character, which grammars allow only behind a token that ends inside one. */
export interface InnerToken {
  readonly id: number;
  readonly decoded: DecodedToken;
}

/**
 * All tokens of a vocabulary by their characters, so that what a grammar forbids is found for many at once. Nodes are in the order of a
 * walk that visits a node before those below it.
 */
export interface TokenTrie {
  readonly vocabularySize: number;
  /** The characters in tokens, each once. Nodes name them by their index. */
  readonly characters: Int32Array;
  /** Characters at the ends of tokens that have only their first bytes; a node names one by its index behind the whole characters. */
  readonly partials: readonly PartialCharacter[];
  /** Of each node: its character, its depth from 0, and the node behind all those below it. */
  readonly character: Int32Array;
  readonly depth: Int32Array;
  readonly end: Int32Array;
  /** The tokens that end at node n: `tokens[firstToken[n]]` to `tokens[firstToken[n + 1] - 1]`. */
  readonly firstToken: Int32Array;
  readonly tokens: Int32Array;
  readonly maxDepth: number;
  readonly inner: readonly InnerToken[];
  /** Tokens that begin with a whole character: those that a grammar can name by their ids. */
  readonly nameable: TokenSet;
  readonly ends: TokenSet;
}

/** Builds the trie at once. */
export function tokenTrie(vocabulary: TokenBytes): TokenTrie {
  const steps = tokenTrieSteps(vocabulary);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** Builds the trie in steps of about a millisecond. */
export function* tokenTrieSteps(vocabulary: TokenBytes): Generator<void, TokenTrie> {
  const builder = new Builder(vocabulary);
  for (let id = 0; id < vocabulary.size; id++) {
    builder.add(id);
    if (id % atOnce === 0) yield;
  }
  return yield* builder.finish();
}

class Builder {
  private readonly characters = new Map<number, number>();
  private readonly partials = new Map<string, {readonly index: number; readonly partial: PartialCharacter}>();
  /**
   * Finds the node below another one by its character: a hash table of nodes, 0 where there is none. A Map with a key made of both
   * takes several times as long.
   */
  private table: Int32Array;
  /** Of each node: its character (or -1 - the partial one), the node below it that was added last, and the one beside it. */
  private readonly symbol: number[] = [0];
  private readonly parent: number[] = [-1];
  private readonly lastChild: number[] = [-1];
  private readonly sibling: number[] = [-1];
  /** Of each node, the token that ends there and was added last; and of each token the one before it. */
  private readonly lastToken: number[] = [-1];
  private readonly tokenBefore: Int32Array;
  private readonly inner: InnerToken[] = [];
  private readonly nameable: TokenSet;
  private readonly ends: TokenSet;

  constructor(private readonly vocabulary: TokenBytes) {
    this.table = new Int32Array(1 << Math.ceil(Math.log2(4 * vocabulary.size + 64)));
    this.tokenBefore = new Int32Array(vocabulary.size).fill(-1);
    this.nameable = new TokenSet(vocabulary.size);
    this.ends = new TokenSet(vocabulary.size);
  }

  add(id: number): void {
    if (this.vocabulary.endsText(id)) {
      this.ends.add(id);
      return;
    }
    const decoded = decodeToken(this.vocabulary.bytes(id));
    if (decoded === null) return;
    if (decoded.head.length > 0) {
      // A copy: the vocabulary's bytes may be part of a larger memory.
      this.inner.push({id, decoded: {...decoded, head: decoded.head.slice()}});
      return;
    }
    if (decoded.codePoints.length > 0) this.nameable.add(id);
    let node = 0;
    for (const codePoint of decoded.codePoints) node = this.child(node, this.index(codePoint));
    if (decoded.tail !== null) node = this.child(node, -1 - this.partialIndex(decoded.tail));
    this.tokenBefore[id] = this.lastToken[node] ?? -1;
    this.lastToken[node] = id;
  }

  *finish(): Generator<void, TokenTrie> {
    // The root is no node of the trie.
    const count = this.symbol.length - 1;
    const [character, depth, end] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
    const firstToken = new Int32Array(count + 1);
    const tokens: number[] = [];
    const path: {at: number; next: number}[] = [];
    let [at, maxDepth] = [0, 0];
    for (let node = this.lastChild[0] ?? -1; node !== -1; ) {
      const symbol = this.symbol[node] ?? 0;
      character[at] = symbol < 0 ? this.characters.size - 1 - symbol : symbol;
      depth[at] = path.length;
      maxDepth = Math.max(maxDepth, path.length);
      firstToken[at] = tokens.length;
      for (let id = this.lastToken[node] ?? -1; id !== -1; id = this.tokenBefore[id] ?? -1) tokens.push(id);
      path.push({at: at++, next: this.sibling[node] ?? -1});
      node = this.lastChild[node] ?? -1;
      while (node === -1 && path.length > 0) {
        const left = path.pop();
        if (left === undefined) break;
        end[left.at] = at;
        node = left.next;
      }
      if (at % atOnce === 0) yield;
    }
    firstToken[count] = tokens.length;
    return {
      vocabularySize: this.vocabulary.size,
      characters: Int32Array.from(this.characters.keys()),
      partials: [...this.partials.values()].map(({partial}) => partial),
      character,
      depth,
      end,
      firstToken,
      tokens: Int32Array.from(tokens),
      maxDepth,
      inner: this.inner,
      nameable: this.nameable,
      ends: this.ends
    };
  }

  private index(codePoint: number): number {
    const known = this.characters.get(codePoint) ?? this.characters.size;
    this.characters.set(codePoint, known);
    return known;
  }

  private partialIndex(partial: PartialCharacter): number {
    const key = `${partial.value},${partial.missing}`;
    const known = this.partials.get(key) ?? {index: this.partials.size, partial};
    this.partials.set(key, known);
    return known.index;
  }

  private child(parent: number, symbol: number): number {
    const place = this.place(parent, symbol);
    const known = this.table[place] ?? 0;
    if (known !== 0) return known;
    const node = this.symbol.length;
    this.table[place] = node;
    this.symbol.push(symbol);
    this.parent.push(parent);
    this.lastChild.push(-1);
    this.sibling.push(this.lastChild[parent] ?? -1);
    this.lastChild[parent] = node;
    this.lastToken.push(-1);
    if (2 * node > this.table.length) this.grow();
    return node;
  }

  /** Where the table has a node, or is free for it. */
  private place(parent: number, symbol: number): number {
    const mask = this.table.length - 1;
    let mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b);
    mixed ^= mixed >>> 15;
    for (let place = mixed & mask; ; place = (place + 1) & mask) {
      const node = this.table[place] ?? 0;
      if (node === 0 || (this.parent[node] === parent && this.symbol[node] === symbol)) return place;
    }
  }

  private grow(): void {
    this.table = new Int32Array(2 * this.table.length);
    for (let node = 1; node < this.symbol.length; node++)
      this.table[this.place(this.parent[node] ?? 0, this.symbol[node] ?? 0)] = node;
  }
}
