import {strict as assert} from "node:assert";
import {mock} from "node:test";
import {PrefillState, type Spot} from "../../src/completion/prefill";
import {Prefill} from "../../src/features/inlineCompletion/prefill";

const here: Spot = {file: "file:///a.ts", version: 1, line: 100};
const elsewhere: Spot = {...here, line: 300};

describe("a spot", () => {
  /** Ready for `here`. */
  function warm(): PrefillState {
    const state = new PrefillState();
    state.markReady(here);
    return state;
  }

  it("is evaluated in advance where the cache is of another: far off, in another text, or after a change", () => {
    for (const spot of [elsewhere, {...here, file: "file:///b.ts"}, {...here, version: 2}])
      assert.ok(warm().isDue(spot, 0), JSON.stringify(spot));
    for (const spot of [here, {...here, line: 120}, {...here, line: 80}]) assert.ok(!warm().isDue(spot, 0));
  });

  it("is not evaluated before anything was asked, nor for another model", () => {
    assert.ok(!new PrefillState().isDue(here, 0));
    const state = warm();
    state.forget();
    assert.ok(!state.isDue(elsewhere, 0));
  });

  it("is evaluated in advance in a tenth of the time at most", () => {
    const state = warm();
    const milliseconds = 700;
    let spent = 0;
    // A user jumps around for an hour, and rests for a second each time.
    for (let now = 0; now < 3_600_000; now += 1000) {
      if (!state.isDue(elsewhere, now)) continue;
      state.addCost(milliseconds, now);
      spent += milliseconds;
    }
    assert.ok(spent <= 3_600_000 * 0.1 && spent > 3_600_000 * 0.09, `${spent} ms`);
  });

  it("is not evaluated in advance where that would take more than all there is", () => {
    const state = warm();
    state.addCost(13_000, 0);
    assert.ok(!state.isDue(elsewhere, 0));
    assert.ok(!state.isDue(elsewhere, 3_600_000));
  });
});

describe("prefill", () => {
  before(() => mock.timers.enable({apis: ["setTimeout", "Date"]}));
  after(() => mock.timers.reset());

  /** An engine that answers on demand, after a completion at `here`. */
  function scene() {
    let work = (): void => undefined;
    const engine = {
      underWay: 0,
      onDidChangeWork(listener: () => void) {
        work = listener;
        return {dispose: () => undefined};
      }
    };
    const change = (count: number): void => {
      engine.underWay += count;
      work();
    };
    const evaluated: {spot: Spot | undefined; signal: AbortSignal; end(error?: Error): Promise<void>}[] = [];
    const cursor: {spot: Spot | undefined} = {spot: here};
    const prefill = new Prefill({
      engine,
      spot: () => cursor.spot,
      prepare: async () => (signal) =>
        new Promise((resolve, reject) => {
          change(1);
          const end = async (error?: Error): Promise<void> => {
            change(-1);
            if (error === undefined) resolve();
            else reject(error);
            await Promise.resolve();
          };
          signal.addEventListener("abort", () => void end(signal.reason), {once: true});
          evaluated.push({spot: cursor.spot, signal, end});
        }),
      now: () => Date.now()
    });
    prefill.completionRequested(here);
    return {
      evaluated,
      change,
      moveTo(spot: Spot | undefined): void {
        cursor.spot = spot;
        prefill.cursorMoved();
      },
      wait: async (milliseconds: number): Promise<void> => {
        await new Promise((resolve) => setImmediate(resolve));
        mock.timers.tick(milliseconds);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
  }

  it("begins when the cursor has rested for a second, and once for a spot", async () => {
    const {evaluated, moveTo, wait} = scene();
    moveTo({...here, line: 200});
    await wait(900);
    moveTo(elsewhere);
    await wait(900);
    assert.equal(evaluated.length, 0);
    await wait(100);
    assert.deepEqual(
      evaluated.map(({spot}) => spot),
      [elsewhere]
    );
    await evaluated[0]?.end();
    for (let second = 0; second < 60; second++) await wait(1000);
    moveTo({...elsewhere, line: 301});
    await wait(5000);
    assert.equal(evaluated.length, 1);
    moveTo(here);
    await wait(1000);
    assert.equal(evaluated.length, 2);
  });

  it("waits until nothing is asked of the engine any more", async () => {
    const {evaluated, moveTo, wait, change} = scene();
    change(1);
    moveTo(elsewhere);
    await wait(60_000);
    assert.equal(evaluated.length, 0);
    change(-1);
    await wait(1000);
    assert.equal(evaluated.length, 1);
  });

  it("ends as soon as anything else is asked, and begins again when that is done", async () => {
    const {evaluated, moveTo, wait, change} = scene();
    moveTo(elsewhere);
    await wait(1000);
    change(1);
    assert.equal(evaluated[0]?.signal.aborted, true);
    await wait(60_000);
    assert.equal(evaluated.length, 1);
    change(-1);
    await wait(1000);
    assert.equal(evaluated.length, 2);
  });

  it("ends as soon as the cursor moves", async () => {
    const {evaluated, moveTo, wait} = scene();
    moveTo(elsewhere);
    await wait(1000);
    moveTo(here);
    assert.equal(evaluated[0]?.signal.aborted, true);
    await wait(10_000);
    assert.equal(evaluated.length, 1);
  });

  it("is left alone where no completion would come by itself, and after a failure", async () => {
    const {evaluated, moveTo, wait} = scene();
    moveTo(undefined);
    await wait(10_000);
    assert.equal(evaluated.length, 0);
    moveTo(elsewhere);
    await wait(1000);
    await evaluated[0]?.end(new Error("broken"));
    await wait(10_000);
    assert.equal(evaluated.length, 1);
  });
});
