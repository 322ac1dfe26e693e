import {strict as assert} from "node:assert";
import {once} from "node:events";
import path from "node:path";
import {MessageChannel, Worker} from "node:worker_threads";
import fc from "fast-check";
import {EngineError} from "../../src/contract/errors";
import type {Predictions} from "../../src/engine/llama/evaluator/evaluator";
import {
  createLogitsMemory,
  freeSlot,
  type LogitsMemory,
  Reducer,
  rowsPerSlot,
  waitForSlot
} from "../../src/engine/llama/evaluator/logitsMemory";
import type {ReducerAnswer, ReducerPort, ReducerTask} from "../../src/engine/llama/evaluator/reduction";
import {cases} from "../harness/thorough";

/** Nats. */
const bound = 1e-12;

const kinds = ["normal", "wide", "tied", "ascending", "infinite", "equal"] as const;

/** A row of logits: the same for the same seed. */
function rowOf(size: number, kind: (typeof kinds)[number], seed: number): Float32Array {
  let state = seed | 0;
  /** Uniform, above 0 and below 1. */
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  const row = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    if (kind === "wide") row[i] = normal() * 300;
    else if (kind === "tied") row[i] = Math.round(normal() * 2);
    else if (kind === "ascending") row[i] = i / 1000;
    else if (kind === "infinite") row[i] = random() < 0.7 ? Number.NEGATIVE_INFINITY : normal() * 3;
    else if (kind === "equal") row[i] = -7.5;
    else row[i] = normal() * 3;
  }
  // One is finite.
  if (kind === "infinite") row[Math.floor(random() * size)] = 1.25;
  return row;
}

/** A sum whose rounding errors are added too (Neumaier). */
class CompensatedSum {
  private sum = 0;
  private lost = 0;
  add(term: number): void {
    const sum = this.sum + term;
    this.lost += Math.abs(this.sum) >= Math.abs(term) ? this.sum - sum + term : term - sum + this.sum;
    this.sum = sum;
  }
  get value(): number {
    return this.sum + this.lost;
  }
}

interface Expected {
  logprob: number;
  rank: number;
  entropy: number;
  best: {id: number; logprob: number}[];
}

/** By the definitions. */
function expectedOf(row: Float32Array, target: number, top: number): Expected {
  const greatest = row.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const own = target === -1 ? greatest : (row[target] as number);
  const z = new CompensatedSum();
  for (const logit of row) z.add(Math.exp(logit - greatest));
  const logZ = Math.log(z.value);
  const entropy = new CompensatedSum();
  for (const logit of row) {
    const logprob = logit - greatest - logZ;
    const probability = Math.exp(logprob);
    if (probability > 0) entropy.add(-probability * logprob);
  }
  return {
    logprob: own - greatest - logZ,
    rank: 1 + row.filter((logit) => logit > own).length,
    entropy: entropy.value,
    best: bestOf(row, top).map((id) => ({id, logprob: (row[id] as number) - greatest - logZ}))
  };
}

/** The ids of the `top` greatest logits. */
function bestOf(row: Float32Array, top: number): number[] {
  const least = Float32Array.from(row).sort()[Math.max(0, row.length - top)] as number;
  const ids = [...row.keys()].filter((id) => (row[id] as number) >= least);
  return ids.sort((a, b) => (row[a] === row[b] ? a - b : (row[b] as number) - (row[a] as number))).slice(0, top);
}

function assertClose(actual: number | undefined, expected: number, what: string): void {
  const close = actual === expected || Math.abs((actual as number) - expected) <= bound;
  assert.ok(close, `${what}: ${actual}, expected ${expected}`);
}

function assertPredictions(
  actual: Predictions,
  rows: readonly Float32Array[],
  targets: readonly number[],
  top: number
) {
  assert.equal(actual.logprobs.length, rows.length);
  assert.equal(actual.topIds.length, rows.length * top);
  for (const [i, row] of rows.entries()) {
    const expected = expectedOf(row, targets[i] as number, top);
    assertClose(actual.logprobs[i], expected.logprob, "logprob");
    assert.equal(actual.ranks[i], expected.rank);
    assertClose(actual.entropies[i], expected.entropy, "entropy");
    for (let place = 0; place < top; place++) {
      const best = expected.best[place];
      const logprob = actual.topLogprobs[i * top + place];
      assert.equal(actual.topIds[i * top + place], best?.id ?? -1);
      if (best === undefined) assert.ok(Number.isNaN(logprob));
      else assertClose(logprob, best.logprob, `logprob at place ${place}`);
    }
  }
}

