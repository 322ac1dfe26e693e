/**
 * The program that tries one of llama.cpp's back ends, in a separate process because a driver may hang or crash. Its argument is
 * the back end ("off" is the CPU); it sends {@link ProbeMessage}s.
 */
import "../../home";
import "../../noDebugger";
import path from "node:path";
import type {GpuChoice} from "../../../contract/models";
import {startLlama} from "../runtime";
import {type DeviceInfo, deviceInfosOf} from "./deviceInfo";
import {binaryPackage} from "./unavailableReason";

/** Reasons why a back end doesn't work, as far as known, and last what was found: null if it doesn't work. */
export type ProbeMessage = {readonly reason: string} | {readonly found: readonly DeviceInfo[] | null};

async function probe(gpu: GpuChoice): Promise<readonly DeviceInfo[] | null> {
  try {
    return await deviceInfosOf(await startLlama(gpu, () => undefined));
  } catch {
    if (gpu !== "auto" && gpu !== "metal") for (const reason of await loaderErrors(gpu)) send({reason});
    return null;
  }
}

/**
 * The errors of the system's loader for a back end's libraries: node-llama-cpp tries them in another process and doesn't say why
 * that failed. Node loads a library as if it were an addon; the error that it is none means that it could be loaded.
 */
async function loaderErrors(device: "off" | "cuda" | "vulkan"): Promise<string[]> {
  const name = binaryPackage(device === "off" ? "cpu" : device);
  if (name === undefined) return [];
  const library = process.platform === "win32" ? `ggml-${device}.dll` : `libggml-${device}.so`;
  const errors: string[] = [];
  // First, because the others depend on it.
  const addon = [name, "llama-addon.node"] as const;
  const libraries = [
    [name, library],
    // The same library, built for CUDA 12.
    [`${name}-ext`, path.join("fallback", library)]
  ] as const;
  for (const [packageName, file] of device === "off" ? [addon] : [addon, ...libraries]) {
    const binaries: {getBinsDir?(): {binsDir: string}} = await import(packageName).catch(() => ({}));
    const {binsDir} = binaries.getBinsDir?.() ?? {};
    if (binsDir === undefined) continue;
    try {
      process.dlopen({exports: {}}, path.join(binsDir, path.basename(name), file));
    } catch (error) {
      const {message} = error as Error;
      if (!message.includes("did not self-register")) errors.push(`${packageName}: ${message}`);
    }
  }
  return errors;
}

function send(message: ProbeMessage, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}

process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));

void probe(process.argv[2] as GpuChoice).then((found) =>
  // Native threads ignore a gentler signal.
  send({found}, () => process.kill(process.pid, "SIGKILL"))
);
