import type {ByteSource} from "../../gguf/byteSource";
import {type ModelFacts, modelFacts} from "../../gguf/facts";
import {GgufError} from "../../gguf/ggufError";
import {missingBytes, readHeader} from "../../gguf/header";
import {fileSource} from "../../platform/fileSource";

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
  const source = await fileSource(file);
  try {
    return missingBytes(await readHeader(source, {signal}), source.size) === 0;
  } catch (error) {
    if (error instanceof GgufError) return false;
    throw error;
  } finally {
    await source.close();
  }
}
