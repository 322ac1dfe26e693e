import {open, stat} from "node:fs/promises";
import type {ByteSource} from "../gguf/byteSource";

/** An open file that can be read at any offset. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** Opens a file. Fails with the file system's own errors, and for anything that is not a regular file. */
export async function fileSource(path: string): Promise<FileSource> {
  // Checked before opening: opening a pipe would wait for a writer.
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
