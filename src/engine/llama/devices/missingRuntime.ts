import * as l10n from "@vscode/l10n";
import type {EngineLog} from "../../backend";
import {runProbe} from "./runProbe";
import {binaryPackage, isInstalled} from "./unavailableReason";

/** The glibc that node-llama-cpp's binaries for Linux need (`objdump -T`; a test compares this with them). */
export const neededGlibc = "2.34";

/** A machine on which llama.cpp doesn't load. */
export interface Machine {
  /** "linux-x64" */
  readonly system: string;
  /** There are binaries for the system. */
  readonly supported: boolean;
  /** The binaries are installed. */
  readonly installed: boolean;
  /** Version of glibc: null for another C library, undefined on other systems than Linux. */
  readonly glibc: string | null | undefined;
  /** The loader's errors for the binaries. */
  readonly reasons: readonly string[];
  /** The signal that ended the probe. */
  readonly killed: string | null;
}

/** One sentence that says why llama.cpp doesn't run here, and what to do. It runs a probe if no reason is seen without one. */
export async function whyNoRuntime(log: EngineLog): Promise<string> {
  const system = `${process.platform}-${process.arch}`;
  const name = binaryPackage("cpu");
  const seen: Machine = {
    system,
    supported: name !== undefined,
    installed: name !== undefined && (await isInstalled(name)),
    glibc: process.platform === "linux" ? glibcVersion() : undefined,
    reasons: [],
    killed: null
  };
  const obvious = obstacleOf(seen);
  if (obvious !== undefined) return obvious;
  const {reasons, killed} = await runProbe("cpu", log, new AbortController().signal);
  return loaderProblem({...seen, reasons, killed});
}

/** The sentence for a machine. */
export function wordsFor(machine: Machine): string {
  return obstacleOf(machine) ?? loaderProblem(machine);
}

function obstacleOf({system, supported, installed, glibc}: Machine): string | undefined {
  if (!supported)
    return l10n.t(
      "llama.cpp has no build for this system and processor ({0}): use Tokenscope on another machine.",
      system
    );
  if (glibc === null)
    return l10n.t(
      "llama.cpp needs glibc {0} or later, and this system has another C library (musl?): use a system or container with glibc, such as Debian 12 or Ubuntu 22.04.",
      neededGlibc
    );
  if (glibc !== undefined && isOlder(glibc, neededGlibc))
    return l10n.t(
      "llama.cpp needs glibc {0} or later, and this system has {1}: use a newer system or container, such as Debian 12 or Ubuntu 22.04.",
      neededGlibc,
      glibc
    );
  if (!installed)
    return l10n.t(
      "This copy of Tokenscope has no llama.cpp for this system and processor ({0}): install the package that was made for it.",
      system
    );
  return undefined;
}

function loaderProblem({reasons, killed}: Machine): string {
  if (killed === "SIGILL")
    return l10n.t(
      "llama.cpp uses an instruction that this processor, or virtual machine, does not have: use Tokenscope on another one."
    );
  const said = reasons.join("\n");
  const library = /(lib[\w.+-]+\.so[\d.]*): cannot open shared object file/.exec(said)?.[1];
  if (library !== undefined)
    return l10n.t("llama.cpp needs {0}, which was not found: install the system's package that has it.", library);
  const version = /version [`']([\w.]+)' not found/.exec(said)?.[1];
  if (version !== undefined)
    return l10n.t(
      "llama.cpp needs a newer C++ library than this system's ({0}): use a newer system or container, such as Debian 12 or Ubuntu 22.04.",
      version
    );
  if (/\bELF\b|file too short|cannot read file data|addon\.node: cannot open|Win32 application|mach-o file/i.test(said))
    return l10n.t("llama.cpp's files are damaged, or made for another machine: install Tokenscope again.");
  return l10n.t("llama.cpp could not be loaded: install Tokenscope again, or use another machine.");
}

/** Null if the C library is another one. */
function glibcVersion(): string | null {
  // Looking up host names takes seconds without a network. The option is not in the types of Node 20.
  Object.assign(process.report, {excludeNetwork: true});
  const {header} = process.report.getReport() as {readonly header?: {readonly glibcVersionRuntime?: string}};
  return header?.glibcVersionRuntime ?? null;
}

/** Compares version numbers part by part. */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, "en", {numeric: true}) < 0;
}
