import {createReadStream} from "node:fs";
import {stat} from "node:fs/promises";
import type {Readable} from "node:stream";
import {fileText, type TextProblem} from "../text/fileText";
import {visibleText} from "../text/visibleText";
import {UsageError} from "./arguments";
import {userFile} from "./userFolder";

/** Bytes. A longer text doesn't fit into a JavaScript string, even at three bytes for each UTF-16 unit. */
const maxBytes = 3 * 2 ** 29;

/** A file that is read, and holds no text. */
export class NoTextError extends UsageError {
  constructor(
    name: string,
    readonly problem: TextProblem
  ) {
    super(`"${name}" ${problemText(problem)}`);
  }
}

/** The text of a file, or of standard input for "-". */
export async function readText(file: string | undefined): Promise<string> {
  if (file === undefined) throw new UsageError("which FILE?");
  const name = visibleText(file);
  const bytes = await allBytes(file === "-" ? process.stdin : createReadStream(userFile(file))).catch(
    async (error: NodeJS.ErrnoException) => {
      const folder = await stat(userFile(file)).then(
        (status) => status.isDirectory(),
        () => false
      );
      throw new UsageError(`can't read "${name}" (${folder ? "it is a folder" : error.code})`);
    }
  );
  const read = bytes === null ? {problem: "tooLarge" as const} : fileText(bytes);
  if ("problem" in read) throw new NoTextError(name, read.problem);
  return read.text;
}

/** Null if there are more than {@link maxBytes}. */
async function allBytes(stream: Readable): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function problemText(problem: TextProblem): string {
  switch (problem) {
    case "binary":
      return "is binary, and no text";
    case "encoding":
      return "is not UTF-8 or UTF-16 text: convert it first";
    case "tooLarge":
      return "is too large for one text (about 500 MB): split it first";
    default:
      return problem satisfies never;
  }
}
