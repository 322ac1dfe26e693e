import path from "node:path";
import {cudaPackages} from "../platform/cudaPackages";

/** The folder of downloaded runtimes. Each version has its own folder in it. */
export function runtimesFolder(storage: string): string {
  return path.join(storage, "runtimes");
}

/** The folder of this version's CUDA runtime, which exists if it is installed. */
export function cudaFolder(storage: string): string {
  return path.join(runtimesFolder(storage), cudaPackages[0]?.version ?? "none");
}
