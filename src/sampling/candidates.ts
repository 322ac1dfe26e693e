import {type Entries, firstReaching, type Shares, selectFirst, sort} from "./ordering";

/** What is needed for the probabilities of logits: exp(logit - max) / sum. */
export interface Softmax {
  readonly max: number;
  readonly sum: number;
  /** Nats. */
  readonly entropy: number;
}

/**
 * The tokens that can still be drawn, with their logits: the first {@link count} entries of two arrays. A token whose logit is -Infinity
 * is none of them.
 */
export class Candidates {
  count: number;
  /** So many entries at the front are the best, in order: by logit, and by id where those are equal. */
  private ordered = 0;
  /** The ids ascend. */
  private byId: boolean;
  private known: Softmax | undefined;

  private constructor(
    readonly ids: Int32Array,
    readonly logits: Float64Array,
    count: number,
    byId: boolean
  ) {
    this.count = count;
    this.byId = byId;
  }

  /** All tokens of a vocabulary. Throws where a logit is no number, or where no token can be drawn. */
  static of(logits: Float32Array): Candidates {
    const ids = new Int32Array(logits.length);
    const own = new Float64Array(logits.length);
    let count = 0;
    for (let id = 0; id < logits.length; id++) {
      const logit = logits[id] as number;
      if (logit === -Infinity) continue;
      if (!(logit < Infinity)) throw new RangeError(`the logit of token ${id} is ${logit}`);
      ids[count] = id;
      own[count] = logit;
      count++;
    }
    if (count === 0) throw new RangeError("no token can be drawn");
    return new Candidates(ids, own, count, true);
  }

  clone(): Candidates {
    const {ids, logits, count} = this;
    const copy = new Candidates(ids.slice(0, count), logits.slice(0, count), count, this.byId);
    copy.ordered = this.ordered;
    copy.known = this.known;
    return copy;
  }

  get softmax(): Softmax {
    this.known ??= softmaxOf(this.logits, this.count);
    return this.known;
  }

  private get entries(): Entries {
    return {keys: this.logits, labels: this.ids};
  }

  /** Puts the best `count` at the front, in order. */
  orderFirst(count: number): void {
    const end = Math.min(count, this.count);
    if (end <= this.ordered) return;
    this.byId = false;
    selectFirst(this.entries, this.ordered, this.count, end - this.ordered);
    sort(this.entries, this.ordered, end);
    this.ordered = end;
  }

  /** Puts all into the order of their ids. */
  orderById(): void {
    if (this.byId) return;
    const {ids, logits, count} = this;
    // Ids are the keys, negated, because the greatest key comes first; places are the labels.
    const keys = Float64Array.from(ids.subarray(0, count), (id) => -id);
    const labels = Int32Array.from({length: count}, (_, place) => place);
    sort({keys, labels}, 0, count);
    const sorted = Float64Array.from(labels, (place) => logits[place] as number);
    logits.set(sorted);
    for (let i = 0; i < count; i++) ids[i] = -(keys[i] as number);
    this.ordered = 0;
    this.byId = true;
  }

  /** The place of the best one. */
  best(): number {
    if (this.ordered > 0) return 0;
    const {ids, logits, count} = this;
    let best = 0;
    for (let i = 1; i < count; i++) {
      const logit = logits[i] as number;
      const highest = logits[best] as number;
      if (logit > highest || (logit === highest && (ids[i] as number) < (ids[best] as number))) best = i;
    }
    return best;
  }

  /** Only the first `count` entries are left, those that {@link orderFirst} has put there. */
  truncate(count: number): void {
    if (count >= this.count) return;
    this.count = count;
    this.ordered = Math.min(this.ordered, count);
    this.known = undefined;
  }

  /** Only the best are left, the first ones whose sum reaches something. */
  keepReaching(shares: Shares): void {
    const {kept, inOrder} = firstReaching(this.entries, this.count, shares);
    this.byId = false;
    this.ordered = inOrder ? kept : 0;
    if (kept === this.count) return;
    this.count = kept;
    this.known = undefined;
  }

  /** Only the entries that pass are left, in the order in which they stand. */
  filter(passes: (place: number) => boolean): void {
    const {ids, logits, count} = this;
    let left = 0;
    let ordered = 0;
    for (let i = 0; i < count; i++) {
      if (!passes(i)) continue;
      if (i < this.ordered) ordered++;
      ids[left] = ids[i] as number;
      logits[left] = logits[i] as number;
      left++;
    }
    if (left === count) return;
    this.count = left;
    this.ordered = ordered;
    this.known = undefined;
  }

  /** Divides all logits, which leaves their order as it is. */
  divide(divisor: number): void {
    const {logits, count} = this;
    for (let i = 0; i < count; i++) logits[i] = (logits[i] as number) / divisor;
    this.known = undefined;
  }

  /** Changes the logits of some tokens: of those that are candidates. */
  change(changes: ReadonlyMap<number, (logit: number) => number>): void {
    if (changes.size === 0) return;
    const {ids, logits, count} = this;
    if (this.byId)
      for (const [id, changed] of changes) {
        const place = this.placeOf(id);
        if (place >= 0) logits[place] = changed(logits[place] as number);
      }
    else
      for (let i = 0; i < count; i++) {
        const changed = changes.get(ids[i] as number);
        if (changed !== undefined) logits[i] = changed(logits[i] as number);
      }
    this.ordered = 0;
    this.known = undefined;
  }

  /** Of ids that ascend; -1 where it is no candidate. */
  private placeOf(id: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ids[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.ids[low] === id ? low : -1;
  }
}

function softmaxOf(logits: Float64Array, count: number): Softmax {
  let max = -Infinity;
  for (let i = 0; i < count; i++) if ((logits[i] as number) > max) max = logits[i] as number;
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < count; i++) {
    const below = (logits[i] as number) - max;
    const share = Math.exp(below);
    sum += share;
    weighted += share * below;
  }
  // Rounding may leave an entropy of nothing a little below 0.
  return {max, sum, entropy: Math.max(0, Math.log(sum) - weighted / sum)};
}
