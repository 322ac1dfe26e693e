import type {LlamaContextSequence} from "node-llama-cpp";
import {automaticContextLimit} from "../../contract/models";
import type {RequestContext} from "../backend";
import type {LoadedVocabulary} from "./loadedVocabulary";
import {hasSameRope} from "./longRope";
import type {Sequences} from "./sequences";
import type {Weights} from "./weights";

/** Contexts with one sequence each; the second is made when it is of use. */
interface Contexts {
  readonly size: number;
  readonly sequence: Promise<LlamaContextSequence>;
  second: Promise<LlamaContextSequence> | undefined;
}

/** The KV caches for scoring. */
export class ScoringContexts {
  private contexts: Contexts | undefined;

  constructor(
    private readonly loaded: Promise<LoadedVocabulary>,
    private readonly weights: Weights,
    private readonly sequences: Sequences
  ) {}

  /** The weights that they belong to are disposed of, and they with them. */
  forget(): void {
    this.contexts = undefined;
  }

  /** A sequence with room for `window` tokens; a greater one than the last gets a new KV cache. */
  async first(window: number, context: RequestContext): Promise<LlamaContextSequence> {
    const {model: header} = await this.loaded;
    const old = this.contexts;
    if (old !== undefined && old.size >= window && hasSameRope(header.fileInfo, old.size, window))
      return await old.sequence;
    const model = await this.weights.get(context);
    this.contexts = undefined;
    for (const sequence of [old?.sequence, old?.second])
      await (await sequence?.catch(() => undefined))?.context.dispose();
    const made: Contexts = {size: window, sequence: this.sequences.create(model, window), second: undefined};
    this.contexts = made;
    made.sequence.catch(() => {
      if (this.contexts === made) this.contexts = undefined;
    });
    return await made.sequence;
  }

  /** The sequences to score this many tokens on: two where there is more than one window, and memory for it. */
  async forTokens(count: number, window: number, context: RequestContext): Promise<LlamaContextSequence[]> {
    const first = await this.first(window, context);
    const {contexts} = this;
    if (contexts === undefined || count < window || contexts.size > automaticContextLimit) return [first];
    contexts.second ??= this.sequences.create(first.model, contexts.size);
    // Without the second it only takes longer.
    const second = await contexts.second.catch(() => undefined);
    return second === undefined ? [first] : [first, second];
  }
}
