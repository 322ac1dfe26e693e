import type {ControlledEvaluateInputItem, LlamaContextSequence, Token} from "node-llama-cpp";
import type {Alternatives} from "../../contract/scoring";
import type {PositionTask} from "../backend";
import type {Turn} from "../scheduler";
import {type Next, readDistribution, wholeDistribution} from "./distribution";
import {needsAllPredictions} from "./modelHeader";
import {keepCommonStart, wholeBatches} from "./sequenceState";
import {windowTokens} from "./windowTokens";

type FoundAlternatives = Omit<Alternatives, "top"> & {readonly top: readonly {id: number; logprob: number}[]};

/** How a model's windows are computed. */
interface Batching {
  /** In front of every window, or null. */
  readonly bos: Token | null;
  readonly batchSize: number;
}

/**
 * What the model expected at a position, in the context in which the token there was scored. The sequence is asked for in each
 * batch: between two of them others may use it, or replace it. Resolves with undefined where the job is to end.
 */
export async function alternativesAt(
  sequenceInUse: () => Promise<LlamaContextSequence>,
  {ids, position, window, top}: PositionTask,
  {bos, batchSize}: Batching,
  turn: Turn
): Promise<FoundAlternatives | undefined> {
  const input = windowTokens(ids, bos, {...window, end: Math.min(window.end, ids.length)});
  const target = position - window.start - (bos === null ? 1 : 0);
  for (;;) {
    const step = await turn.batch(async () => ({
      next: await evaluateTowards(await sequenceInUse(), input, target, batchSize)
    }));
    if (step === undefined) return undefined;
    if (step.next !== undefined) return readDistribution(step.next, ids[position] as Token, top);
  }
}

/** Evaluates the next batch on the way to a target. Resolves with the prediction there, if it was in that batch. */
async function evaluateTowards(
  sequence: LlamaContextSequence,
  input: readonly Token[],
  target: number,
  batchSize: number
): Promise<Next | undefined> {
  // In the batch in which it was scored: in one of another size the same token may be rounded otherwise.
  const start = wholeBatches(target, batchSize);
  const known = await keepCommonStart(sequence, input.slice(0, start), batchSize);
  if (known < start) {
    await sequence.controlledEvaluate(input.slice(known, Math.min(known + batchSize, start)));
    return undefined;
  }
  const all = needsAllPredictions(sequence.model.fileInfo);
  const outputs = await sequence.controlledEvaluate(
    input.slice(start, start + batchSize).map((token, i): ControlledEvaluateInputItem => {
      if (start + i === target) return [token, {generateNext: wholeDistribution}];
      return all ? [token, {generateNext: {token: true}}] : token;
    })
  );
  return outputs[target - start]?.next;
}