function fill(reducer: Reducer, slot: number, rows: readonly Float32Array[]): void {
  const bytes = reducer.slotBytes(slot);
  let at = 0;
  for (const row of rows) {
    bytes.set(new Uint8Array(row.buffer), at);
    at += row.byteLength;
  }
}

const isWrongNumbers = (error: unknown): boolean => error instanceof EngineError && error.kind === "wrongNumbers";

describe("The logits kernel", () => {
  const reducerOf = (size: number, rows: number, maxTop: number): Reducer =>
    new Reducer(createLogitsMemory(size, {slots: 1, rowsPerSlot: rows, maxTop}));

  it("agrees with the definitions on any small vocabulary", () => {
    const row = fc.record({
      kind: fc.constantFrom(...kinds),
      seed: fc.integer(),
      target: fc.integer({min: 0, max: 1000}),
      first: fc.boolean()
    });
    fc.assert(
      fc.property(
        fc.integer({min: 1, max: 40}),
        fc.array(row, {minLength: 1, maxLength: 4}),
        fc.integer({min: 1, max: 45}),
        (size, described, top) => {
          const rows = described.map(({kind, seed}) => rowOf(size, kind, seed));
          const targets = described.map(({target, first}) => (first ? -1 : target % size));
          const reducer = reducerOf(size, rows.length, top);
          fill(reducer, 0, rows);
          assertPredictions(reducer.reduce(0, rows.length, Int32Array.from(targets), top), rows, targets, top);
        }
      ),
      {seed: 15, numRuns: cases(300, 5000)}
    );
  });

  for (const size of [8192, 32_003, 151_936])
    it(`agrees with the definitions on ${size} entries`, () => {
      const reducer = reducerOf(size, 1, 10);
      for (const [seed, kind] of kinds.entries())
        for (const [target, top] of [[seed * 1000, 10] as const, [-1, 1] as const]) {
          const row = rowOf(size, kind, seed);
          fill(reducer, 0, [row]);
          assertPredictions(reducer.reduce(0, 1, Int32Array.of(target), top), [row], [target], top);
        }
    });

  it("computes e^x to units in the last place", () => {
    // Of two logits with a difference this large, Z rounds to 1, and the entropy is -e^d d.
    const reducer = reducerOf(2, 1, 1);
    fc.assert(
      fc.property(fc.float({min: -700, max: -40, noNaN: true}), (d) => {
        fill(reducer, 0, [Float32Array.of(0, d)]);
        const [entropy] = reducer.reduce(0, 1, Int32Array.of(0), 1).entropies;
        const expected = -Math.exp(d) * d;
        assert.ok(Math.abs((entropy as number) - expected) <= 3 * Number.EPSILON * expected, `${d}: ${entropy}`);
      }),
      {seed: 15, numRuns: cases(2000, 100_000)}
    );
  });

  it("says so wherever a logit is NaN, or none is finite", () => {
    for (const size of [1, 7, 16, 40, 1000, 8192]) {
      const reducer = reducerOf(size, 2, 10);
      const wrong = (row: Float32Array, target: number, top: number): void => {
        fill(reducer, 0, [rowOf(size, "normal", 1), row]);
        const targets = Int32Array.of(0, target);
        assert.throws(() => reducer.reduce(0, 2, targets, top), isWrongNumbers, `${size}`);
      };
      for (const place of new Set([0, 1, 6, 15, 17, size >> 1, size - 1].filter((at) => at < size)))
        for (const target of [-1, 0, place])
          for (const top of [1, 10]) {
            const row = rowOf(size, "normal", place);
            row[place] = Number.NaN;
            wrong(row, target, top);
            // A NaN with all bits set.
            new Uint32Array(row.buffer)[place] = 0xffffffff;
            wrong(row, target, top);
            row[place] = Number.POSITIVE_INFINITY;
            wrong(row, target, top);
          }
      wrong(new Float32Array(size).fill(Number.NEGATIVE_INFINITY), 0, 1);
    }
  });

  it("takes a target that is impossible", () => {
    const reducer = reducerOf(20, 1, 3);
    const row = rowOf(20, "normal", 2);
    row[4] = Number.NEGATIVE_INFINITY;
    fill(reducer, 0, [row]);
    const predictions = reducer.reduce(0, 1, Int32Array.of(4), 3);
    assert.equal(predictions.logprobs[0], Number.NEGATIVE_INFINITY);
    assert.equal(predictions.ranks[0], 20);
    assertPredictions(predictions, [row], [4], 3);
  });

  it("keeps slots apart", () => {
    const reducer = new Reducer(createLogitsMemory(37, {slots: 3, rowsPerSlot: 5, maxTop: 4}));
    const rows = [0, 1, 2].map((slot) => [0, 1, 2, 3, 4].map((row) => rowOf(37, "normal", slot * 10 + row)));
    for (const [slot, ofSlot] of rows.entries()) fill(reducer, slot, ofSlot);
    const targets = [0, 36, -1, 5, 9];
    for (const top of [4, 1])
      for (const [slot, ofSlot] of rows.entries())
        assertPredictions(reducer.reduce(slot, 5, Int32Array.from(targets), top), ofSlot, targets, top);
  });

  it("refuses what would read elsewhere in the memory", () => {
    const reducer = reducerOf(10, 2, 3);
    for (const [slot, count, targets, top] of [
      [1, 1, [0], 1],
      [-1, 1, [0], 1],
      [0, 3, [0, 0, 0], 1],
      [0, 2, [0], 1],
      [0, 1, [10], 1],
      [0, 1, [-2], 1],
      [0, 1, [0], 4],
      [0, 1, [0], 0]
    ] as const)
      assert.throws(() => reducer.reduce(slot, count, Int32Array.from(targets), top), RangeError);
  });

  it("has slots of 32 MB, 8 rows at least and 512 at most", () => {
    assert.deepEqual([1, 8192, 32_003, 151_936, 2_000_000].map(rowsPerSlot), [512, 512, 262, 55, 8]);
  });
});

