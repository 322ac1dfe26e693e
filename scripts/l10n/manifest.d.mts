// Types for the tests, which are TypeScript.
export function textsOf(
  manifest: object,
  nls: Readonly<Record<string, string>>
): {readonly texts: Record<string, string>; readonly plain: readonly string[]};
export function withKeys<Manifest extends object>(manifest: Manifest): Manifest;
