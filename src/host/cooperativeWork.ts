/** Maximum length of a time slice (ms): all extensions share the extension host. */
const maxSlice = 5;

/** Returns a function to call between steps. If the time slice is over, it lets other work run first. */
function sliceTimer(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < maxSlice) return;
    await new Promise((resolve) => setImmediate(resolve));
    began = performance.now();
  };
}

/** Iterates over items in time slices, so that other work can run in between. */
export async function* iterateInSlices<T>(items: Iterable<T>): AsyncGenerator<T> {
  const yieldIfDue = sliceTimer();
  for (const item of items) {
    yield item;
    await yieldIfDue();
  }
}

/** Runs a generator to its result in time slices, so that other work can run in between. */
export async function runInSlices<Result>(steps: Generator<void, Result>): Promise<Result> {
  const yieldIfDue = sliceTimer();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await yieldIfDue();
  }
}

/** Joins strings in time slices. */
export async function joinInSlices(pieces: Iterable<string>): Promise<string> {
  const parts: string[] = [];
  for await (const piece of iterateInSlices(pieces)) parts.push(piece);
  return parts.join("");
}
