// Types for the tests, which are TypeScript.
export function localization(root: string): {
  readonly bundle: Readonly<Record<string, string | {readonly message: string; readonly comment: readonly string[]}>>;
  readonly texts: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
};
export function translationProblems(
  english: Readonly<Record<string, string>>,
  translation: Readonly<Record<string, string>>
): readonly string[];
