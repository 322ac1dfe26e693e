import path from "node:path";
import {pathToFileURL} from "node:url";
import {root} from "../harness/paths";

/** Imports programs of scripts/ unbundled: in a bundle they would not find the repository. */
export const scripts = {
  pack: () => load<typeof import("../../scripts/pack.mjs")>("pack.mjs"),
  packages: () => load<typeof import("../../scripts/packages.mjs")>("packages.mjs"),
  vsix: () => load<typeof import("../../scripts/vsix.mjs")>("vsix.mjs")
};

/** npm's error codes for an unreachable registry. */
export const noNetwork =
  /npm error code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED)/;

async function load<Exports>(name: string): Promise<Exports> {
  return (await import(pathToFileURL(path.join(root, "scripts", name)).href)) as Exports;
}
