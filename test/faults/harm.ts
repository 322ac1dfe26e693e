/** The faults that faultyEngine.ts can cause. */
export type Harm = "exit" | "heap" | "halfMessage" | "spin";

/** Environment variable with a {@link Harm}, and after a space its moment, if it is not to wait for a signal. */
export const harmVariable = "TOKENSCOPE_TEST_HARM";
export const atStart = "atStart";
/** The moment of the first progress of unpacking. */
export const atUnpacking = "atUnpacking";

/** Causes the fault. */
export const harmSignal = "SIGUSR2";
