import * as l10n from "@vscode/l10n";
import type {EngineLog} from "../../backend";
import {tried} from "./runProbe";
import {binaryPackage, isInstalled} from "./unavailableReason";

/** What node-llama-cpp's binaries for Linux ask of the system (`objdump -T`; a test holds this to them). */
export const neededGlibc = "2.34";

/** What is known of a machine on which llama.cpp doesn't load. */
export interface Machine {
  /** "linux-x64" */
  readonly system: string;
  /** There are binaries for it. */
  readonly supported: boolean;
  /** They are here. */
  readonly installed: boolean;
  /** Version of the C library: null where it is not glibc, undefined where the system is not Linux. */
  readonly glibc: string | null | undefined;
  /** What the system's loader said to them. */
  readonly reasons: readonly string[];
  /** The signal that ended the process in which they were tried. */
  readonly killed: string | null;
}

/** One sentence on why llama.cpp doesn't run here, and what to do. What can't be seen is tried, in a process of its own. */
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
  const {reasons, killed} = await tried("cpu", log, new AbortController().signal);
  return loaderProblem({...seen, reasons, killed});
}

/** The same in words alone. */
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

/** Null where the C library is another one. */
function glibcVersion(): string | null {
  // Looking the names of addresses up takes seconds where there is no network. Not in the types of Node 20.
  Object.assign(process.report, {excludeNetwork: true});
  const {header} = process.report.getReport() as {readonly header?: {readonly glibcVersionRuntime?: string}};
  return header?.glibcVersionRuntime ?? null;
}

/** By the parts of version numbers. */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, "en", {numeric: true}) < 0;
}
