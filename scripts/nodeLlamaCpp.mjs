// How esbuild bundles node-llama-cpp. As it is published, an import loads some 480 files, a third of the engine's start; and before
// it loads a binary, node-llama-cpp tries it in another process, which loads them again: another third.
import {readFileSync} from "node:fs";
import path from "node:path";

/** The program that node-llama-cpp starts to try a binary, before it loads the binary itself. It asks for this file name. */
const testProgram = "testBindingBinary";

/**
 * Packages by which it clones llama.cpp's sources, downloads models, and shows how far that is. We do none of that with it (`build:
 * "never"`, `skipDownload`), and they are a third of its import.
 */
const leftOut = /^(simple-git|ipull|ora|stdout-update)$/;

/** A module of node-llama-cpp, wherever its package is, with its path in `dist`. */
const ownModule = /[\\/]node_modules[\\/]node-llama-cpp[\\/]dist[\\/](.+\.js)$/;

/** Makes `dist/nodeLlamaCpp.mjs`, which is what `import("node-llama-cpp")` gives, and the program that tries binaries. */
export const nodeLlamaCppBundle = {
  // It has top-level await.
  format: "esm",
  outExtension: {".js": ".mjs"},
  entryPoints: {
    nodeLlamaCpp: "node-llama-cpp",
    [testProgram]: `./node_modules/node-llama-cpp/dist/bindings/utils/${testProgram}.js`
  },
  // Node has no "module" condition, which esbuild would follow by default.
  conditions: [],
  // Binaries stay packages.
  external: ["@node-llama-cpp/*", "electron"],
  // Errors are told apart by the names of their classes, and their stacks go into the log.
  minify: false,
  minifyWhitespace: true,
  minifySyntax: true,
  banner: {
    js: [
      'import {createRequire as createBundleRequire} from "node:module";',
      "const require = createBundleRequire(import.meta.url);",
      'const nodeLlamaCppUrl = import.meta.resolve("node-llama-cpp");'
    ].join("\n")
  },
  plugins: [
    {
      name: "node-llama-cpp",
      setup(build) {
        build.onResolve({filter: leftOut}, ({path: name}) => ({path: name, namespace: "left-out"}));
        build.onLoad({filter: leftOut, namespace: "left-out"}, () => ({contents: "module.exports = {};"}));
        // So that the program that tries binaries has no more in it than it uses.
        build.onResolve({filter: /^\.\.?\//}, ({path: file, importer, resolveDir}) =>
          ownModule.test(importer) ? {path: path.join(resolveDir, file), sideEffects: false} : undefined
        );
        // It looks for its own files beside its modules.
        build.onLoad({filter: ownModule}, ({path: file}) => {
          const name = ownModule.exec(file)[1].replaceAll("\\", "/");
          const url =
            path.basename(file, ".js") === testProgram
              ? `new URL("./${testProgram}.mjs", import.meta.url).href`
              : `new URL(${JSON.stringify(name)}, nodeLlamaCppUrl).href`;
          return {contents: readFileSync(file, "utf8").replaceAll("import.meta.url", url), loader: "js"};
        });
      }
    }
  ]
};

/** Makes our programs import the bundle. */
export const importsNodeLlamaCppBundle = {
  name: "imports-node-llama-cpp-bundle",
  setup(build) {
    build.onResolve({filter: /^node-llama-cpp$/}, () => ({path: "./nodeLlamaCpp.mjs", external: true}));
  }
};
