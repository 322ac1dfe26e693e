// Types for the tests, which are TypeScript.
export const targets: string[];
export const thisTarget: string;
export function binaryPackages(target: string): string[];
export function koffiPackage(target: string): string;
export function vsixFile(target?: string): string;
