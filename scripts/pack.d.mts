// Types for the tests, which are TypeScript.
export function pack(what: {target: string; packages: string; vsix: string; limit?: number}): Promise<number>;
