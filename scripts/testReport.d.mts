// Types for its test, which is TypeScript.
import type {SuiteRun} from "./suiteRun.d.mts";
export function showProgress(suite: SuiteRun): () => void;
export function suiteLine(suite: SuiteRun): string;
export function summary(suites: readonly SuiteRun[]): string;
