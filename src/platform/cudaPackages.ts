/** An npm package of llama.cpp's binaries that does not ship with Tokenscope. */
export interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity of its tarball. Null if package-lock.json has none; then it must not be downloaded. */
  readonly integrity: string | null;
}

/** JSON that esbuild.mjs fills in from package-lock.json. As an object, esbuild would make every module import it. */
declare const CUDA_PACKAGES: string;

const packagesByPlatform: Readonly<Record<string, readonly RuntimePackage[]>> = JSON.parse(CUDA_PACKAGES);

/** npm packages for this platform: [0] everything, [1] the CUDA 12 back end. Empty if CUDA is not offered here. */
export const cudaPackages: readonly RuntimePackage[] = packagesByPlatform[`${process.platform}-${process.arch}`] ?? [];

/** Approximate bytes of the packages, as downloaded and as unpacked (measured on Linux, docs/decisions/gpu.md). */
export const cudaDownloadSize = {fetched: 320e6, unpacked: 564e6} as const;
