import type {Candidates} from "./candidates";
import type {Penalties} from "./settings";

/** The last so many tokens; -1: all. */
export function lastOf(history: Int32Array, count: number): Int32Array {
  if (count < 0) return history;
  return history.subarray(Math.max(0, history.length - count));
}

export function penaltiesAreOn({lastTokens, repeat, frequency, presence}: Penalties): boolean {
  return lastTokens !== 0 && (repeat !== 1 || frequency !== 0 || presence !== 0);
}

/** Repetition, frequency and presence penalty: llama.cpp's llama_sampler_penalties_apply. */
export function penalize(candidates: Candidates, penalties: Penalties, history: Int32Array): void {
  if (!penaltiesAreOn(penalties)) return;
  const {lastTokens, repeat, frequency, presence} = penalties;
  const counts = new Map<number, number>();
  for (const id of lastOf(history, lastTokens)) counts.set(id, (counts.get(id) ?? 0) + 1);
  const changes = new Map<number, (logit: number) => number>();
  for (const [id, count] of counts) {
    const subtracted = count * frequency + presence;
    changes.set(id, (logit) => (logit <= 0 ? logit * repeat : logit / repeat) - subtracted);
  }
  candidates.change(changes);
}
