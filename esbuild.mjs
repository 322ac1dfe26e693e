// Builds the four programs (and, with --tests, the test suites, with --harness what drives VS Code). --watch keeps building; --production minifies;
// --inputs=FILE writes down the files that the programs are made of.
import {mkdirSync, readdirSync, writeFileSync} from "node:fs";
import path from "node:path";
import esbuild from "esbuild";

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
  logLevel: "info",
  define: {"process.env.NODE_ENV": '"production"'}
};

/** @type {esbuild.BuildOptions} */
const node = {
  ...common,
  platform: "node",
  format: "cjs",
  // VS Code 1.95 runs Node 20.18.
  target: "node20.18",
  // node-llama-cpp finds its binaries beside its own files, and is ESM: it stays a package, reached by import().
  external: ["vscode", "node-llama-cpp", "mocha", "playwright-core", "fast-check"]
};

/** A file of its own, loaded with the first engine: it is a third of what the extension host would else read at its start. */
const rpcApart = {
  name: "rpc-apart",
  setup(build) {
    build.onResolve({filter: /^vscode-jsonrpc\/node$/}, ({kind}) =>
      kind === "entry-point" ? undefined : {path: "./rpc.js", external: true}
    );
  }
};

const builds = [
  {
    ...node,
    entryPoints: {extension: "src/extension.ts", engine: "src/engine/main.ts", cli: "src/cli.ts"},
    outdir: "dist",
    plugins: [rpcApart]
  },
  {...node, entryPoints: {rpc: "vscode-jsonrpc/node"}, outdir: "dist"},
  {
    ...common,
    entryPoints: {logprobs: "webview/logprobs/main.ts", modelInfo: "webview/modelInfo/main.ts"},
    outdir: "dist/webview",
    platform: "browser",
    format: "iife",
    target: "chrome122"
  }
];

// Tests run from source as bundles: each finds the sources it tests inside itself, and packages in node_modules.
// --harness builds the part of them that `npm start` needs.
const suites = flags.has("--tests")
  ? ["unit", "engine", "extension", "e2e", "harness"]
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
    mkdirSync(path.dirname(inputsFile), {recursive: true});
    writeFileSync(inputsFile, JSON.stringify([...new Set(outputs.flatMap(({inputs}) => Object.keys(inputs)))]));
  }
}
