// Where the VS Code for the browser lies: npm's code-server, outside the clone, one folder for each lock file. Further
// clones find it there, and a clone may have any name: code-server does not compile below a folder with a space in its
// name. Plain Node: setup.mjs runs before there are packages. The harness bundles it too.
import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {homedir} from "node:os";
import path from "node:path";

const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "tokenscope-dev");

/** The folder of the code-server for a lock file (its text), installed or not. */
export function codeServerFolder(lock) {
  const digest = createHash("sha256").update(lock).update(process.arch).digest("hex").slice(0, 16);
  return path.join(cache, `code-server-${digest}`);
}

/** The programs of a code-server in a folder: Node 24, and the VS Code server that runs on it. */
export function codeServerPrograms(folder) {
  const packages = path.join(folder, "node_modules");
  return {
    node: path.join(packages, `node-linux-${process.arch}/bin/node`),
    main: path.join(packages, "code-server/lib/vscode/out/server-main.js")
  };
}

/** The code-server for this repository's lock file; undefined if it is not installed. */
export function installedCodeServer(root) {
  const lock = readFileSync(path.join(root, "test/harness/code-server/package-lock.json"), "utf8");
  const folder = codeServerFolder(lock);
  return existsSync(folder) ? {folder, ...codeServerPrograms(folder)} : undefined;
}
