import type {ModelRef} from "../contract/models";
import {type Options, UsageError, wholeNumber} from "./arguments";
import {readText} from "./readText";
import {samplersOf} from "./samplerOptions";
import type {Request} from "./score";

const defaultTop = 20;
const defaultSeed = 0;

/** `next FILE`: the distribution behind a text, and what samplers leave of it. */
export async function next(
  [file, extra]: readonly string[],
  model: ModelRef,
  options: Options,
  request: Request
): Promise<object> {
  if (extra !== undefined) throw new UsageError(`one FILE at a time, please: "${extra}" is one too many`);
  const samplers = samplersOf(options);
  const top = wholeNumber("top", options.top) ?? defaultTop;
  const count = wholeNumber("draws", options.draws);
  const draws = count === undefined ? undefined : {count, seed: wholeNumber("seed", options.seed) ?? defaultSeed};
  const prompt = {kind: "text", text: await readText(file)} as const;
  const answer = await request("next", {model, prompt, samplers, top, ...(draws && {draws})});
  const {warnings, top: tokens, rest, stages, after, entropy, ...about} = answer;
  return {
    ...about,
    samplers,
    ...(draws && {draws}),
    entropy,
    tokens: tokens.map(({bytes: _, id, text, logprob, ...others}) => {
      return {id, text, logprob, probability: Math.exp(logprob), ...others};
    }),
    rest,
    stages,
    after,
    ...(warnings.length === 0 ? {} : {warnings})
  };
}
