/** Milliseconds of work before others get their turn: the extension host is everybody's. */
const maxSlice = 5;

/** Resolves at once, or, where others have waited for their turn long enough, when they have had it. */
function sliceTimer(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < maxSlice) return;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  };
}

/** The same items, with a turn for whatever else waits as soon as making them has taken a few milliseconds. */
export async function* iterateInSlices<T>(items: Iterable<T>): AsyncGenerator<T> {
  const othersTurn = sliceTimer();
  for (const item of items) {
    yield item;
    await othersTurn();
  }
}

/** Runs work that offers to stop now and then, with turns for others, to its result. */
export async function runInSlices<Result>(steps: Generator<void, Result>): Promise<Result> {
  const othersTurn = sliceTimer();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await othersTurn();
  }
}

/** Pieces put together. */
export async function joinInSlices(pieces: Iterable<string>): Promise<string> {
  const parts: string[] = [];
  for await (const piece of iterateInSlices(pieces)) parts.push(piece);
  return parts.join("");
}
