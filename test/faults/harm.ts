/** What the engine can do to itself in faultyEngine.ts. */
export type Harm = "exit" | "heap" | "halfMessage" | "spin";

/** Environment variable with a {@link Harm}, and behind a space when it comes, where no signal is waited for. */
export const harmVariable = "TOKENSCOPE_TEST_HARM";
export const atStart = "atStart";
/** With the first progress of unpacking. */
export const atUnpacking = "atUnpacking";

/** Comes to the harm that was named. */
export const harmSignal = "SIGUSR2";
