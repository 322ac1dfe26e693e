import path from "node:path";
import {pathToFileURL} from "node:url";
import {root} from "../harness/paths";

/** Programs of scripts/, as they are: in a test's bundle they would not find the repository. */
export const scripts = {
  pack: () => load<typeof import("../../scripts/pack.mjs")>("pack.mjs"),
  packages: () => load<typeof import("../../scripts/packages.mjs")>("packages.mjs"),
  vsix: () => load<typeof import("../../scripts/vsix.mjs")>("vsix.mjs")
};

/** How npm says that it cannot reach the registry. */
export const noNetwork =
  /npm error code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED)/;

async function load<Exports>(name: string): Promise<Exports> {
  return (await import(pathToFileURL(path.join(root, "scripts", name)).href)) as Exports;
}
