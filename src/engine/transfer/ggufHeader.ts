import {open} from "node:fs/promises";
import type {ByteSource} from "../../gguf/byteSource";
import {type ModelFacts, modelFacts} from "../../gguf/facts";
import {GgufError} from "../../gguf/ggufError";
import {missingBytes, readHeader} from "../../gguf/header";

/** What a model's header says; null where it is no header. `bytes` are those of all its parts. */
export async function factsOf(source: ByteSource, bytes: number, signal: AbortSignal): Promise<ModelFacts | null> {
  try {
    return modelFacts(await readHeader(source, {signal}), bytes);
  } catch (error) {
    if (error instanceof GgufError) return null;
    throw error;
  }
}

/** The file has a header, and all the bytes that the header tells of. */
export async function isWholeGguf(file: string, signal: AbortSignal): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const {size} = await handle.stat();
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const {buffer, bytesRead} = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    return missingBytes(await readHeader({size, read}, {signal}), size) === 0;
  } catch (error) {
    if (error instanceof GgufError) return false;
    throw error;
  } finally {
    await handle.close();
  }
}
