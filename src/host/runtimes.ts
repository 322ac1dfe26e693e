import path from "node:path";
import {cudaPackages} from "../platform/cudaPackages";

/** Where fetched runtimes are, each in a folder named after its version. */
export function runtimesFolder(storage: string): string {
  return path.join(storage, "runtimes");
}

/** Where the CUDA runtime of this version is, if it is installed. */
export function cudaFolder(storage: string): string {
  return path.join(runtimesFolder(storage), cudaPackages[0]?.version ?? "none");
}
