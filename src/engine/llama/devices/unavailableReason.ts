import path from "node:path";
import type {DeviceProblem, DeviceState} from "../../../contract/devices";
import {exists} from "../../transfer/disk";
import {useFetchedPackages} from "../fetchedPackages";

type Device = DeviceState["device"];

/** node-llama-cpp's packages of binaries, by back end and system. */
const packages: Record<Device, Readonly<Record<string, string>>> = {
  cpu: {
    "linux-x64": "@node-llama-cpp/linux-x64",
    "linux-arm64": "@node-llama-cpp/linux-arm64",
    "darwin-x64": "@node-llama-cpp/mac-x64",
    "darwin-arm64": "@node-llama-cpp/mac-arm64-metal",
    "win32-x64": "@node-llama-cpp/win-x64",
    "win32-arm64": "@node-llama-cpp/win-arm64"
  },
  metal: {"darwin-arm64": "@node-llama-cpp/mac-arm64-metal"},
  cuda: {"linux-x64": "@node-llama-cpp/linux-x64-cuda", "win32-x64": "@node-llama-cpp/win-x64-cuda"},
  vulkan: {"linux-x64": "@node-llama-cpp/linux-x64-vulkan", "win32-x64": "@node-llama-cpp/win-x64-vulkan"}
};

/** Folders of driver libraries on Linux; WSL has its host's in the first. */
const libraryFolders = [
  "/usr/lib/wsl/lib",
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/lib/x86_64-linux-gnu",
  "/run/opengl-driver/lib"
];

/** The package of a back end's binaries for this system; undefined if there is none. */
export function binaryPackage(device: Device): string | undefined {
  return packages[device][`${process.platform}-${process.arch}`];
}

/**
 * Why a back end can't work, as far as that is seen without loading it; null if nothing is in its way. Only files are looked at:
 * an installed driver may still fail.
 */
export async function unavailableReason(device: Device): Promise<DeviceProblem | null> {
  if (device === "cpu") return null;
  const name = binaryPackage(device);
  if (name === undefined) return "otherSystem";
  if (device === "cuda" && !(await hasNvidiaDriver())) return "noDriver";
  const {getLlamaGpuTypes} = await import("node-llama-cpp");
  // node-llama-cpp knows the places of Vulkan's loader, and for CUDA of the driver, cudart and cublas.
  if (!(await getLlamaGpuTypes("supported")).includes(device)) return device === "cuda" ? "noLibraries" : "noDriver";
  return (await isInstalled(name)) ? null : "noRuntime";
}

/** Whether a package of binaries is here, shipped or fetched. Importing it loads nothing native. */
export async function isInstalled(name: string): Promise<boolean> {
  await useFetchedPackages();
  return await import(name).then(
    () => true,
    () => false
  );
}

/** Whether NVIDIA's driver is here and has found a device. Its library alone also comes with containers and toolkits. */
async function hasNvidiaDriver(): Promise<boolean> {
  if (process.platform === "win32")
    return await exists(path.join(process.env["SystemRoot"] ?? "C:\\Windows", "System32", "nvcuda.dll"));
  const folders = [...(process.env["LD_LIBRARY_PATH"]?.split(":").filter(path.isAbsolute) ?? []), ...libraryFolders];
  const devices = ["/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg"];
  return (await someExist(devices)) && (await someExist(folders.map((folder) => path.join(folder, "libcuda.so.1"))));
}

async function someExist(files: readonly string[]): Promise<boolean> {
  return (await Promise.all(files.map(exists))).includes(true);
}
