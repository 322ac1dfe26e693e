import path from "node:path";
import type {DeviceProblem, DeviceState} from "../../../contract/devices";
import {exists} from "../../transfer/disk";
import {useFetchedPackages} from "../fetchedPackages";

type Device = DeviceState["device"];

/** The systems that node-llama-cpp has binaries for, and the packages they are in. */
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

/** Folders in which Linux has a driver's libraries; the first is where a container or WSL finds those of its host. */
const libraryFolders = [
  "/usr/lib/wsl/lib",
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/lib/x86_64-linux-gnu",
  "/run/opengl-driver/lib"
];

/** The package that a back end's binaries for this system are in; undefined where there is none. */
export function binaryPackage(device: Device): string | undefined {
  return packages[device][`${process.platform}-${process.arch}`];
}

/**
 * What can be seen to stand in a back end's way without loading it; null where nothing is. Only files are looked at: a
 * driver that is there may still refuse.
 */
export async function obstacle(device: Device): Promise<DeviceProblem | null> {
  if (device === "cpu") return null;
  const name = binaryPackage(device);
  if (name === undefined) return "otherSystem";
  if (device === "cuda" && !(await hasNvidiaDriver())) return "noDriver";
  const {getLlamaGpuTypes} = await import("node-llama-cpp");
  // It knows where the makers put their libraries: Vulkan's loader; for CUDA the driver, cudart and cublas.
  if (!(await getLlamaGpuTypes("supported")).includes(device)) return device === "cuda" ? "noLibraries" : "noDriver";
  return (await isInstalled(name)) ? null : "noRuntime";
}

/** A package of binaries is here, in the box or fetched. Importing it loads nothing native. */
export async function isInstalled(name: string): Promise<boolean> {
  await useFetchedPackages();
  return await import(name).then(
    () => true,
    () => false
  );
}

/** NVIDIA's driver is here and has found a device: its library alone comes with containers and toolkits too. */
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
