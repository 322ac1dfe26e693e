// The platform of native code, from the file's header: names and folders can be wrong.
import {closeSync, openSync, readSync} from "node:fs";

const formats = {linux: "ELF", win32: "PE", darwin: "Mach-O"};

// The machine types of <elf.h>, of Windows' "PE Format", and of <mach/machine.h>.
const elfMachines = {62: "x64", 183: "arm64"};
const peMachines = {34404: "x64", 43620: "arm64"};
const machOTypes = {16777223: "x64", 16777228: "arm64"};

/** The platform of a file's native code, if it is not the given one; else undefined. */
export function foreignCode(file, target) {
  const [system, machine] = target.split("-");
  const kind = nativeKind(readStart(file));
  return kind === `${formats[system]} ${machine}` ? undefined : kind;
}

/** "ELF x64" or the like, from the first 4 KB of a file; undefined if it is no native code. */
function nativeKind(start) {
  const magic = start.length < 64 ? 0 : start.readUInt32BE(0);
  if (magic === 0x7f454c46) return `ELF ${named(elfMachines, start.readUInt16LE(18))}`;
  if (magic === 0xcffaedfe) return `Mach-O ${named(machOTypes, start.readUInt32LE(4))}`;
  // 32-bit files, and files for several machines.
  if ([0xcefaedfe, 0xcafebabe, 0xcafebabf].includes(magic)) return "Mach-O of another kind";
  if (start.toString("latin1", 0, 2) !== "MZ") return undefined;
  const header = start.readUInt32LE(60);
  const isPe = header + 6 <= start.length && start.toString("latin1", header, header + 4) === "PE\0\0";
  return isPe ? `PE ${named(peMachines, start.readUInt16LE(header + 4))}` : "MZ without PE";
}

function named(machines, number) {
  return machines[number] ?? `machine 0x${number.toString(16)}`;
}

function readStart(file) {
  const start = Buffer.alloc(4096);
  const descriptor = openSync(file, "r");
  try {
    return start.subarray(0, readSync(descriptor, start, 0, start.length, 0));
  } finally {
    closeSync(descriptor);
  }
}
