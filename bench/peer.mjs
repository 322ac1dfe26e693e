// llama.cpp's own tools, built from the same source as node-llama-cpp's binaries, for the same CPU features.
// usage: import {perplexityOf, peerProgram} from "./peer.mjs"; a tool's first use takes some ten minutes on two cores.
import {spawnSync} from "node:child_process";
import {existsSync, readFileSync} from "node:fs";
import {availableParallelism} from "node:os";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");
/** A checkout of llama.cpp's source, for the builds and for its vocabularies. */
export const source = path.join(root, "out/llama.cpp");

/** The path of a tool ("llama-server"). Variables like LLAMA_SERVER name an existing one. */
export function peerProgram(tool) {
  const given = process.env[tool.toUpperCase().replaceAll("-", "_")];
  if (given !== undefined) return given;
  const program = path.join(source, "build/bin", tool);
  if (existsSync(program)) return program;
  checkOut();
  const flags = readFileSync("/proc/cpuinfo", "utf8").match(/^flags.*$/m)?.[0] ?? "";
  // Not GGML_NATIVE: with some compilers its AMX kernels crash.
  const features = {
    AVX2: "avx2",
    FMA: "fma",
    F16C: "f16c",
    BMI2: "bmi2",
    AVX512: "avx512f",
    AVX512_VNNI: "avx512_vnni",
    AVX512_VBMI: "avx512vbmi",
    AVX512_BF16: "avx512_bf16"
  };
  const options = Object.entries(features)
    .filter(([, flag]) => flags.split(" ").includes(flag))
    .map(([name]) => `-DGGML_${name}=ON`);
  const build = path.join(source, "build");
  run("cmake", [
    "-S",
    source,
    "-B",
    build,
    "-DGGML_NATIVE=OFF",
    "-DLLAMA_CURL=OFF",
    "-DLLAMA_USE_PREBUILT_UI=OFF",
    ...options
  ]);
  run("cmake", ["--build", build, "--target", tool, "-j", String(availableParallelism())]);
  return program;
}

export function checkOut() {
  if (existsSync(source)) return;
  run("git", ["clone", "-q", path.join(root, "node_modules/node-llama-cpp/llama/gitRelease.bundle"), source]);
}

/**
 * The result of llama-perplexity for a text, from its log: the final estimate, the number of chunks, and the seconds
 * without loading and tokenizing.
 */
export function perplexityOf({model, text, threads, chunk = 512}) {
  let log = "";
  let chunks = null;
  let estimate = null;
  // Another thread writes its log, which may be cut off when the program ends.
  for (let tries = 0; tries < 5 && estimate === null; tries++) {
    const {stdout, stderr} = spawnSync(
      peerProgram("llama-perplexity"),
      ["-m", model, "-f", text, "-t", String(threads), "-c", String(chunk), "--log-timestamps"],
      {encoding: "utf8", maxBuffer: 1 << 28}
    );
    log = stdout + stderr;
    chunks = /([\d.]+) I .*calculating perplexity over (\d+) chunks/m.exec(log);
    // It is not always at the start of a line.
    estimate = /([\d.]+) I Final estimate: PPL = (\S+) \+\/- (\S+)/m.exec(log);
  }
  if (chunks === null || estimate === null) throw new Error(`llama-perplexity said: ${log.slice(-2000)}`);
  return {
    perplexity: Number(estimate[2]),
    standardError: Number(estimate[3]),
    chunks: Number(chunks[2]),
    seconds: seconds(estimate[1]) - seconds(chunks[1])
  };
}

/** Parses a time like "1.05.029.861": minutes, seconds, milliseconds, microseconds. */
function seconds(stamp) {
  const [minutes, whole, thousandths, millionths] = stamp.split(".").map(Number);
  return minutes * 60 + whole + thousandths / 1e3 + millionths / 1e6;
}

function run(command, parameters) {
  console.error(`> ${command} ${parameters.join(" ")}`);
  const {status} = spawnSync(command, parameters, {stdio: ["ignore", 2, 2]});
  if (status !== 0) throw new Error(`${command} failed: cmake, g++ and git are needed`);
}
