// Builds the programs (and, with --tests, the test suites, with --harness what drives VS Code). --watch keeps building; --production minifies;
// --inputs=FILE writes down the files that the programs are made of and the packages that they import; --quiet says nothing unless
// something is wrong.
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {isBuiltin} from "node:module";
import path from "node:path";
import esbuild from "esbuild";
import {assemblyScript} from "./scripts/assemblyScript.mjs";
import {importsNodeLlamaCppBundle, nodeLlamaCppBundle} from "./scripts/nodeLlamaCpp.mjs";

const flags = new Set(process.argv.slice(2));
const production = flags.has("--production");
const inputsFile = process.argv.find((flag) => flag.startsWith("--inputs="))?.slice("--inputs=".length);

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  sourcemap: true,
  minify: production,
  metafile: inputsFile !== undefined,
  // The toolkit and the tests are the only ones to notice: names in stacks and errors stay as written.
  keepNames: false,
  logLevel: flags.has("--quiet") ? "warning" : "info",
  define: {"process.env.NODE_ENV": '"production"', CUDA_PACKAGES: JSON.stringify(JSON.stringify(cudaPackages()))}
};

/** Threads of the engine, and processes that its tests start too, found as files beside what starts them. */
const threads = {
  chatTemplate: "src/engine/chat/templateProcess.ts",
  evaluator: "src/engine/llama/evaluator/evaluatorThread.ts",
  reducer: "src/engine/llama/evaluator/reducerThread.ts",
  vocabularySearch: "src/engine/llama/vocabularySearchThread.ts"
};

/** @type {esbuild.BuildOptions} */
const node = {
  ...common,
  platform: "node",
  format: "cjs",
  // VS Code 1.95 runs Node 20.18.
  target: "node20.18",
  // koffi finds its binaries beside its own files: it stays a package. node-llama-cpp is ESM, reached by import(). Tests import the
  // package itself.
  external: ["vscode", "node-llama-cpp", "koffi", "mocha", "playwright-core", "fast-check", "@vscode/test-electron"],
  plugins: [assemblyScript]
};

/**
 * What a command, a view or the first engine needs is loaded with it, by import(), and not at the extension host's start. esbuild
 * splits ES modules only, and VS Code 1.95 loads CommonJS only: so each piece is split off as the one and written as the other.
 */
const splitAsCommonJs = {
  name: "split-as-commonjs",
  setup(build) {
    Object.assign(build.initialOptions, {format: "esm", splitting: true, chunkNames: "chunks/[name]-[hash]"});
    Object.assign(build.initialOptions, {sourcemap: "inline", write: false, metafile: true});
    build.onEnd(async ({outputFiles = [], errors}) => {
      if (errors.length > 0) return;
      rmSync(path.join(build.initialOptions.outdir, "chunks"), {recursive: true, force: true});
      for (const {path: file, text} of outputFiles) {
        const sourcefile = path.basename(file);
        const {code, map} = await esbuild.transform(withCommonJsExports(text), {
          format: "cjs",
          platform: "node",
          target: node.target,
          // By require(): VS Code gives its API to what is loaded so.
          supported: {"dynamic-import": false},
          logOverride: {"commonjs-variable-in-esm": "silent"},
          minify: production,
          sourcemap: "external",
          sourcefile
        });
        mkdirSync(path.dirname(file), {recursive: true});
        writeFileSync(file, `${code}//# sourceMappingURL=${sourcefile}.map\n`);
        writeFileSync(`${file}.map`, map);
      }
    });
  }
};

/**
 * A piece with its exports as a CommonJS module has them. esbuild would write 400 bytes of helpers for them into each piece.
 * They may stand at the end, because no piece imports one that imports it back.
 */
function withCommonJsExports(text) {
  return text.replace(/\bexport\s*\{([^}]*)\};?(?=\s*\/\/# sourceMappingURL=\S+\s*$)/, (_, list) => {
    const names = list.split(",").map((one) => one.trim().split(" as "));
    const getters = names.map(([local, name = local]) => `get ${name}(){return ${local}}`);
    return `module.exports={__esModule:true,${getters.join(",")}};`;
  });
}

