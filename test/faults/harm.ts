/** The faults that faultyEngine.ts can cause. */
export type Harm = "abort" | "exit" | "heap" | "halfMessage" | "spin";

/** Environment variable with a {@link Harm}, and after a space its moment, if it is not to wait for a signal. */
export const harmVariable = "TOKENSCOPE_TEST_HARM";
export const atStart = "atStart";
/** The moment of the first progress of unpacking. */
export const atUnpacking = "atUnpacking";
/** The moment of the first scores, of an engine that says it computes on a device; never, if it evaluates through node-llama-cpp. */
export const onDevice = "onDevice";

/** Causes the fault. */
export const harmSignal = "SIGUSR2";
