import {completionEnd} from "../completion/stop";
import type {Sample, SampleParams} from "../contract/sampling";
import {Candidates} from "../sampling/candidates";
import {applySamplers} from "../sampling/chain";
import {draw} from "../sampling/draw";
import type {DryBreakers} from "../sampling/dry";
import {Random} from "../sampling/random";
import type {TokenChooser, TokenTable} from "./backend";
import type {TokenFilter} from "./constraints";

/** What all continuations of a prompt have in common. */
export interface ContinuationParts {
  readonly params: Pick<SampleParams, "samplers" | "maxTokens" | "extent" | "stopTexts" | "seed">;
  readonly prompt: Int32Array;
  /** The text before the continuation, of which `extent` takes its measure. */
  readonly prefix: string;
  /** Tokens that there is room for behind the prompt. */
  readonly room: number;
  readonly table: TokenTable;
  readonly breakers: DryBreakers;
  /** Makes a new one for each continuation. */
  readonly filter?: (() => TokenFilter) | undefined;
  /** Told after each token of what has been written. */
  readonly onToken: (index: number, text: string, tokens: number) => void;
}

/** One continuation: draws token by token until it ends. */
export class Continuation implements TokenChooser {
  private readonly random: Random;
  private readonly filter: TokenFilter | undefined;
  private readonly ids: number[] = [];
  private logprobs: number[] | Float64Array = [];
  private readonly drawnLogprobs: number[] = [];
  private readonly allowedMasses: number[] = [];
  private readonly wantedForbidden: number[] = [];
  /** The prompt's tokens and those behind it. */
  private readonly history: Int32Array;
  // Holds back the bytes of a character that is not complete yet.
  private readonly decoder = new TextDecoder("utf-8", {ignoreBOM: true});
  private whole = "";
  /** Where the text ends in `whole`, in UTF-16 units. */
  private end: number | undefined;
  private stop: Sample["stop"] | undefined;

  constructor(
    private readonly index: number,
    private readonly parts: ContinuationParts
  ) {
    const {params, prompt, room, filter} = parts;
    this.random = Random.ofSeed(params.seed + index);
    this.filter = filter?.();
    this.history = new Int32Array(prompt.length + Math.min(room, params.maxTokens));
    this.history.set(prompt);
  }

  get ended(): boolean {
    return this.stop !== undefined;
  }

  next(logits: Float32Array): number | null {
    const {parts, filter, ids, random} = this;
    const {params, prompt, room, table, breakers} = parts;
    if (ids.length >= room) return this.endBefore("context");
    const allowed = filter === undefined ? logits : filter.allowed(logits);
    if (allowed === null) return this.endBefore("constraint");
    const history = this.history.subarray(0, prompt.length + ids.length);
    const sampled = applySamplers(allowed, params.samplers, history, {breakers, facts: false});
    const id = draw(sampled, random);
    if (table.endsText(id)) return this.endBefore("end");
    const logSum = filter === undefined ? sampled.raw.logSum : logSumOf(logits);
    if (filter !== undefined) {
      this.wantedForbidden.push(filter.allows(firstChoiceOf(logits)) ? 0 : 1);
      filter.accept(id);
      this.allowedMasses.push(Math.min(1, Math.exp(sampled.raw.logSum - logSum)));
    }
    this.history[history.length] = id;
    ids.push(id);
    (this.logprobs as number[]).push((logits[id] as number) - logSum);
    this.drawnLogprobs.push(Math.log(sampled.probabilities[sampled.ids.indexOf(id)] as number));
    this.whole += this.decoder.decode(table.bytes(id), {stream: true});
    this.stop = this.stopBehind();
    parts.onToken(this.index, this.text, ids.length);
    return id;
  }

  scored(logprobs: Float64Array): void {
    this.logprobs = logprobs;
  }

  sample(): Sample {
    const {text, ids, logprobs, drawnLogprobs, allowedMasses, wantedForbidden, filter, stop = "stopped"} = this;
    return {
      text,
      ids: Int32Array.from(ids),
      texts: ids.map((id) => this.parts.table.text(id)),
      logprobs: Float64Array.from(logprobs),
      drawnLogprobs: Float64Array.from(drawnLogprobs),
      ...(filter && {
        allowedMasses: Float64Array.from(allowedMasses),
        wantedForbidden: Uint8Array.from(wantedForbidden)
      }),
      stop
    };
  }

  private get text(): string {
    return this.whole.slice(0, this.end);
  }

  private endBefore(stop: Sample["stop"]): null {
    this.stop = stop;
    return null;
  }

  /** How it ends with the last token, if it does. */
  private stopBehind(): Sample["stop"] | undefined {
    const {extent, stopTexts = [], maxTokens} = this.parts.params;
    const found = stopTexts.map((text) => this.whole.indexOf(text)).filter((at) => at !== -1);
    const ofText = found.length === 0 ? undefined : Math.min(...found);
    const ofExtent = completionEnd(this.whole, this.parts.prefix, extent);
    if (ofText !== undefined && ofText <= (ofExtent ?? ofText)) {
      this.end = ofText;
      return "text";
    }
    if (ofExtent !== undefined) {
      this.end = ofExtent;
      return extent === "line" ? "line" : "block";
    }
    return this.ids.length >= maxTokens ? "maxTokens" : undefined;
  }
}

/** A token's logprob is its logit minus this. */
function logSumOf(logits: Float32Array): number {
  const {max, sum} = Candidates.of(logits).softmax;
  return max + Math.log(sum);
}

/** The most probable token. */
function firstChoiceOf(logits: Float32Array): number {
  let first = 0;
  for (let id = 1; id < logits.length; id++) if ((logits[id] as number) > (logits[first] as number)) first = id;
  return first;
}
