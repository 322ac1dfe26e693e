// Types for the tests, which are TypeScript.
export interface Problem {
  readonly line: number;
  readonly problem: string;
}
export function messagesOf(source: string): {
  readonly messages: readonly {readonly message: string; readonly comment: readonly string[]; readonly line: number}[];
  readonly problems: readonly Problem[];
};
export function bareTexts(source: string): readonly Problem[];
