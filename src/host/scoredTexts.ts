import type {DocumentRange} from "./documents/documentRange";
import type {ScoredTarget} from "./documents/scoredTarget";

/** Texts that are kept. */
const maxTexts = 8;

/** Bytes of texts and scores together: a million tokens with all detail. */
const maxBytes = 200_000_000;

/** The texts that were scored lately in this session, with their scores, to compare others with. Gone when VS Code is closed. */
export class ScoredTexts {
  /** What the logprobs view that was used last shows. That feature says it, as features don't know each other. */
  ofView: () => ScoredTarget | DocumentRange | undefined = () => undefined;
  private kept: readonly ScoredTarget[] = [];

  /** The latest first. */
  get all(): readonly ScoredTarget[] {
    return this.kept;
  }

  /** Puts a text in front: it was scored, or is looked at again. The same text by the same model takes the place of the one before. */
  add(scored: ScoredTarget): void {
    const kept = [scored];
    let bytes = sizeOf(scored);
    for (const other of this.kept.filter((one) => !isSame(one, scored))) {
      bytes += sizeOf(other);
      if (kept.length < maxTexts && bytes <= maxBytes) kept.push(other);
    }
    this.kept = kept;
  }
}

function isSame({target, scores}: ScoredTarget, other: ScoredTarget): boolean {
  return (
    target.title === other.target.title &&
    target.uri.toString() === other.target.uri.toString() &&
    target.text === other.target.text &&
    scores.model.sha256 === other.scores.model.sha256 &&
    scores.finished === other.scores.finished
  );
}

function sizeOf({target, scores}: ScoredTarget): number {
  const {ids, ends, logprobs, top1, detail} = scores;
  const arrays = [ids, ends, logprobs, top1, detail?.ranks, detail?.entropies, detail?.topIds, detail?.topLogprobs];
  const numbers = arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  return numbers + 2 * (target.text.length + target.before.length);
}
