/** Equal items of two sequences: `length` of them, from `a` in the one and from `b` in the other. */
export interface CommonRun {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

/**
 * Removed and added items up to which the shortest way is looked for. It bounds memory (4 MB) and, for N items, time
 * (about N · 1024 steps).
 */
const maxDistance = 1024;

/**
 * The runs that two sequences have in common, in order: a shortest edit script (Myers 1986, "An O(ND) Difference Algorithm").
 * Where it would be longer than `limit`, the way that came furthest within the limit is kept, and the search goes on from its end:
 * still an edit script, but perhaps not a shortest one.
 *
 * Our own: npm's `diff` keeps an object for each step and gives no result beyond a limit, and `fast-myers-diff` has no limit, so
 * that two long texts without a common token take quadratic time.
 *
 * Yields between steps of at most a millisecond or so.
 */
export function* commonRuns(a: Int32Array, b: Int32Array, limit = maxDistance): Generator<void, CommonRun[]> {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let [aEnd, bEnd] = [a.length, b.length];
  while (aEnd > start && bEnd > start && a[aEnd - 1] === b[bEnd - 1]) {
    aEnd--;
    bEnd--;
  }
  const runs: CommonRun[] = [];
  if (start > 0) runs.push({a: 0, b: 0, length: start});
  for (let [aStart, bStart] = [start, start]; aStart < aEnd && bStart < bEnd; ) {
    const way = yield* furthestWay(a.subarray(aStart, aEnd), b.subarray(bStart, bEnd), limit);
    for (const run of way.runs) runs.push({a: aStart + run.a, b: bStart + run.b, length: run.length});
    aStart += way.x;
    bStart += way.y;
  }
  if (aEnd < a.length) runs.push({a: aEnd, b: bEnd, length: a.length - aEnd});
  return runs;
}

/** A way from the beginning of both sequences to `x` in A and `y` in B. */
interface Way {
  readonly x: number;
  readonly y: number;
  readonly runs: readonly CommonRun[];
}

/** A way to the ends of both, or the one that is furthest after `limit` items that only one of them has. */
function* furthestWay(a: Int32Array, b: Int32Array, limit: number): Generator<void, Way> {
  /** For each number d of such items: how far in A a way comes on each diagonal k = x - y, at index k + d; -1: no way. */
  const trace: Int32Array[] = [];
  for (let d = 0; ; d++) {
    const reached = new Int32Array(2 * d + 1).fill(-1);
    trace.push(reached);
    for (let k = -d; k <= d; k += 2) {
      let x = stepTo(trace, d, k, a.length, b.length).x;
      if (x < 0) continue;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reached[k + d] = x;
      if (x === a.length && x - k === b.length) return wayTo(trace, k, a.length, b.length);
    }
    if (d === limit) return wayTo(trace, furthestDiagonal(reached, d), a.length, b.length);
    yield;
  }
}

/** Where the d-th item that only one side has leads on a diagonal, and whether that item is A's. */
function stepTo(
  trace: readonly Int32Array[],
  d: number,
  k: number,
  aLength: number,
  bLength: number
): {readonly x: number; readonly inA: boolean} {
  const before = trace[d - 1];
  if (before === undefined) return {x: 0, inA: false};
  const left = before[k - 1 + d - 1] ?? -1;
  const above = before[k + 1 + d - 1] ?? -1;
  const fromLeft = left >= 0 && left < aLength ? left + 1 : -1;
  const fromAbove = above >= 0 && above - k <= bLength ? above : -1;
  return fromLeft > fromAbove ? {x: fromLeft, inA: true} : {x: fromAbove, inA: false};
}

function furthestDiagonal(reached: Int32Array, d: number): number {
  let best = 0;
  let length = -1;
  for (let k = -d; k <= d; k += 2) {
    const x = reached[k + d] ?? -1;
    if (x < 0 || 2 * x - k <= length) continue;
    best = k;
    length = 2 * x - k;
  }
  return best;
}

/** The way that ends on a diagonal of the trace's last step. */
function wayTo(trace: readonly Int32Array[], last: number, aLength: number, bLength: number): Way {
  const runs: CommonRun[] = [];
  const steps = trace.length - 1;
  const end = trace[steps]?.[last + steps] ?? 0;
  let k = last;
  let x = end;
  for (let d = steps; d >= 0; d--) {
    const step = stepTo(trace, d, k, aLength, bLength);
    if (x > step.x) runs.push({a: step.x, b: step.x - k, length: x - step.x});
    x = step.inA ? step.x - 1 : step.x;
    k += step.inA ? -1 : 1;
  }
  return {x: end, y: end - last, runs: runs.reverse()};
}
