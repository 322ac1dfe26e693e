/** Milliseconds of work before others get their turn: the extension host is everybody's. */
const turn = 5;

/** The same items, with a turn for whatever else waits as soon as making them has taken a few milliseconds. */
export async function* inTurns<T>(items: Iterable<T>): AsyncGenerator<T> {
  let began = performance.now();
  for (const item of items) {
    yield item;
    if (performance.now() - began < turn) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
}

/** Runs work that offers to stop now and then, with turns for others, to its result. */
export async function doneInTurns<Result>(steps: Generator<void, Result>): Promise<Result> {
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - began < turn) continue;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  }
}

/** Pieces put together. */
export async function joined(pieces: Iterable<string>): Promise<string> {
  const parts: string[] = [];
  for await (const piece of inTurns(pieces)) parts.push(piece);
  return parts.join("");
}
