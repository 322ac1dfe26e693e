// Compares our download of a file with the simplest ways to do it, from a server on this machine. There the network is
// no limit, so that only our own work counts. Each way in turn, RUNS times.
// usage: node esbuild.mjs --production && node bench/download.mjs [MEGABYTES] [RUNS]
import {execFile, fork} from "node:child_process";
import {createHash, randomFillSync} from "node:crypto";
import {once} from "node:events";
import {createReadStream, createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync} from "node:fs";
import {createServer} from "node:http";
import {tmpdir} from "node:os";
import path from "node:path";
import {Readable} from "node:stream";
import {pipeline} from "node:stream/promises";
import {promisify} from "node:util";
import {createModelDownloader} from "node-llama-cpp";
import {startEngine} from "./engine.mjs";

if (process.argv[2] === "--serve") serve(process.argv[3]);
else await measure(Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 5));

/** The server's own process, so that its work does not count as the client's. */
function serve(file) {
  const {size} = statSync(file);
  const server = createServer((request, response) => {
    const [, from = 0, to = size - 1] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const [start, end] = [Number(from), Number(to)];
    response.writeHead(request.headers.range ? 206 : 200, {
      "accept-ranges": "bytes",
      etag: '"bench"',
      "content-length": end - start + 1,
      ...(request.headers.range ? {"content-range": `bytes ${start}-${end}/${size}`} : {})
    });
    pipeline(createReadStream(file, {start, end, highWaterMark: 1 << 18}), response).catch(() => undefined);
  });
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
}

async function measure(megabytes, runs) {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-bench-"));
  const file = path.join(folder, "served.bin");
  const content = randomFillSync(Buffer.alloc(megabytes * 1e6));
  writeFileSync(file, content);
  const integrity = `sha256-${createHash("sha256").update(content).digest("base64")}`;
  const server = fork(import.meta.filename, ["--serve", file]);
  const [port] = await once(server, "message");
  const uri = `http://127.0.0.1:${port}/served.bin`;
  const engine = startEngine();
  const network = {proxy: null, strictSSL: true, huggingFace: "https://huggingface.co/", token: null};
  const ours = (more) => (target) =>
    engine.request("download", {
      uri,
      folder: path.dirname(target),
      fileName: path.basename(target),
      gguf: false,
      network,
      ...more
    });
  const ways = {
    "curl -o": (target) => promisify(execFile)("curl", ["-sS", "-o", target, uri]),
    "fetch, piped to a file": async (target) =>
      await pipeline(Readable.fromWeb((await fetch(uri)).body), createWriteStream(target)),
    "Tokenscope, size checked": ours({}),
    "Tokenscope, SHA-256 checked": ours({integrity}),
    createModelDownloader: async (target) => {
      const options = {
        modelUri: uri,
        dirPath: path.dirname(target),
        fileName: path.basename(target),
        skipExisting: false
      };
      await (await createModelDownloader(options)).download();
    }
  };
  const times = new Map(Object.keys(ways).map((name) => [name, []]));
  await engine.request("inspect", {uri, network});
  for (let run = 0; run < runs; run++)
    for (const [name, fetchTo] of Object.entries(ways)) {
      const target = path.join(folder, `${run}-${times.get(name).length}-${name.replace(/\W+/g, "")}`);
      const began = performance.now();
      await fetchTo(target);
      times.get(name).push(performance.now() - began);
      if (statSync(target).size !== content.length) throw new Error(`${name} brought something else`);
      rmSync(target);
    }
  const plain = median(times.get("fetch, piped to a file"));
  console.log(`${megabytes} MB, ${runs} runs, milliseconds (minimum, median, maximum), median against fetch:`);
  for (const [name, taken] of times) {
    const sorted = taken.toSorted((a, b) => a - b);
    const figures = [sorted[0], median(taken), sorted.at(-1)].map((value) => value.toFixed(0)).join(", ");
    console.log(`  ${name}: ${figures}; ${(median(taken) / plain).toFixed(2)}`);
  }
  engine.stop();
  server.kill();
  rmSync(folder, {recursive: true, force: true});
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
