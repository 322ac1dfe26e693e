import type {ProcessExit} from "./engineProcess";

/** Signals of a crash. SIGKILL is not one: the system uses it when memory is short. */
const crashes: ReadonlySet<NodeJS.Signals> = new Set(["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP"]);

/** Exit codes of a crash on Windows: exceptions (NTSTATUS) from here on, and those of abort(), C's and Node's. */
const firstException = 0xc0000000;
const windowsAborts = [3, 134];

/** Whether a process may have crashed in native code: it was not killed from outside, nor for standing still. */
export function isNativeCrash(
  {code, signal, hung}: ProcessExit & {readonly hung: boolean},
  platform = process.platform
): boolean {
  if (hung) return false;
  if (signal !== null) return crashes.has(signal);
  return platform === "win32" && code !== null && (code >= firstException || windowsAborts.includes(code));
}
