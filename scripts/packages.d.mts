// Types for the tests, which are TypeScript.
/** What of package-lock.json the tests change. */
export interface PackageLock {
  packages: Record<string, {version: string; integrity?: string}>;
}
export function installPackages(target: string, packageLock?: PackageLock): string;
