import {open, stat} from "node:fs/promises";
import type {ByteSource} from "../gguf/byteSource";

/** An open file. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** Opens a file to be read in places. Fails like the file system does, and for what is no file. */
export async function fileSource(path: string): Promise<FileSource> {
  // Before it is opened: opening a pipe waits for someone to write to it.
  if (!(await stat(path)).isFile()) throw new Error("not a file");
  const handle = await open(path, "r");
  try {
    const {size} = await handle.stat();
    return {
      size,
      async read(offset, length) {
        const {buffer, bytesRead} = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      },
      close: () => handle.close()
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
