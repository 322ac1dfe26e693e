import type {ModelRef} from "../contract/models";
import type {Sample} from "../contract/sampling";
import {type Options, UsageError, wholeNumber} from "./arguments";
import type {Console} from "./console";
import {constraintOf} from "./constraint";
import {readText} from "./readText";
import {samplersOf} from "./samplerOptions";
import type {Request} from "./score";

/** `sample FILE`: continuations of a text, drawn with a seed. */
export async function sample(
  [file, extra]: readonly string[],
  model: ModelRef,
  options: Options,
  request: Request,
  console: Console
): Promise<object> {
  if (extra !== undefined) throw new UsageError(`one FILE at a time, please: "${extra}" is one too many`);
  const samplers = samplersOf(options);
  const seed = wholeNumber("seed", options.seed) ?? 0;
  const count = wholeNumber("count", options.count) ?? 1;
  const maxTokens = wholeNumber("max-tokens", options["max-tokens"]) ?? 64;
  const constraint = await constraintOf(options, file === undefined ? [] : [file]);
  const params = {
    model,
    prompt: {kind: "text", text: await readText(file)},
    samplers,
    count,
    seed,
    maxTokens,
    extent: "unlimited",
    ...(options.stop && {stopTexts: options.stop}),
    ...(constraint && {constraint})
  } as const;
  const {samples, warnings, ...about} = await request("sample", params, console.progressOn(file ?? ""));
  return {
    ...about,
    samplers,
    samples: samples.map((one, i) => documentOf(one, seed + i)),
    ...(warnings.length === 0 ? {} : {warnings})
  };
}

function documentOf(sample: Sample, seed: number): object {
  const {text, stop, ids, texts, logprobs, drawnLogprobs, allowedMasses, wantedForbidden} = sample;
  return {
    seed,
    text,
    stop,
    logprob: logprobs.reduce((sum, logprob) => sum + logprob, 0),
    tokens: Array.from(ids, (id, i) => ({
      id,
      text: texts[i],
      logprob: logprobs[i],
      drawnLogprob: drawnLogprobs[i],
      ...(allowedMasses && {allowedMass: allowedMasses[i]}),
      ...(wantedForbidden && {wantedForbidden: wantedForbidden[i] === 1})
    }))
  };
}
