import {editDistance, editSimilarity} from "../text/editDistance";

/** Answers that count as the same, as indices; the first of them stands for all. */
export type Cluster = readonly number[];

/** N sampled answers to one prompt, sorted into clusters by one rule (docs/metrics.md, "Several samples of one prompt"). */
export interface Clustering {
  /** The largest first; of equal ones, the one that came first. */
  readonly clusters: readonly Cluster[];
  /** `-Σ p ln p` over the clusters, `p` their shares of the N answers: nats. */
  readonly entropy: number;
  /** Mean over all N (N - 1) / 2 pairs, 1 for equal answers; null for one answer. */
  readonly meanSimilarity: number | null;
}

export interface Consistency {
  readonly answers: number;
  /** Of the trimmed answers, the one given most often; the first of several. */
  readonly mostFrequent: {readonly text: string; readonly count: number; readonly share: number};
  readonly exact: Clustering;
  readonly edits: Clustering;
  /** Null without vectors. */
  readonly embeddings: Clustering | null;
}

export interface ConsistencyOptions {
  /** Answers whose edit similarity is at least this count as the same. */
  readonly minEditSimilarity?: number;
  /** A vector for each answer. */
  readonly vectors?: readonly ArrayLike<number>[];
  /** Answers whose vectors' cosine is at least this count as the same. */
  readonly minCosine?: number;
}

/** Of 10 code points, 2 may differ. */
export const defaultEditSimilarity = 0.8;

/** Ours, and no more than a start: where the same meaning ends depends on the embedding model. */
export const defaultCosine = 0.85;

/**
 * How much sampled answers agree: by their texts, trimmed, and by their vectors.
 *
 * @throws RangeError without answers, or where there is not one vector of one length for each.
 */
export function consistency(answers: readonly string[], options: ConsistencyOptions = {}): Consistency {
  const {vectors, minCosine = defaultCosine} = options;
  if (answers.length === 0) throw new RangeError("no answers");
  const texts = answers.map((answer) => answer.trim());
  const exact = exactly(texts);
  const [most = []] = exact.clusters;
  return {
    answers: answers.length,
    mostFrequent: {text: texts[most[0] ?? 0] ?? "", count: most.length, share: most.length / answers.length},
    exact,
    edits: byEdits(texts, exact.clusters, options.minEditSimilarity ?? defaultEditSimilarity),
    embeddings: vectors === undefined ? null : byVectors(answers.length, vectors, minCosine)
  };
}

/**
 * Sorts N things into clusters as semantic entropy does (Kuhn, Gal and Farquhar 2023): each joins the first cluster whose first
 * member it is the same as, or else begins one.
 */
export function clusterBy(count: number, isSame: (first: number, other: number) => boolean): readonly Cluster[] {
  const clusters: number[][] = [];
  for (let item = 0; item < count; item++) {
    const found = clusters.find(([first = 0]) => isSame(first, item));
    if (found === undefined) clusters.push([item]);
    else found.push(item);
  }
  return largestFirst(clusters);
}

/** Discrete semantic entropy (Farquhar et al. 2024): the entropy of the clusters' shares, nats. */
export function clusterEntropy(clusters: readonly Cluster[]): number {
  const all = clusters.reduce((sum, {length}) => sum + length, 0);
  // Not -Σ p ln p, which is -0 for one cluster.
  return clusters.reduce((sum, {length}) => sum + (length / all) * Math.log(all / length), 0);
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`vectors of ${a.length} and ${b.length} numbers`);
  let [product, aSquares, bSquares] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    product += x * y;
    aSquares += x * x;
    bSquares += y * y;
  }
  const lengths = Math.sqrt(aSquares) * Math.sqrt(bSquares);
  // A vector without a direction is like none.
  return lengths === 0 ? 0 : product / lengths;
}

function exactly(texts: readonly string[]): Clustering {
  const byText = new Map<string, number[]>();
  for (const [i, text] of texts.entries()) byText.set(text, [...(byText.get(text) ?? []), i]);
  const clusters = largestFirst([...byText.values()]);
  return {
    clusters,
    entropy: clusterEntropy(clusters),
    meanSimilarity: meanOverPairs(clusters, texts.length, () => 0)
  };
}

/** Equal answers are compared once: `equal` are their clusters. */
function byEdits(texts: readonly string[], equal: readonly Cluster[], minSimilarity: number): Clustering {
  const isSame = (first: number, other: number) => {
    const [one, two] = [texts[first] ?? "", texts[other] ?? ""];
    const length = Math.max(Array.from(one).length, Array.from(two).length);
    // The band ends where the answers can't be the same any more.
    return (
      one === two ||
      1 - editDistance(one, two, Math.floor(length * (1 - minSimilarity) + tolerance)) / length >=
        minSimilarity - tolerance
    );
  };
  const clusters = clusterBy(texts.length, isSame);
  return {
    clusters,
    entropy: clusterEntropy(clusters),
    meanSimilarity: meanOverPairs(equal, texts.length, (a, b) => editSimilarity(texts[a] ?? "", texts[b] ?? ""))
  };
}

/** `1 - 2/10 >= 0.8` has to hold whatever the doubles say. */
const tolerance = 1e-9;

function byVectors(count: number, vectors: readonly ArrayLike<number>[], minCosine: number): Clustering {
  if (vectors.length !== count) throw new RangeError(`${vectors.length} vectors for ${count} answers`);
  const similarity = (a: number, b: number) => cosine(vectors[a] ?? [], vectors[b] ?? []);
  const clusters = clusterBy(count, (first, other) => similarity(first, other) >= minCosine - tolerance);
  const single = Array.from({length: count}, (_, i) => [i]);
  return {clusters, entropy: clusterEntropy(clusters), meanSimilarity: meanOverPairs(single, count, similarity)};
}

/** The mean similarity of all pairs of N things, those in one of the groups being equal. */
function meanOverPairs(
  groups: readonly Cluster[],
  count: number,
  similarity: (a: number, b: number) => number
): number | null {
  if (count < 2) return null;
  let sum = 0;
  for (const [i, group] of groups.entries()) {
    sum += (group.length * (group.length - 1)) / 2;
    for (const other of groups.slice(i + 1))
      sum += group.length * other.length * similarity(group[0] ?? 0, other[0] ?? 0);
  }
  return sum / ((count * (count - 1)) / 2);
}

/** The sort is stable. */
function largestFirst(clusters: readonly Cluster[]): readonly Cluster[] {
  return clusters.toSorted((a, b) => b.length - a.length);
}
