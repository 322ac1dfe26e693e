import type {LlamaContextSequence, LlamaModel, Token} from "node-llama-cpp";
import {wholeBatches} from "../../../gguf/batches";
import {slidingWindowOf} from "../modelHeader";

/**
 * Leaves in the KV cache what it has in common with the start of `tokens`, in whole batches of `batch` tokens. Resolves with the
 * number of tokens that are left.
 *
 * With a sliding window the cache holds only the last positions. Going back is right only if it still holds the whole window of
 * the next position. If not, llama.cpp would compute with what is left of the window, so the cache is emptied.
 */
export async function keepCommonStart(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  batch = 1
): Promise<number> {
  const {firstDifferentIndex} = sequence.compareContextTokens([...tokens]);
  const kept = canGoBack(sequence) ? wholeBatches(firstDifferentIndex, batch) : firstDifferentIndex;
  if (kept < sequence.nextTokenIndex && !holdsWindow(sequence, kept)) await sequence.clearHistory();
  await sequence.adaptStateToTokens(tokens.slice(0, kept), false);
  return sequence.nextTokenIndex;
}

/** Whether tokens can be taken back. Not from a recurrent state: node-llama-cpp drops it, or restores an older one. */
export function canGoBack({model}: LlamaContextSequence): boolean {
  return !model.fileInsights.isRecurrent && !model.fileInsights.isHybrid;
}

/** Whether the KV cache has all positions that `position` looks back at (llama.cpp leaves no gap between the oldest and the last). */
function holdsWindow(sequence: LlamaContextSequence, position: number): boolean {
  const oldest = sequence.stateCellsStartIndex;
  if (oldest <= 0 || !canGoBack(sequence)) return true;
  return position - slidingWindow(sequence.model) >= oldest;
}

/** The size of a sliding window, its own position included; infinity if the header does not say. */
function slidingWindow({fileInfo}: LlamaModel): number {
  // llama.cpp cuts Llama 4 into other chunks than the header says.
  if (fileInfo.metadata.general.architecture === "llama4") return Number.POSITIVE_INFINITY;
  return slidingWindowOf(fileInfo) ?? Number.POSITIVE_INFINITY;
}
