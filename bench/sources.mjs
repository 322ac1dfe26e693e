// Bundles our TypeScript modules for a benchmark, and returns their exports.
import path from "node:path";
import esbuild from "esbuild";
import {root} from "./engine.mjs";

/** @param modules Paths below src, without ending. */
export async function sources(name, modules) {
  const outfile = path.join(root, "out/bench", `${name}.cjs`);
  await esbuild.build({
    stdin: {contents: modules.map((module) => `export * from "./src/${module}";`).join("\n"), resolveDir: root},
    outfile,
    bundle: true,
    format: "cjs",
    platform: "node"
  });
  return (await import(outfile)).default;
}
