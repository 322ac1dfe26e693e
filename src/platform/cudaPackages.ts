/** An npm package of llama.cpp's binaries that is not in the box. */
export interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of its tarball; null where package-lock.json has none, and nothing may be fetched unchecked. */
  readonly integrity: string | null;
}

/** Out of package-lock.json, by esbuild.mjs. */
declare const CUDA_PACKAGES: Readonly<Record<string, readonly RuntimePackage[]>>;

/** What CUDA needs on this system: the second has the back end for CUDA 12, the first all else. Empty: there is no CUDA for it. */
export const cudaPackages: readonly RuntimePackage[] = CUDA_PACKAGES[`${process.platform}-${process.arch}`] ?? [];

/** What they weigh as they are fetched and unpacked, in bytes, about (measured on Linux, docs/decisions/gpu.md). */
export const cudaDownloadSize = {fetched: 320e6, unpacked: 564e6} as const;
