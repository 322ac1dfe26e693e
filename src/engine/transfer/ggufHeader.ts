import type {ByteSource} from "../../gguf/byteSource";
import {type ModelFacts, modelFacts} from "../../gguf/facts";
import {GgufError} from "../../gguf/ggufError";
import {missingBytes, readHeader} from "../../gguf/header";
import {fileSource} from "../../platform/fileSource";

/** The facts in a model's header; null if it is no GGUF header. `bytes` is the size of all parts. */
export async function factsOf(source: ByteSource, bytes: number, signal: AbortSignal): Promise<ModelFacts | null> {
  try {
    return modelFacts(await readHeader(source, {signal}), bytes);
  } catch (error) {
    if (error instanceof GgufError) return null;
    throw error;
  }
}

/** Whether the file has a GGUF header and all the bytes that the header describes. */
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
