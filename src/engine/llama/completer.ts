import type {ControlledEvaluateInputItem, LlamaContextSequence, LlamaModel, Token} from "node-llama-cpp";
import {completionEnd} from "../../completion/stop";
import type {CompleteParams, Completion, CompletionStop} from "../api";
import type {RequestContext} from "../backend";
import {noNumbers} from "./scorer";
import {asToken, type Vocabulary} from "./vocabulary";

/** Prompt tokens evaluated between two looks at the cancellation. */
const promptBatch = 128;

/** Share of the prompt's room that the text before the cursor may take when the text after it needs the rest. */
const prefixShare = 0.75;

export interface Prompt {
  readonly tokens: readonly Token[];
  readonly infill: boolean;
}

/** UTF-16 units; a longer line (minified code) is no beginning that a middle would have. */
const longestLine = 512;

/**
 * Prefix-suffix-middle with the model's own tokens where it has them, else the prefix alone. `room` is what the prompt
 * may have; what is far from the cursor is left out.
 *
 * The line up to the cursor stands behind the middle token, as the beginning of the middle (llama.cpp's `/infill` does so
 * with its `prompt`): the model continues what stands right before it, and a key typed in the line leaves all before it in
 * the KV cache, the suffix too (docs/decisions.md).
 */
export function infillPrompt(
  model: LlamaModel,
  vocabulary: Vocabulary,
  prefix: string,
  suffix: string,
  room: number
): Prompt {
  const {infill} = model.tokens;
  const bos = model.tokens.shouldPrependBosToken && model.tokens.bos !== null ? [model.tokens.bos] : [];
  const tokensOf = (text: string): Token[] => Array.from(vocabulary.tokenize(text, false), asToken);
  if (infill.prefix === null || infill.suffix === null || infill.middle === null) {
    const tokens = [...bos, ...last(tokensOf(prefix), Math.max(1, room - bos.length))];
    return {tokens, infill: false};
  }
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const cut = prefix.length - lineStart <= longestLine ? lineStart : prefix.length;
  const before = tokensOf(prefix.slice(0, cut));
  const textRoom = Math.max(2, room - bos.length - 3);
  const line = last(tokensOf(prefix.slice(cut)), Math.floor(textRoom / 2));
  const after = tokensOf(suffix);
  const sides = textRoom - line.length;
  const kept = last(before, Math.max(Math.floor(sides * prefixShare), sides - after.length));
  return {
    tokens: [
      ...bos,
      infill.prefix,
      ...kept,
      infill.suffix,
      ...after.slice(0, sides - kept.length),
      infill.middle,
      ...line
    ],
    infill: true
  };
}

function last<T>(items: readonly T[], count: number): readonly T[] {
  return items.length <= count ? items : items.slice(items.length - count);
}

/** Generates greedily (temperature 0) until the completion ends. The sequence keeps its state for the next request. */
export async function generate(
  sequence: LlamaContextSequence,
  model: LlamaModel,
  vocabulary: Vocabulary,
  prompt: Prompt,
  {prefix, maxTokens, extent}: Pick<CompleteParams, "prefix" | "maxTokens" | "extent">,
  {signal}: RequestContext
): Promise<Omit<Completion, "model" | "milliseconds">> {
  const {tokens, infill} = prompt;
  if (tokens.length === 0)
    return {
      text: "",
      ids: new Int32Array(),
      logprobs: new Float64Array(),
      texts: [],
      stop: "end",
      infill,
      promptTokens: 0,
      evaluatedPromptTokens: 0
    };
  // All but the last may be in the KV cache already; the last has to run to give its prediction.
  await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
  const evaluatedPromptTokens = tokens.length - sequence.nextTokenIndex;
  for (let from = sequence.nextTokenIndex; from < tokens.length - 1; from += promptBatch) {
    signal.throwIfAborted();
    await sequence.controlledEvaluate(tokens.slice(from, Math.min(from + promptBatch, tokens.length - 1)));
  }

  const ids: number[] = [];
  const logprobs: number[] = [];
  // Holds back the bytes of a character that is not complete yet.
  const decoder = new TextDecoder("utf-8", {ignoreBOM: true});
  let text = "";
  let stop: CompletionStop = "maxTokens";
  let current = tokens.at(-1) as Token;
  while (ids.length < maxTokens) {
    signal.throwIfAborted();
    if (sequence.nextTokenIndex >= sequence.contextSize - 1) {
      stop = "context";
      break;
    }
    const [output] = await sequence.controlledEvaluate([greedily(current)]);
    const next = output?.next;
    const token = next?.token;
    // The selected token is the greatest: ln p = 0 - ln Σ exp(logit - max).
    const logprob = -Math.log(next?.totalLogitWeight ?? Number.NaN);
    // Some token is selected all the same, an end of the text for instance.
    if (Number.isNaN(logprob)) throw noNumbers();
    if (token === undefined || token === null || model.isEogToken(token) || model.isSpecialToken(token)) {
      stop = "end";
      break;
    }
    ids.push(token);
    logprobs.push(logprob);
    text += decoder.decode(vocabulary.bytes(token), {stream: true});
    const end = completionEnd(text, prefix, extent);
    if (end !== undefined) {
      text = text.slice(0, end);
      stop = extent === "line" ? "line" : "block";
      break;
    }
    current = token;
  }
  return {
    text,
    ids: Int32Array.from(ids),
    logprobs: Float64Array.from(logprobs),
    texts: ids.map((id) => vocabulary.text(id)),
    stop,
    infill,
    promptTokens: tokens.length,
    evaluatedPromptTokens
  };
}

function greedily(token: Token): ControlledEvaluateInputItem {
  return [
    token,
    {generateNext: {token: true, totalLogitWeight: true, logits: {filter: {tokens: [], includeSelected: true}}}}
  ];
}
