import {access, readdir, rename, rm, stat} from "node:fs/promises";
import path from "node:path";
import * as l10n from "@vscode/l10n";
import type {Progress} from "../../contract/progress";
import type {Network} from "../../contract/transfer";
import type {Cancellation} from "../../host/engine/cancellation";
import type {EngineClient} from "../../host/engine/engineClient";
import {HostError} from "../../host/hostError";
import type {RuntimePackage} from "../../platform/cudaPackages";

export interface CudaRuntimeOptions {
  /** Its packages; empty if there is no CUDA for this system. */
  readonly packages: readonly RuntimePackage[];
  /** Absolute path of the folder of all versions. */
  readonly folder: string;
  /** The process that downloads and unpacks. */
  readonly transfers: Pick<EngineClient, "request">;
  /** Base address of npm's registry, with a slash at the end. */
  readonly registry: () => string;
  readonly network: () => Network;
}

export interface InstallOptions {
  readonly token: Cancellation;
  /** Progress on file number `file` of `files`, counted from 1. */
  readonly onProgress: (progress: Progress, file: number, files: number) => void;
}

/** A temporary folder this old (ms) is left over from a process that died. */
const maxAge = 24 * 3600 * 1000;

/** Installs, finds and removes the CUDA binaries. Their version must be the same as that of the other binaries. */
export class CudaRuntime {
  constructor(private readonly options: CudaRuntimeOptions) {}

  /** The folder of its packages, which exists if it is installed. See EngineClientOptions.runtime. */
  get folder(): string {
    return path.join(this.options.folder, this.version);
  }

  /** Whether it exists for this system and has checksums. */
  get isOffered(): boolean {
    return this.options.packages.length > 0 && this.options.packages.every(({integrity}) => integrity !== null);
  }

  async isInstalled(): Promise<boolean> {
    return await access(this.folder).then(
      () => true,
      () => false
    );
  }

  /** Names of the files that {@link installFrom} needs, as `npm pack` and the registry name them. */
  get fileNames(): readonly string[] {
    return this.options.packages.map(fileName);
  }

  /** Downloads and installs it. After a cancellation, the next call resumes the download. */
  async install({token, onProgress}: InstallOptions): Promise<void> {
    const packages = this.checkablePackages();
    const files: string[] = [];
    for (const [index, one] of packages.entries()) {
      const {path: file} = await this.options.transfers.request(
        "download",
        {
          uri: `${this.options.registry()}${one.name}/-/${fileName(one)}`,
          folder: this.downloads,
          fileName: fileName(one),
          integrity: one.integrity,
          gguf: false,
          network: this.options.network()
        },
        {token, onProgress: (progress) => onProgress(progress, index + 1, packages.length)}
      );
      files.push(file);
    }
    await this.installFrom(files, {token, onProgress});
    await removeFolder(this.downloads);
  }

  /** Installs it from tarballs of its packages. Their names don't matter, because checksums identify them. */
  async installFrom(files: readonly string[], {token, onProgress}: InstallOptions): Promise<void> {
    const packages = this.checkablePackages();
    await this.options.transfers.request(
      "unpack",
      {files, packages, folder: this.folder},
      {token, onProgress: (progress) => onProgress(progress, 1, 1)}
    );
  }

  /** Removes it. No engine may be using it: some systems don't delete files in use. */
  async remove(): Promise<void> {
    await removeFolder(this.downloads);
    await removeFolder(this.folder);
  }

  /** Removes other versions, and what unfinished installations left. Returns whether there was another version. */
  async removeOthers(): Promise<boolean> {
    const {folder} = this.options;
    const names = await readdir(folder).catch(() => []);
    let found = false;
    for (const name of names) {
      const own = name === this.version || name === path.basename(this.downloads);
      const unfinished = name.startsWith(`${this.version}.`);
      if (own || (unfinished && !(await isAbandoned(path.join(folder, name))))) continue;
      found ||= /^\d+\.\d+\.\d+$/.test(name);
      await removeFolder(path.join(folder, name));
    }
    return found;
  }

  private get version(): string {
    return this.options.packages[0]?.version ?? "none";
  }

  private get downloads(): string {
    return `${this.folder}.download`;
  }

  /**
   * The packages with their checksums. Throws if there are no packages or no checksums: unchecked code is never run.
   */
  private checkablePackages(): (RuntimePackage & {readonly integrity: string})[] {
    if (this.options.packages.length === 0)
      throw new HostError("noRuntimeOffered", l10n.t("There is no CUDA for this system and processor."));
    return this.options.packages.map((one) => {
      if (one.integrity === null)
        throw new HostError(
          "noRuntimeOffered",
          l10n.t(
            "This version does not know the checksum of CUDA's runtime for this system, so it does not install it: Vulkan runs on NVIDIA's GPUs too."
          )
        );
      return {...one, integrity: one.integrity};
    });
  }
}

/** The file name of a package's tarball: "linux-x64-cuda-3.22.1.tgz". */
function fileName({name, version}: RuntimePackage): string {
  return `${path.posix.basename(name)}-${version}.tgz`;
}

/** Deletes a folder. Renames it first, so that a half-deleted folder never looks complete. */
async function removeFolder(folder: string): Promise<void> {
  const doomed = `${folder}.removed`;
  await rm(doomed, {recursive: true, force: true, maxRetries: 10});
  await rename(folder, doomed).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rm(doomed, {recursive: true, force: true, maxRetries: 10});
}

async function isAbandoned(folder: string): Promise<boolean> {
  const {mtimeMs} = await stat(folder).catch(() => ({mtimeMs: Date.now()}));
  return Date.now() - mtimeMs > maxAge;
}
