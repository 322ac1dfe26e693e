/**
 * Orders entries that stand in two arrays: keys, and what they belong to. The greatest key comes first; of equal keys, the smallest
 * label. No two entries have the same label, so that there is one order only.
 */
export interface Entries {
  readonly keys: Float64Array;
  readonly labels: Int32Array;
}

/** Below this many entries, insertion sort is faster than to divide further. */
const few = 16;
/** So many entries are put in order at once. */
const chunk = 256;
/** Above this many entries, the border is looked for among a sample first. */
const many = 600;

function comesBefore(keyA: number, labelA: number, keyB: number, labelB: number): boolean {
  return keyA > keyB || (keyA === keyB && labelA < labelB);
}

function swap({keys, labels}: Entries, a: number, b: number): void {
  const key = keys[a] as number;
  const label = labels[a] as number;
  keys[a] = keys[b] as number;
  labels[a] = labels[b] as number;
  keys[b] = key;
  labels[b] = label;
}

/** Puts the first `count` of the entries [from, to) in front of the others, in no order (Floyd and Rivest, algorithm 489). */
export function selectFirst(entries: Entries, from: number, to: number, count: number): void {
  if (count > 0 && count < to - from) select(entries, from, to - 1, from + count - 1);
}

function select(entries: Entries, first: number, last: number, wanted: number): void {
  const {keys, labels} = entries;
  let left = first;
  let right = last;
  while (right > left) {
    if (right - left > many) {
      const n = right - left + 1;
      const m = wanted - left + 1;
      const z = Math.log(n);
      const s = 0.5 * Math.exp((2 * z) / 3);
      const sd = 0.5 * Math.sqrt((z * s * (n - s)) / n) * Math.sign(m - n / 2);
      const newLeft = Math.max(left, Math.floor(wanted - (m * s) / n + sd));
      const newRight = Math.min(right, Math.floor(wanted + ((n - m) * s) / n + sd));
      select(entries, newLeft, newRight, wanted);
    }
    const key = keys[wanted] as number;
    const label = labels[wanted] as number;
    let i = left;
    let j = right;
    swap(entries, left, wanted);
    if (comesBefore(key, label, keys[right] as number, labels[right] as number)) swap(entries, left, right);
    while (i < j) {
      swap(entries, i, j);
      i++;
      j--;
      while (comesBefore(keys[i] as number, labels[i] as number, key, label)) i++;
      while (comesBefore(key, label, keys[j] as number, labels[j] as number)) j--;
    }
    if (keys[left] === key && labels[left] === label) swap(entries, left, j);
    else {
      j++;
      swap(entries, j, right);
    }
    if (j <= wanted) left = j + 1;
    if (wanted <= j) right = j - 1;
  }
}

/** Puts the entries [from, to) in order (quicksort, median of three). */
export function sort(entries: Entries, from: number, to: number): void {
  const {keys, labels} = entries;
  let left = from;
  let right = to - 1;
  while (right - left >= few) {
    const middle = (left + right) >>> 1;
    orderTwo(entries, left, middle);
    orderTwo(entries, middle, right);
    orderTwo(entries, left, middle);
    const key = keys[middle] as number;
    const label = labels[middle] as number;
    let i = left;
    let j = right;
    while (i <= j) {
      while (comesBefore(keys[i] as number, labels[i] as number, key, label)) i++;
      while (comesBefore(key, label, keys[j] as number, labels[j] as number)) j--;
      if (i <= j) swap(entries, i++, j--);
    }
    // The shorter part first: the depth stays below the logarithm of the length.
    if (j - left < right - i) {
      sort(entries, left, j + 1);
      left = i;
    } else {
      sort(entries, i, right + 1);
      right = j;
    }
  }
  insertionSort(entries, left, right);
}

function orderTwo(entries: Entries, a: number, b: number): void {
  const {keys, labels} = entries;
  if (comesBefore(keys[b] as number, labels[b] as number, keys[a] as number, labels[a] as number)) swap(entries, a, b);
}

function insertionSort({keys, labels}: Entries, left: number, right: number): void {
  for (let i = left + 1; i <= right; i++) {
    const key = keys[i] as number;
    const label = labels[i] as number;
    let at = i;
    while (at > left && comesBefore(key, label, keys[at - 1] as number, labels[at - 1] as number)) {
      keys[at] = keys[at - 1] as number;
      labels[at] = labels[at - 1] as number;
      at--;
    }
    keys[at] = key;
    labels[at] = label;
  }
}

export interface Shares {
  /** What the entry at a place adds to the sum. */
  share(place: number): number;
  reaches(sum: number): boolean;
}

/**
 * Puts those entries to the front whose sum, in order, is the first that reaches something, and gives their number: all where it never
 * does. They are in order where `inOrder` is true. Sorts a few entries only: the others are halved until the border lies among few.
 */
export function firstReaching(
  entries: Entries,
  count: number,
  {share, reaches}: Shares
): {readonly kept: number; readonly inOrder: boolean} {
  let sum = 0;
  let from = 0;
  let to = 0;
  for (;;) {
    to = Math.min(count, Math.max(chunk, to * 8));
    selectFirst(entries, from, count, to - from);
    const part = sumOf(from, to);
    if (to === count || reaches(sum + part)) break;
    sum += part;
    from = to;
  }
  while (to - from > chunk) {
    const middle = (from + to) >>> 1;
    selectFirst(entries, from, to, middle - from);
    const part = sumOf(from, middle);
    if (reaches(sum + part)) to = middle;
    else {
      sum += part;
      from = middle;
    }
  }
  sort(entries, from, to);
  for (let i = from; i < to; i++) {
    sum += share(i);
    if (reaches(sum)) return {kept: i + 1, inOrder: from === 0};
  }
  return {kept: to, inOrder: from === 0};

  function sumOf(start: number, end: number): number {
    let part = 0;
    for (let i = start; i < end; i++) part += share(i);
    return part;
  }
}
