// Types for the harness, which is TypeScript.
export interface CodeServer {
  /** The folder that package-lock.json was installed in. */
  folder: string;
  /** Node 24's program. */
  node: string;
  /** What Node runs: VS Code's server. */
  main: string;
}
export function codeServerFolder(lock: string): string;
export function codeServerPrograms(folder: string): {node: string; main: string};
export function installedCodeServer(root: string): CodeServer | undefined;
