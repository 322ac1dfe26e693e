import {readFileSync} from "node:fs";
import {demonstrationModel} from "./extension";

// GGUF: magic, version (u32), number of tensors (u64), number of keys (u64); then keys, each as length (u64), name,
// type (u32), value. Every change here keeps the file's length, so that the weights stay where they are.
const keyCount = 16;
const uint8 = 0;
const bool = 7;
const string = 8;

/** The demonstration model with an unknown architecture. */
export function withUnknownArchitecture(): Buffer {
  const model = readFileSync(demonstrationModel);
  const {value} = stringKey(model, "general.architecture");
  model.write("xlama".slice(0, value.end - value.start), value.start, "latin1");
  return model;
}

/**
 * The demonstration model as an embedding model: a key says that its attention is not causal. That key takes its space
 * from the description's key, and a meaningless key fills the rest.
 */
export function asEmbeddingModel(): Buffer {
  const model = readFileSync(demonstrationModel);
  const {start, value} = stringKey(model, "general.description");
  const causal = key("llama.attention.causal", bool, 0);
  const bare = key("", uint8, 0).length;
  const filler = key("x".repeat(value.end - start - causal.length - bare), uint8, 0);
  Buffer.concat([causal, filler]).copy(model, start);
  model.writeBigUInt64LE(model.readBigUInt64LE(keyCount) + 1n, keyCount);
  return model;
}

/** The demonstration model without fill-in-the-middle tokens: their names are changed everywhere. */
export function withoutInfill(): Buffer {
  const model = readFileSync(demonstrationModel);
  for (const name of ["tokenizer.ggml.fim_pre_token_id", "<|fim_prefix|>"]) {
    const at = model.indexOf(name);
    if (at < 0) throw new Error(`The demonstration model has no ${name}.`);
    model.write("X", at + name.indexOf("fim"), "latin1");
  }
  return model;
}

/** The offsets of a key with a string value: its start, and the value's text. */
function stringKey(model: Buffer, name: string): {start: number; value: {start: number; end: number}} {
  const at = model.indexOf(name);
  const type = at + name.length;
  if (at < 0 || model.readUInt32LE(type) !== string) throw new Error(`The demonstration model has no text ${name}.`);
  const start = type + 12;
  return {start: at - 8, value: {start, end: start + Number(model.readBigUInt64LE(type + 4))}};
}

/** A key with a value of one byte. */
function key(name: string, type: number, value: number): Buffer {
  const bytes = Buffer.alloc(8 + name.length + 4 + 1);
  bytes.writeBigUInt64LE(BigInt(name.length));
  bytes.write(name, 8, "latin1");
  bytes.writeUInt32LE(type, 8 + name.length);
  bytes.writeUInt8(value, 12 + name.length);
  return bytes;
}
