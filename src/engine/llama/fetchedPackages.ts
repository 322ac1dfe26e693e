import {register} from "node:module";
import path from "node:path";
import {pathToFileURL} from "node:url";
import {cudaPackages} from "../../platform/cudaPackages";
import {exists} from "../transfer/disk";

/**
 * The source of a module hook for Node: it resolves the given names to the given files, and nothing else. It is a text because
 * it runs in a separate thread.
 */
const hook = `
let files = {};
export function initialize(given) { files = given; }
export function resolve(specifier, context, next) {
  const url = Object.hasOwn(files, specifier) ? files[specifier] : undefined;
  return url === undefined ? next(specifier, context) : {url, format: "module", shortCircuit: true};
}
`;

let registered: Promise<void> | undefined;

/**
 * Makes `import()` find the packages of binaries in the folder that the host names (TOKENSCOPE_RUNTIME): node-llama-cpp imports
 * them by their names. Without such a folder nothing changes.
 */
export function useFetchedPackages(): Promise<void> {
  registered ??= registerFetchedPackages(process.env["TOKENSCOPE_RUNTIME"] ?? "");
  return registered;
}

async function registerFetchedPackages(folder: string): Promise<void> {
  if (folder === "") return;
  const files: Record<string, string> = {};
  for (const {name} of cudaPackages) {
    const file = path.join(folder, name, "dist", "index.js");
    if (await exists(file)) files[name] = pathToFileURL(file).href;
  }
  if (Object.keys(files).length === 0) return;
  register(`data:text/javascript,${encodeURIComponent(hook)}`, {
    parentURL: pathToFileURL(__filename).href,
    data: files
  });
}
