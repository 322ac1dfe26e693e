import {readdir} from "node:fs/promises";
import path from "node:path";
import type {Llama} from "node-llama-cpp";

/** Files of llama.cpp's binaries. */
export interface LibllamaFiles {
  readonly folder: string;
  /** libllama, libggml and libggml-base, by their names in the folder. */
  readonly llama: string;
  readonly ggml: string;
  readonly base: string;
}

/** libllama can't be called here. */
export class NoLibllamaError extends Error {}

const systems: Readonly<Record<string, string>> = {linux: "linux", darwin: "mac", win32: "win"};

/** `libllama.vulkan.v0.5.0.so`, `llama.dll` and their like, but not `libllama-common.so`. */
const names = {llama: libraryName("llama"), ggml: libraryName("ggml"), base: libraryName("ggml-base")};

/** The binaries of node-llama-cpp's platform package that a runtime was loaded from. Throws NoLibllamaError. */
export async function libllamaFiles({gpu}: Pick<Llama, "gpu">): Promise<LibllamaFiles> {
  const variant = [systems[process.platform], process.arch, ...(gpu === false ? [] : [gpu])].join("-");
  try {
    const platformPackage: {getBinsDir(): {readonly binsDir: string}} = await import(`@node-llama-cpp/${variant}`);
    const folder = path.join(platformPackage.getBinsDir().binsDir, variant);
    const files = await readdir(folder);
    const named = (pattern: RegExp) => {
      const name = files.find((file) => pattern.test(file));
      if (name === undefined) throw new Error(`no file ${pattern.source}`);
      return name;
    };
    return {folder, llama: named(names.llama), ggml: named(names.ggml), base: named(names.base)};
  } catch (error) {
    throw new NoLibllamaError(`llama.cpp's binaries for ${variant} were not found: ${String(error)}`);
  }
}

function libraryName(name: string): RegExp {
  return new RegExp(`^(?:lib)?${name}(?:\\.[\\w.]+)?\\.(?:so|dylib|dll)$`);
}
