import {strict as assert} from "node:assert";
import {setImmediate} from "node:timers/promises";
import {JobQueue} from "../../src/engine/jobQueue";

describe("A line", () => {
  /** Work that ends on demand. */
  class Work {
    readonly places: number[] = [];
    readonly leaving = new AbortController();
    readonly done: Promise<string>;
    running = false;
    end: () => void = () => undefined;

    constructor(line: JobQueue, name: string) {
      const work = async (): Promise<string> => {
        this.running = true;
        await new Promise<void>((resolve) => {
          this.end = resolve;
        });
        this.running = false;
        return name;
      };
      this.done = line.run(work, this.leaving.signal, (place) => this.places.push(place));
      this.done.catch(() => undefined);
    }
  }

  const newLine = (most = 10) => new JobQueue(most, (waiting) => new Error(`${waiting} wait`));

  it("lets one through at a time, in the order of asking, and tells the others their places", async () => {
    const line = newLine();
    const works = ["a", "b", "c", "d"].map((name) => new Work(line, name));
    await setImmediate();
    assert.deepEqual(
      works.map(({places}) => places),
      [[], [1], [2], [3]]
    );
    for (const [index, work] of works.entries()) {
      assert.deepEqual(
        works.map(({running}) => running),
        works.map((_, other) => other === index)
      );
      work.end();
      assert.equal(await work.done, ["a", "b", "c", "d"][index]);
      await setImmediate();
    }
    assert.deepEqual(works.at(-1)?.places, [3, 2, 1]);
  });

  it("is left at once, and those behind move up", async () => {
    const line = newLine();
    const [first, second, third] = ["a", "b", "c"].map((name) => new Work(line, name)) as [Work, Work, Work];
    await setImmediate();
    second.leaving.abort(new Error("left"));
    await assert.rejects(second.done, /left/);
    await setImmediate();
    assert.deepEqual(third.places, [2, 1]);
    first.end();
    await first.done;
    await setImmediate();
    assert.ok(third.running && !second.running);
    third.end();
    assert.equal(await third.done, "c");
  });

  it("has an end", async () => {
    const line = newLine(2);
    const works = ["a", "b", "c", "d"].map((name) => new Work(line, name));
    await assert.rejects(works[3]?.done as Promise<string>, /2 wait/);
    for (const work of works.slice(0, 3)) {
      await setImmediate();
      work.end();
      await work.done;
    }
    const next = new Work(line, "e");
    await setImmediate();
    assert.ok(next.running);
    next.end();
    await next.done;
  });

  it("goes on after work that fails, and does not begin what was taken back before", async () => {
    const line = newLine();
    const signal = new AbortController().signal;
    const failing = line.run(
      () => Promise.reject(new Error("failed")),
      signal,
      () => undefined
    );
    const next = line.run(
      () => Promise.resolve(1),
      signal,
      () => undefined
    );
    await assert.rejects(failing, /failed/);
    assert.equal(await next, 1);
    const gone = AbortSignal.abort(new Error("gone"));
    await assert.rejects(
      line.run(
        () => Promise.resolve(2),
        gone,
        () => undefined
      ),
      /gone/
    );
  });
});
