// Types for the harness, which is TypeScript.
export function onPath(command: string): string | undefined;
export function hasDisplay(): boolean;
export function desktopCode(): string | undefined;
export function findChromium(): string | undefined;
