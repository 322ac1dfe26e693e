/** An npm package of llama.cpp's binaries that does not ship with Tokenscope. */
export interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of its tarball. Null if package-lock.json has none; then it must not be downloaded. */
  readonly integrity: string | null;
}

/** Filled in by esbuild.mjs from package-lock.json. */
declare const CUDA_PACKAGES: Readonly<Record<string, readonly RuntimePackage[]>>;

/** npm packages for this platform: [0] everything, [1] the CUDA 12 back end. Empty if CUDA is not offered here. */
export const cudaPackages: readonly RuntimePackage[] = CUDA_PACKAGES[`${process.platform}-${process.arch}`] ?? [];

/** Approximate bytes of the packages, as downloaded and as unpacked (measured on Linux, docs/decisions/gpu.md). */
export const cudaDownloadSize = {fetched: 320e6, unpacked: 564e6} as const;
