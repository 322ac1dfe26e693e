import {existsSync} from "node:fs";
import path from "node:path";

/** The repository's folder, wherever below it the bundle lies that this module has become part of. */
export const root = findRoot(__dirname);

function findRoot(folder: string): string {
  if (existsSync(path.join(folder, "esbuild.mjs"))) return folder;
  const parent = path.dirname(folder);
  if (parent === folder) throw new Error(`${__dirname} is not inside Tokenscope's repository.`);
  return findRoot(parent);
}

/** Where screenshots go; kept after the run, for people to look at. */
export const screenshots = path.join(root, "out/screenshots");
