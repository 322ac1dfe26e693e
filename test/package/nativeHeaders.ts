/** File format and processor number in the header of each platform's native code. */
export const platforms: Readonly<Record<string, string>> = {
  "linux-x64": "ELF 62",
  "linux-arm64": "ELF 183",
  "win32-x64": "PE 34404",
  "win32-arm64": "PE 43620",
  "darwin-x64": "Mach-O 16777223",
  "darwin-arm64": "Mach-O 16777228"
};

/** File format and processor number of a file; undefined if it is no native code. */
export function nativeHeader(file: Buffer): string | undefined {
  const start = file.toString("latin1", 0, 4);
  if (start === "\x7fELF") return `ELF ${file.readUInt16LE(18)}`;
  if (start === "\xcf\xfa\xed\xfe") return `Mach-O ${file.readUInt32LE(4)}`;
  // 32-bit files, and files for several processors.
  if (["\xce\xfa\xed\xfe", "\xca\xfe\xba\xbe", "\xca\xfe\xba\xbf"].includes(start)) return "Mach-O of another kind";
  if (!start.startsWith("MZ")) return undefined;
  const pe = file.readUInt32LE(0x3c);
  return file.toString("latin1", pe, pe + 4) === "PE\0\0" ? `PE ${file.readUInt16LE(pe + 4)}` : "MZ";
}

/** A file with only such a header. */
export function standIn(platform: string): Buffer {
  const [format, machine] = platforms[platform]?.split(" ") ?? [];
  const file = Buffer.alloc(512);
  if (format === "ELF") {
    // 64 bits, little-endian, version 1.
    file.write("\x7fELF\x02\x01\x01", "latin1");
    file.writeUInt16LE(Number(machine), 18);
  } else if (format === "PE") {
    file.write("MZ", "latin1");
    file.writeUInt32LE(0x80, 0x3c);
    file.write("PE\0\0", 0x80, "latin1");
    file.writeUInt16LE(Number(machine), 0x84);
  } else {
    file.write("\xcf\xfa\xed\xfe", "latin1");
    file.writeUInt32LE(Number(machine), 4);
  }
  return file;
}
