// An esbuild plugin: `import {bytes} from "./NAME.wasm"` compiles NAME.as.ts beside it, which is AssemblyScript, and puts the
// WebAssembly into the bundle.
import {readFile} from "node:fs/promises";
import path from "node:path";

/** Bundles that import the same source share its compilation. */
const compiled = new Map();

export const assemblyScript = {
  name: "assemblyscript",
  setup(build) {
    build.onResolve({filter: /\.wasm$/}, ({path: file, resolveDir}) => ({
      path: path.resolve(resolveDir, file.replace(/\.wasm$/, ".as.ts"))
    }));
    build.onLoad({filter: /\.as\.ts$/}, async ({path: file}) => {
      const watchFiles = [file];
      const source = await readFile(file, "utf8");
      if (!compiled.has(source)) compiled.set(source, compile(file, source));
      const {wasm, errors} = await compiled.get(source);
      if (errors !== undefined) return {errors: [{text: errors}], watchFiles};
      const base64 = JSON.stringify(Buffer.from(wasm).toString("base64"));
      return {contents: `export const bytes = new Uint8Array(Buffer.from(${base64}, "base64"));`, watchFiles};
    });
  }
};

/** The WebAssembly, or what the compiler found. */
async function compile(file, source) {
  // Loaded late: it takes half a second, and most bundles have no kernel.
  const {default: asc} = await import("assemblyscript/asc");
  const name = path.basename(file);
  let wasm;
  const {error, stderr} = await asc.main(
    // Memory is the caller's, so its limits are too: 65,536 pages, 4 GB, are all that there can be.
    [
      ...[name, "--outFile", "kernel.wasm", "-O3", "--enable", "simd", "--enable", "threads", "--runtime", "stub"],
      ...["--noAssert", "--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"]
    ],
    {
      readFile: (wanted) => (wanted === name ? source : null),
      writeFile: (_name, contents) => {
        wasm = contents;
      },
      listFiles: () => []
    }
  );
  return error === null ? {wasm} : {errors: `${stderr}` || String(error)};
}
