/** Maximum length of a time slice (ms): half of a frame. */
const maxSlice = 8;

/** Runs a generator to its result in time slices, so that the page draws and answers in between. Short work waits for nothing. */
export async function runInSlices<Result>(steps: Generator<void, Result>): Promise<Result> {
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - began < maxSlice) continue;
    await nextTask();
    began = performance.now();
  }
}

/** A task of its own, after those that wait. A timer would wait for some milliseconds. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