const builds = [
  {
    ...node,
    entryPoints: {
      engine: "src/engine/main.ts",
      heartbeat: "src/engine/heartbeat.ts",
      probe: "src/engine/llama/devices/probe.ts",
      cli: "src/cli.ts",
      ...threads
    },
    outdir: "dist",
    plugins: [assemblyScript, importsNodeLlamaCppBundle]
  },
  {...node, ...nodeLlamaCppBundle, outdir: "dist"},
  {...node, entryPoints: {extension: "src/extension.ts"}, outdir: "dist", plugins: [splitAsCommonJs]},
  {
    ...common,
    entryPoints: views(),
    outdir: "dist/webview",
    platform: "browser",
    format: "iife",
    target: "chrome122"
  }
];

// Tests run from source as bundles: each finds the sources it tests inside itself, and packages in node_modules.
// --harness builds the part of them that `npm start` needs.
const suites = flags.has("--tests")
  ? ["unit", "engine", "extension", "package", "e2e", "faults", "harness"]
  : flags.has("--harness")
    ? ["harness"]
    : [];
if (suites.length > 0) {
  const entryPoints = suites.flatMap((suite) =>
    readdirSync(`test/${suite}`, {recursive: true, encoding: "utf8"})
      .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
      .map((file) => `test/${suite}/${file}`)
  );
  builds.push({...node, minify: false, entryPoints, outdir: "out", outbase: "."});
}
if (flags.has("--tests"))
  for (const suite of ["unit", "engine"])
    builds.push({...node, minify: false, entryPoints: threads, outdir: `out/test/${suite}`});

if (flags.has("--watch")) {
  // The words VS Code's task waits for (.vscode/tasks.json).
  const watching = {
    name: "watch-marks",
    setup(build) {
      build.onStart(() => console.log("[watch] build started"));
      build.onEnd(() => console.log("[watch] build finished"));
    }
  };
  for (const build of builds)
    await (await esbuild.context({...build, plugins: [...(build.plugins ?? []), watching]})).watch();
} else {
  const results = await Promise.all(builds.map((build) => esbuild.build(build)));
  if (inputsFile !== undefined) {
    // Of the outputs, not all that was looked at: what tree shaking left out altogether is not in the box.
    const outputs = results.flatMap(({metafile}) => Object.values(metafile.outputs));
    const inputs = new Set(outputs.flatMap(({inputs}) => Object.keys(inputs)));
    mkdirSync(path.dirname(inputsFile), {recursive: true});
    writeFileSync(inputsFile, JSON.stringify({inputs: [...inputs], imports: [...new Set(outputs.flatMap(imports))]}));
  }
}

/** An output's imports of packages, as code: a package can have other files for require() than for import(). */
function imports(output) {
  return output.imports
    .filter(({external, path}) => external && path !== "vscode" && !path.startsWith("./") && !isBuiltin(path))
    .map(({kind, path}) => `${kind === "require-call" ? "require" : "import"}(${JSON.stringify(path)});`);
}

/** Each folder of webview/ with a main.ts is a view. */
function views() {
  const names = readdirSync("webview").filter((name) => existsSync(`webview/${name}/main.ts`));
  return Object.fromEntries(names.map((name) => [name, `webview/${name}/main.ts`]));
}

/** The packages that are fetched when they are wanted, exactly as the lockfile has them (src/platform/cudaPackages.ts). */
function cudaPackages() {
  const {packages} = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const described = (name) => {
    const {version, integrity = null} = packages[`node_modules/${name}`];
    return {name, version, integrity};
  };
  return {
    "linux-x64": ["@node-llama-cpp/linux-x64-cuda", "@node-llama-cpp/linux-x64-cuda-ext"].map(described),
    "win32-x64": ["@node-llama-cpp/win-x64-cuda", "@node-llama-cpp/win-x64-cuda-ext"].map(described)
  };
}
