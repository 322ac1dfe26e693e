import {setImmediate} from "node:timers/promises";
import type {CompleteParams, Completion} from "../contract/completion";
import type {DeviceState} from "../contract/devices";
import type {MemoryEstimate, ModelDescription, ModelRef} from "../contract/models";
import type {
  Alternatives,
  AlternativesParams,
  CountParams,
  CountResult,
  ScoreParams,
  Scores,
  TokenizeParams,
  TokenList,
  TokenTextsParams
} from "../contract/scoring";
import {codePoints, utf8Length} from "../text/textOffsets";
import type {Backend, RequestContext} from "./backend";
import {requireCompleting} from "./capabilities";
import {Scoring} from "./scoring";

/** UTF-16 units whose characters and bytes are counted before others have their turn. */
const measuredAtOnce = 1 << 20;

/** An open model: what requests ask, made of what its backend can do. */
export class Model {
  private readonly scoring: Scoring;

  constructor(
    ref: ModelRef,
    private readonly backend: Backend
  ) {
    this.scoring = new Scoring(ref, backend);
  }

  get loadedOn(): DeviceState["device"] | null {
    return this.backend.loadedOn;
  }

  async describe(): Promise<ModelDescription> {
    return await this.backend.describe();
  }

  async count({text}: CountParams, {signal}: RequestContext): Promise<CountResult> {
    return {
      count: await this.backend.countTokens(text.toWellFormed(), signal),
      ...(await measure(text, signal)),
      warnings: await this.backend.warnings({}),
      model: await this.backend.describe()
    };
  }

  async tokenize({text, special = false, texts}: TokenizeParams, {signal}: RequestContext): Promise<TokenList> {
    const {ids, ends} = await this.backend.tokenize(text.toWellFormed(), {special, behind: false}, signal);
    return {
      model: await this.backend.describe(),
      ids,
      ends,
      ...(await measure(text, signal)),
      texts: await this.backend.tokenTexts(ids.subarray(0, texts ?? ids.length)),
      warnings: await this.backend.warnings({ids})
    };
  }

  async tokenTexts({ids}: TokenTextsParams): Promise<readonly string[]> {
    return await this.backend.tokenTexts(ids);
  }

  async score(params: ScoreParams, context: RequestContext): Promise<Scores> {
    return await this.scoring.score(params, context);
  }

  async alternatives(params: AlternativesParams, context: RequestContext): Promise<Alternatives> {
    return await this.scoring.alternatives(params, context);
  }

  async complete(params: CompleteParams, context: RequestContext): Promise<Completion> {
    requireCompleting(await this.backend.describe());
    return await this.backend.complete(params, context);
  }

  async estimate(): Promise<MemoryEstimate> {
    return await this.backend.estimate();
  }

  async dispose(): Promise<void> {
    await this.backend.dispose();
  }
}

/** Gives others their turn in between: a text may have megabytes. */
async function measure(text: string, signal: AbortSignal): Promise<{characters: number; bytes: number}> {
  const sums = {characters: 0, bytes: 0};
  for (let start = 0; start < text.length; ) {
    const end = start + measuredAtOnce;
    // No character is cut in half.
    const part = text.slice(start, (text.codePointAt(end - 1) ?? 0) > 0xffff ? end + 1 : end);
    sums.characters += codePoints(part);
    sums.bytes += utf8Length(part);
    start += part.length;
    if (start < text.length) await setImmediate();
    signal.throwIfAborted();
  }
  return sums;
}
