import type {GpuChoice} from "./models";

/** Release numbers. */
export interface EngineVersions {
  readonly nodeLlamaCpp: string | null;
  /** llama.cpp's, as its build names it. */
  readonly llamaCpp: string | null;
}

export interface DevicesParams {
  /** What the engine is to compute with. */
  readonly gpu: GpuChoice;
  /** Only this one; all when absent. */
  readonly only?: DeviceState["device"];
}

/** One of llama.cpp's back ends on this machine. */
export interface DeviceState {
  readonly device: "cpu" | "metal" | "cuda" | "vulkan";
  /** It loads and finds a device. */
  readonly works: boolean;
  /** This engine computes with it. */
  readonly inUse: boolean;
  /** Names of the devices it found. */
  readonly names: readonly string[];
  /** Of the CPU: what it can do that llama.cpp makes use of ("AVX2", "FMA"). Empty for the others. */
  readonly features: readonly string[];
  /** Bytes of the devices' memory; null where that isn't known. */
  readonly total: number | null;
  readonly free: number | null;
  /** Why it doesn't work; null where it does. */
  readonly problem: DeviceProblem | null;
}

/**
 * `noDriver`: no device or driver was found. `noLibraries`: the libraries of its maker's that its binaries need (CUDA's
 * cudart and cublas) were not found. `noRuntime`: its binaries are not here. `failed`: the log says why.
 */
export type DeviceProblem = "otherSystem" | "noDriver" | "noLibraries" | "noRuntime" | "failed";

export interface VersionsParams {
  /** What the engine computes with: llama.cpp is loaded for it, if it is not yet. */
  readonly gpu: GpuChoice;
}

/** {@link EngineVersions}, and the engine process's own Node.js ("v20.18.0"). */
export interface ProcessVersions extends EngineVersions {
  readonly node: string;
}
