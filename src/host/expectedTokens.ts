import type {ModelRef} from "../contract/models";
import type {Alternative, Alternatives, AlternativesParams, ScoreDetail, Scores} from "../contract/scoring";
import {scoringBatch} from "../gguf/batches";
import {runInSlices} from "./cooperativeWork";
import type {Cancellation} from "./engine/cancellation";
import type {EngineClient} from "./engine/engineClient";

/** What of a score tells, or lets the engine tell, what was expected in place of its tokens. */
export interface ScoredTokens
  extends Pick<Scores, "spec" | "ids" | "contextIds" | "windowing" | "logprobs" | "detail"> {
  readonly model: {readonly sha256: string};
}

/** How the engine is asked where the score doesn't tell. */
export interface Asking {
  /** In place of the model that made the score, if that must not be asked. */
  readonly model?: ModelRef;
  readonly token?: Cancellation;
}

/** Ids in one request for bytes: the engine answers others after some milliseconds of this. */
const idsAtOnce = 1 << 12;

const decoder = new TextDecoder("utf-8", {ignoreBOM: true});

/** Alternatives looked at in one go: a long text has a million of them. */
const idsInStep = 1 << 12;

/**
 * What the model expected in place of the tokens of one score. Where the score has detail, the answer is in it: no engine is
 * asked, so it comes at once, while another text is scored and after the engine's end too, and its numbers are of the
 * score's own run. Without detail (the model gives none for free, or the score was kept over a reload) the engine is asked.
 */
export class ExpectedTokens {
  private bytes: Promise<ReadonlyMap<number, Uint8Array>> | undefined;

  constructor(
    private readonly engine: Pick<EngineClient, "request">,
    private readonly scored: ScoredTokens
  ) {
    // Asked for now, because the engine still has the vocabulary. If this fails, the next look asks again.
    if (scored.detail !== null) this.bytesOf(scored.detail).catch(() => undefined);
  }

  /** True if the engine need not look at the token again. */
  knows(token: number): boolean {
    const {detail, logprobs} = this.scored;
    return detail !== null && !Number.isNaN(logprobs[token] ?? Number.NaN);
  }

  /**
   * The prediction in place of a token, with the best `top` alternatives of those that a score has by default
   * (`fullDetail`). Rejects as {@link EngineClient.request} does.
   */
  async at(token: number, top: number, {model, token: cancellation}: Asking = {}): Promise<Alternatives> {
    const {detail, logprobs, spec} = this.scored;
    if (detail === null || !this.knows(token)) {
      const params = {model: model ?? spec, ...alternativesParams(this.scored, token, top)};
      return await this.engine.request("alternatives", params, {token: cancellation});
    }
    const bytes = await this.bytesOf(detail);
    return {
      logprob: logprobs[token] ?? Number.NaN,
      rank: detail.ranks[token] ?? 0,
      entropy: detail.entropies[token] ?? Number.NaN,
      top: alternativesAt(detail, token, top, bytes)
    };
  }

  private bytesOf(detail: ScoreDetail): Promise<ReadonlyMap<number, Uint8Array>> {
    if (this.bytes !== undefined) return this.bytes;
    const bytes = this.requestBytes(detail.topIds);
    this.bytes = bytes;
    bytes.catch(() => {
      this.bytes = undefined;
    });
    return bytes;
  }

  private async requestBytes(topIds: Int32Array): Promise<ReadonlyMap<number, Uint8Array>> {
    const known = new Map<number, Uint8Array>();
    const all = await runInSlices(distinct(topIds));
    for (let from = 0; from < all.length; from += idsAtOnce) {
      const ids = all.slice(from, from + idsAtOnce);
      const {bytes, ends} = await this.engine.request("tokenBytes", {model: this.scored.spec, ids});
      for (const [index, id] of ids.entries()) known.set(id, bytes.slice(ends[index - 1] ?? 0, ends[index]));
    }
    return known;
  }
}

function alternativesAt(
  {top, topIds, topLogprobs}: ScoreDetail,
  token: number,
  wanted: number,
  bytesOfIds: ReadonlyMap<number, Uint8Array>
): Alternative[] {
  const found: Alternative[] = [];
  const start = token * top;
  for (let at = start; at < start + Math.min(top, wanted); at++) {
    const id = topIds[at] ?? -1;
    const bytes = bytesOfIds.get(id) ?? new Uint8Array();
    if (id >= 0) found.push({id, text: decoder.decode(bytes), bytes, logprob: topLogprobs[at] ?? Number.NaN});
  }
  return found;
}

/** The ids that occur, each once, without the -1 of alternatives that there are not. */
function* distinct(ids: Int32Array): Generator<void, Int32Array> {
  const found = new Set<number>();
  for (let from = 0; from < ids.length; from += idsInStep) {
    for (const id of ids.subarray(from, from + idsInStep)) if (id >= 0) found.add(id);
    yield;
  }
  return Int32Array.from(found);
}

/** Parameters to ask what the model expected in place of a token, in the context in which the token was scored. */
function alternativesParams(
  {contextIds, ids: scoredIds, windowing, model: {sha256}}: ScoredTokens,
  token: number,
  top: number
): Omit<AlternativesParams, "model"> {
  const position = contextIds.length + token;
  // The rest of the token's batch comes along; no vocabulary has larger batches.
  const end = Math.min(scoredIds.length, token + 1 + scoringBatch(0));
  const ids = new Int32Array(contextIds.length + end);
  ids.set(contextIds);
  ids.set(scoredIds.subarray(0, end), contextIds.length);
  return {ids, position, windowing, sha256, top};
}
