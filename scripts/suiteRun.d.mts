// Types for its test, which is TypeScript.
export class SuiteRun {
  constructor(name: string, folder: string, limits?: {hangs?: number; grace?: number});
  readonly name: string;
  readonly events: string;
  readonly log: string;
  readonly passed: number;
  readonly failures: readonly {test: string; error: string}[];
  readonly skipped: readonly string[];
  readonly retried: readonly string[];
  readonly seconds: number;
  run(work: () => Promise<void>): Promise<void>;
  look(): {began: string | undefined; ended: boolean};
  check(script: string, args?: string[]): Promise<void>;
  node(script: string, args?: string[], env?: Record<string, string>): Promise<void>;
}
