import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";

/** A temporary folder for a test. */
export function temporaryFolder(): {readonly path: string; remove(): void} {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-engine-"));
  return {path: folder, remove: () => rmSync(folder, {recursive: true, force: true})};
}

/** Copies of a GGUF file with one change. Lengths stay, so that nothing in the file moves. */
function changed(source: string, folder: string, name: string, change: (bytes: Buffer) => Buffer): string {
  const file = path.join(folder, name);
  writeFileSync(file, change(readFileSync(source)));
  return file;
}

/** Replaces all occurrences of a string in the metadata by another one of the same length. */
function replace(bytes: Buffer, from: string, to: string): void {
  const replacement = Buffer.from(to);
  if (replacement.length !== Buffer.byteLength(from)) throw new RangeError(`"${from}" and "${to}" differ in length`);
  let found = bytes.indexOf(from);
  if (found === -1) throw new Error(`no "${from}" in the model's metadata`);
  for (; found !== -1; found = bytes.indexOf(from, found + 1)) replacement.copy(bytes, found);
}

/** A copy whose vocabulary does not request BOS. */
export function withoutBos(source: string, folder: string): string {
  return changed(source, folder, "no-bos.gguf", (bytes) => {
    const key = "tokenizer.ggml.add_bos_token";
    // A key is followed by its value's type (4 bytes, 7 for a boolean) and the value.
    const value = bytes.indexOf(key) + key.length + 4;
    if (bytes.readUInt32LE(value - 4) !== 7) throw new Error(`${key} is no boolean`);
    bytes[value] = 0;
    return bytes;
  });
}

/** A copy without fill-in-the-middle tokens: neither keys nor token names, by which llama.cpp finds them too. */
export function withoutInfill(source: string, folder: string): string {
  return changed(source, folder, "no-infill.gguf", (bytes) => {
    for (const part of ["pre", "suf", "mid", "pad", "rep", "sep"])
      replace(bytes, `tokenizer.ggml.fim_${part}_token_id`, `tokenizer.ggml.xxx_${part}_token_id`);
    for (const part of ["prefix", "suffix", "middle", "pad"]) replace(bytes, `<|fim_${part}|>`, `<|xxx_${part}|>`);
    return bytes;
  });
}

/** A copy with an unknown architecture. */
export function withArchitecture(source: string, folder: string, architecture: string): string {
  return changed(source, folder, "architecture.gguf", (bytes) => {
    const key = "general.architecture";
    // After the key: the value's type (4 bytes, 8 for a string), its length (8 bytes), and the value.
    const value = bytes.indexOf(key) + key.length + 12;
    const length = Number(bytes.readBigUInt64LE(value - 8));
    if (bytes.readUInt32LE(value - 12) !== 8 || length !== architecture.length) throw new Error("another length");
    bytes.write(architecture, value);
    return bytes;
  });
}

/** A copy with pooling, which makes it an embedding model. */
export function pooled(source: string, folder: string): string {
  return changed(source, folder, "pooled.gguf", (bytes) => {
    const entry = Buffer.concat([string("llama.pooling_type"), number(4, 4), number(1, 4)]);
    // Tensors start at a multiple of 32, so the added bytes must be a multiple too.
    const filler = Buffer.concat([string("x"), number(8, 4), number(9, 8), Buffer.from("x".repeat(9))]);
    if ((entry.length + filler.length) % 32 !== 0) throw new Error(`${entry.length} + ${filler.length} bytes`);
    // Magic, version, tensor count, then the number of entries; after it the entries.
    bytes.writeBigUInt64LE(bytes.readBigUInt64LE(16) + 2n, 16);
    return Buffer.concat([bytes.subarray(0, 24), entry, filler, bytes.subarray(24)]);
  });
}

function string(text: string): Buffer {
  return Buffer.concat([number(Buffer.byteLength(text), 8), Buffer.from(text)]);
}

function number(value: number, bytes: 4 | 8): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUInt32LE(value);
  return buffer;
}
