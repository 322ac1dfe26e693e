import * as l10n from "@vscode/l10n";
import {EngineError} from "../contract/errors";
import type {Constraint} from "../contract/sampling";
import {AllowedTokens} from "../grammar/allowedTokens";
import {Grammar, type GrammarState} from "../grammar/grammar";
import {GrammarError} from "../grammar/grammarError";
import type {JsonLayout} from "../grammar/jsonRules";
import {parseGrammar} from "../grammar/parseGrammar";
import {schemaGrammar} from "../grammar/schemaGrammar";
import {type TokenTrie, tokenTrieSteps} from "../grammar/tokenTrie";
import {listText} from "../text/numberText";
import type {Backend, TokenTable} from "./backend";
import {Turns} from "./turns";

/** What a constraint leaves of a model's distribution, token by token. */
export interface TokenFilter {
  /** The logits with -Infinity for all tokens that may not come next; null where the text can't go on. */
  allowed(logits: Float32Array): Float32Array | null;
  /** A token may come next. */
  allows(id: number): boolean;
  /** A token that may come next has been written. */
  accept(id: number): void;
}

export interface Constrained {
  /** Begins a text. */
  begin(): TokenFilter;
  readonly tokens: AllowedTokens;
  readonly warnings: readonly string[];
}

interface Kept extends Constrained {
  /** What it was made of. */
  readonly key: string;
}

/** Grammars and schemas as filters of one vocabulary's tokens. */
export class Constraints {
  private trie: Promise<TokenTrie> | undefined;
  /** The last one: the same is often asked for again, and knows which tokens it allows where. */
  private last: Kept | undefined;

  constructor(private readonly backend: Pick<Backend, "tokenTable" | "idle">) {}

  /** `layout`: of a schema's JSON. Throws EngineError for a grammar or a schema that can't be used. */
  async of(constraint: Constraint, layout: JsonLayout = "write"): Promise<Constrained> {
    const key = JSON.stringify([constraint, layout]);
    if (this.last?.key === key) return this.last;
    const {grammar: text, warnings} = explaining(() => grammarOf(constraint, layout));
    const table = await this.backend.tokenTable();
    const tokenOf = (written: string) => table.idOf(written) ?? null;
    const grammar = explaining(() => new Grammar(parseGrammar(text, {tokenOf})));
    // No request ends the work on the vocabulary: the next one would have to begin again.
    const turns = () => new Turns((signal) => this.backend.idle(signal), new AbortController().signal);
    this.trie ??= buildTrie(table, turns());
    const tokens = new AllowedTokens(grammar, await this.trie);
    this.last = {key, warnings, tokens, begin: () => new GrammarFilter(tokens, table)};
    return this.last;
  }
}

class GrammarFilter implements TokenFilter {
  private state: GrammarState;

  constructor(
    private readonly tokens: AllowedTokens,
    private readonly table: TokenTable
  ) {
    this.state = tokens.grammar.start;
  }

  allowed(logits: Float32Array): Float32Array | null {
    const {tokens, state} = this;
    const {bits} = explaining(() => tokens.in(state));
    const ends = tokens.trie.ends.bits;
    const left = new Float32Array(logits.length).fill(Number.NEGATIVE_INFINITY);
    let goesOn = false;
    for (let id = 0; id < logits.length; id++) {
      const word = id >>> 5;
      if ((((bits[word] as number) >>> (id & 31)) & 1) === 0) continue;
      const logit = logits[id] as number;
      left[id] = logit;
      goesOn ||= logit > Number.NEGATIVE_INFINITY && (((ends[word] as number) >>> (id & 31)) & 1) === 0;
    }
    return goesOn ? left : null;
  }

  allows(id: number): boolean {
    const {tokens, state} = this;
    return explaining(() => tokens.in(state)).has(id);
  }

  accept(id: number): void {
    const {tokens, table, state} = this;
    const reached = explaining(() => tokens.grammar.accept(state, table.grammarBytes(id), id));
    if (reached === null) throw new Error("a grammar takes the tokens that it allows");
    this.state = reached;
  }
}

async function buildTrie(table: TokenTable, turns: Turns): Promise<TokenTrie> {
  const {size} = table;
  // A sample ends at each mark, also at those that a grammar takes for text elsewhere: so they come where the grammar can end.
  const steps = tokenTrieSteps({
    size,
    bytes: (id) => table.grammarBytes(id),
    endsText: (id) => table.endsText(id)
  });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (turns.over) await turns.next();
  }
}

function grammarOf(
  constraint: Constraint,
  layout: JsonLayout
): {readonly grammar: string; readonly warnings: readonly string[]} {
  if (constraint.kind === "gbnf") return {grammar: constraint.grammar, warnings: []};
  const {grammar, unchecked} = schemaGrammar(parsed(constraint.schema), layout);
  if (unchecked.length === 0) return {grammar, warnings: []};
  const keywords = [...new Set(unchecked.map(({keyword}) => keyword))];
  return {
    grammar,
    warnings: [
      l10n.t(
        "The grammar made of the JSON schema does not check all that it says: {0} are left out.",
        listText(keywords)
      )
    ]
  };
}

function parsed(schema: string): unknown {
  try {
    return JSON.parse(schema);
  } catch {
    throw new EngineError("invalidRequest", l10n.t("The JSON schema is no JSON: correct it, or choose another file."));
  }
}

/** Turns a mistake in a grammar into an answer for people. */
export function explaining<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof GrammarError) throw new EngineError("invalidRequest", error.message);
    throw error;
  }
}
