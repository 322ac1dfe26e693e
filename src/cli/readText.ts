import {readFile, stat} from "node:fs/promises";
import {buffer as readAll} from "node:stream/consumers";
import {visibleText} from "../metrics/visibleText";
import {UsageError} from "./arguments";
import {userFile} from "./userFolder";

/** The text of a file, or of standard input for "-". Bytes that are no UTF-8 are refused: their offsets would lie. */
export async function readText(file: string | undefined): Promise<string> {
  if (file === undefined) throw new UsageError("which FILE?");
  const name = visibleText(file);
  const bytes =
    file === "-"
      ? await readAll(process.stdin)
      : await readFile(userFile(file)).catch(async (error: NodeJS.ErrnoException) => {
          const folder = await stat(userFile(file)).then(
            (status) => status.isDirectory(),
            () => false
          );
          throw new UsageError(`can't read "${name}" (${folder ? "it is a folder" : error.code})`);
        });
  try {
    return new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    throw new UsageError(`"${name}" is not UTF-8 text: convert it first`);
  }
}
