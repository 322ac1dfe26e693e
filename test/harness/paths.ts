import {existsSync} from "node:fs";
import path from "node:path";

/** The repository's folder, found from the bundle's own path. */
export const root = findRoot(__dirname);

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, "esbuild.mjs"))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error(`${__dirname} is not inside Tokenscope's repository.`);
  return findRoot(parent);
}

/** The folder of screenshots, kept after the run. */
export const screenshots = path.join(root, "out/screenshots");