describe("The reducers' threads", () => {
  let memory: LogitsMemory;
  let reducer: Reducer;
  let worker: Worker;

  beforeEach(() => {
    memory = createLogitsMemory(1000, {slots: 2, rowsPerSlot: 4, maxTop: 10});
    reducer = new Reducer(memory);
    worker = new Worker(path.join(__dirname, "reducer.js"), {workerData: memory});
  });

  afterEach(() => worker.terminate());

  const answer = async (): Promise<ReducerAnswer> => (await once(worker, "message"))[0];

  const taskOf = (slot: number, targets: readonly number[], top: number): ReducerTask => ({
    ...{id: 7 + slot, first: 3 + slot, slot, top},
    ...{count: targets.length, targets: Int32Array.from(targets)}
  });

  it("take tasks from their owner and from the evaluator, and give the slots back", async () => {
    const {port1, port2} = new MessageChannel();
    worker.postMessage({port: port2} satisfies ReducerPort, [port2]);
    try {
      for (const [slot, port] of [worker, port1, port1, worker].entries()) {
        const rows = [0, 1, 2].map((row) => rowOf(1000, "normal", slot * 10 + row));
        const targets = [slot, -1, 999];
        // Free at last, although the slots are fewer than the tasks.
        waitForSlot(memory.control, slot % 2);
        fill(reducer, slot % 2, rows);
        const answered = answer();
        port.postMessage(taskOf(slot % 2, targets, 10));
        const {id, first, predictions, problem} = await answered;
        assert.deepEqual({id, first, problem}, {id: 7 + (slot % 2), first: 3 + (slot % 2), problem: undefined});
        assertPredictions(predictions as Predictions, rows, targets, 10);
      }
    } finally {
      port1.close();
    }
  });

  it("free a slot for the thread that waits for it", async () => {
    fill(reducer, 0, [rowOf(1000, "normal", 1)]);
    waitForSlot(memory.control, 0);
    const answered = answer();
    worker.postMessage(taskOf(0, [1], 1));
    // Blocks this thread until the other one has reduced.
    waitForSlot(memory.control, 0);
    await answered;
    freeSlot(memory.control, 0);
    waitForSlot(memory.control, 0);
  });

  it("say what is wrong, and go on", async () => {
    const row = rowOf(1000, "normal", 1);
    row[500] = Number.NaN;
    for (const [rows, target, kind] of [
      [[row], 3, "wrongNumbers"],
      [[rowOf(1000, "normal", 2)], 1000, undefined]
    ] as const) {
      waitForSlot(memory.control, 0);
      fill(reducer, 0, rows);
      const answered = answer();
      worker.postMessage(taskOf(0, [target], 10));
      const {id, predictions, problem} = await answered;
      assert.deepEqual([id, predictions, problem?.kind], [7, undefined, kind]);
      assert.match(problem?.message ?? "", kind === undefined ? /a target is no token/ : /NaN/);
    }
  });
});
