import {open} from "node:fs/promises";
import type {ModelFacts} from "../../gguf/facts";
import type {ByteSource} from "./httpSource";

/** Magic, version, and how many tensors and entries there are. */
const leastHeader = 24;

/** What a model's header says; null where it can't be read. */
export async function factsOf(_source: ByteSource): Promise<ModelFacts | null> {
  return null;
}

/** A file that begins as a GGUF, with a header that can be read to its end. */
export async function hasWholeHeader(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const {buffer, bytesRead} = await handle.read(Buffer.alloc(leastHeader), 0, leastHeader, 0);
    return bytesRead === leastHeader && buffer.toString("latin1", 0, 4) === "GGUF";
  } finally {
    await handle.close();
  }
}
