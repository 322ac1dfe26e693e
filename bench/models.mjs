// Measures the listing of a thousand models and the reading of headers: time, bytes read, and delays of the event loop.
// Writes its files to the temporary folder (some 300 MB, and two sparse ones of 20 GB) and removes them.
// usage: node esbuild.mjs --tests && node bench/models.mjs
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync
} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {monitorEventLoopDelay} from "node:perf_hooks";
import esbuild from "esbuild";

const root = path.join(import.meta.dirname, "..");
const code = path.join(root, "out/bench/models.cjs");
await esbuild.build({
  stdin: {
    contents: `
      export {HeaderCache} from "./src/host/models/local/headerCache";
      export {findLocalModels} from "./src/host/models/local/findLocalModels";
      export {fileSource} from "./src/platform/fileSource";
      export {readHeader} from "./src/gguf/header";`,
    resolveDir: root
  },
  bundle: true,
  platform: "node",
  format: "cjs",
  outfile: code
});
const {HeaderCache, findLocalModels, fileSource, readHeader} = (await import(code)).default;

const demonstration = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");
const {vocabularyFile} = (await import(path.join(root, "out/test/engine/vocabularyFiles.js"))).default;
const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-bench-"));
try {
  await thousandModels();
  await hugeFile("demonstration model (8,192 tokens, 38 tensors)", demonstration);
  await hugeFile("Qwen2's vocabulary (151,936 tokens)", vocabularyFile("qwen2"));
  await hugeFile("Gemma 4's vocabulary (262,144 tokens)", vocabularyFile("gemma-4"));
} finally {
  rmSync(folder, {recursive: true, force: true});
}

async function thousandModels() {
  const models = path.join(folder, "models");
  const header = readFileSync(demonstration).subarray(0, 1 << 19);
  for (let i = 0; i < 1000; i++) {
    mkdirSync(path.join(models, `publisher ${i % 50}`), {recursive: true});
    withHole(path.join(models, `publisher ${i % 50}`, `model ${i}.gguf`), header, statSync(demonstration).size);
  }
  const environment = {platform: process.platform, home: folder, env: {}, folders: [models], downloads: folder};
  const never = new AbortController().signal;
  let found = [];
  for (const time of ["first time", "second time"])
    await measured(`1000 models listed, ${time}`, async () => {
      found = await findLocalModels(environment, never);
      return `${found.length} models`;
    });
  const file = path.join(folder, "headers.json");
  const cache = new HeaderCache(file);
  await measured("their headers read", async () => {
    await Promise.all(found.map((model) => cache.facts(model)));
    return `${found.filter((model) => cache.known(model)).length} known`;
  });
  await measured("what they say kept", async () => {
    await cache.save();
    return `${statSync(file).size} bytes`;
  });
  const next = new HeaderCache(file);
  await measured("and known again", async () => {
    await next.load();
    return `${found.filter((model) => next.known(model)).length} known`;
  });
}

/** A sparse file of 20 GB with a real header. */
async function hugeFile(what, source) {
  const file = path.join(folder, "huge.gguf");
  withHole(file, readFileSync(source), 20e9);
  for (const depth of ["brief", "whole", "whole"])
    await measured(`20 GB, ${what}, ${depth}`, async () => {
      const source = await fileSource(file);
      let bytes = 0;
      let reads = 0;
      const counted = {
        size: source.size,
        read: (offset, length) => {
          reads++;
          bytes += length;
          return source.read(offset, length);
        }
      };
      const header = await readHeader(counted, {depth});
      await source.close();
      return `${header.metadata.size} entries, ${(bytes / 1e6).toFixed(2)} MB in ${reads} reads`;
    });
}

function withHole(file, content, bytes) {
  const descriptor = openSync(file, "w");
  writeSync(descriptor, content);
  closeSync(descriptor);
  truncateSync(file, bytes);
}

/** Prints the time, and the longest delay of the event loop. */
async function measured(what, work) {
  const delay = monitorEventLoopDelay({resolution: 1});
  delay.enable();
  const started = performance.now();
  const result = await work();
  const milliseconds = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  const longest = delay.max / 1e6;
  console.log(`${what}: ${milliseconds.toFixed(1)} ms, longest turn ${longest.toFixed(1)} ms, ${result}`);
}
