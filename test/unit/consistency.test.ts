import {strict as assert} from "node:assert";
import fc from "fast-check";
import {clusterBy, clusterEntropy, consistency, cosine} from "../../src/metrics/consistency";
import {editSimilarity} from "../../src/text/editDistance";
import {cases} from "../harness/thorough";

const numRuns = cases(200, 5000);

function close(actual: number | null, expected: number, what: string): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${what}: ${actual}, ${expected}`);
}

const anyAnswer = fc.oneof(
  fc.constantFrom("Paris", " Paris\n", "Paris.", "paris", "London", ""),
  fc.string({unit: fc.constantFrom("a", "b", "👩"), maxLength: 12})
);
const answersAndVectors = fc.array(anyAnswer, {minLength: 1, maxLength: 12}).chain((answers) =>
  fc
    .array(fc.array(fc.integer({min: -3, max: 3}), {minLength: 3, maxLength: 3}), {
      minLength: answers.length,
      maxLength: answers.length
    })
    .map((vectors) => ({answers, vectors}))
);

/** Mean over all pairs, one by one. */
function meanOfPairs(count: number, similarity: (a: number, b: number) => number): number {
  const all: number[] = [];
  for (let a = 0; a < count; a++) for (let b = a + 1; b < count; b++) all.push(similarity(a, b));
  return all.reduce((sum, one) => sum + one, 0) / all.length;
}

describe("consistency", () => {
  it("equals what the definitions say, for each way to sort answers", () => {
    fc.assert(
      fc.property(answersAndVectors, ({answers, vectors}) => {
        const n = answers.length;
        const texts = answers.map((answer) => answer.trim());
        const found = consistency(answers, {vectors, minEditSimilarity: 0.6, minCosine: 0.9});
        const counts = texts.map((text) => texts.filter((other) => other === text).length);
        const most = Math.max(...counts);
        assert.deepEqual(found.mostFrequent, {text: texts[counts.indexOf(most)], count: most, share: most / n});
        // Σ over answers of -ln(share of its cluster) / N is the entropy.
        close(
          found.exact.entropy,
          counts.reduce((sum, count) => sum - Math.log(count / n) / n, 0),
          "entropy"
        );
        const similarities = {
          exact: (a: number, b: number) => Number(texts[a] === texts[b]),
          edits: (a: number, b: number) => editSimilarity(texts[a] ?? "", texts[b] ?? ""),
          embeddings: (a: number, b: number) => cosine(vectors[a] ?? [], vectors[b] ?? [])
        };
        const thresholds = {exact: 1, edits: 0.6 - 1e-9, embeddings: 0.9 - 1e-9};
        for (const way of ["exact", "edits", "embeddings"] as const) {
          const {clusters = [], entropy = Number.NaN, meanSimilarity = Number.NaN} = found[way] ?? {};
          assert.deepEqual(
            clusters.flat().toSorted((a, b) => a - b),
            [...answers.keys()],
            "each answer is in one cluster"
          );
          const greedy: number[][] = [];
          for (const i of answers.keys()) {
            const same = (one: number[]) => i === one[0] || similarities[way](one[0] ?? 0, i) >= thresholds[way];
            const cluster = greedy.find(same);
            if (cluster) cluster.push(i);
            else greedy.push([i]);
          }
          assert.deepEqual(
            clusters,
            greedy.toSorted((a, b) => b.length - a.length),
            way
          );
          assert.ok(entropy >= 0 && entropy <= Math.log(n) + 1e-12);
          if (n === 1) assert.equal(meanSimilarity, null);
          else close(meanSimilarity, meanOfPairs(n, similarities[way]), `similarity, ${way}`);
        }
      }),
      {numRuns}
    );
  });

  it("has no entropy where all agree, and ln N where none do", () => {
    const same = consistency(["a", " a", "a\n"]);
    assert.ok(Object.is(same.exact.entropy, 0));
    assert.deepEqual([same.exact.meanSimilarity, same.embeddings], [1, null]);
    close(consistency(["a", "bb", "ccc", "dddd"]).exact.entropy, Math.log(4), "four answers");
    assert.deepEqual(clusterEntropy([]), 0);
  });

  it("counts answers at the threshold as the same, whatever doubles say", () => {
    const [long, other] = ["abcdefghij", "abcdefghXY"];
    assert.deepEqual(consistency([long, other], {minEditSimilarity: 0.8}).edits.clusters, [[0, 1]]);
    assert.deepEqual(consistency([long, other], {minEditSimilarity: 0.81}).edits.clusters, [[0], [1]]);
  });

  it("compares with the first of a cluster, so that a chain of small steps is not one cluster", () => {
    const numbers = [0, 1, 2, 3];
    const near = (a: number, b: number) => Math.abs((numbers[a] ?? 0) - (numbers[b] ?? 0)) <= 1;
    assert.deepEqual(clusterBy(4, near), [
      [0, 1],
      [2, 3]
    ]);
  });

  it("refuses what it can't compare", () => {
    assert.throws(() => consistency([]), RangeError);
    assert.throws(() => consistency(["a", "b"], {vectors: [[1]]}), RangeError);
    assert.throws(() => consistency(["a", "b"], {vectors: [[1], [1, 2]]}), RangeError);
    assert.equal(cosine([0, 0], [1, 2]), 0);
  });
});
