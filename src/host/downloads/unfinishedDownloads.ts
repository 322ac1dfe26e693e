import {readdir, readFile, rm, stat} from "node:fs/promises";
import path from "node:path";
import {unfinishedEnding} from "../../contract/transfer";
import {unfinishedNote} from "../../contract/unfinishedNote";
import {isAlive} from "../../platform/processAlive";
import {parsed} from "../../text/guard";

/** A download that can be resumed. */
export interface UnfinishedDownload {
  readonly uri: string;
  readonly fileName: string;
  readonly bytes: number;
  /** How many of these bytes are on the disk. */
  readonly done: number;
  /** The path of its note. */
  readonly note: string;
  readonly partials: readonly string[];
  /** Whether its process still runs: the download may be under way in another window. */
  readonly inUse: boolean;
}

/** Maximum bytes of a note; ours are far shorter. */
const maxNoteLength = 1 << 20;

/** The unfinished downloads in a folder; none if the folder does not exist. */
export async function findUnfinished(folder: string): Promise<UnfinishedDownload[]> {
  const names = await readdir(folder).catch(() => []);
  const notes = names.filter((name) => name.endsWith(unfinishedEnding));
  const read = await Promise.all(notes.map((name) => readNote(folder, name)));
  return read.filter((one) => one !== null);
}

/** Removes a download's partial files and its note. */
export async function removeUnfinished({note, partials}: UnfinishedDownload): Promise<void> {
  await Promise.all(partials.map((file) => rm(file, {force: true})));
  // The note goes last: without it, the partial files could not be found.
  for (const file of [`${note}.new`, note]) await rm(file, {force: true});
}

async function readNote(folder: string, name: string): Promise<UnfinishedDownload | null> {
  const file = path.join(folder, name);
  try {
    if ((await stat(file)).size > maxNoteLength) return null;
    const note = parsed(unfinishedNote, JSON.parse(await readFile(file, "utf8")));
    if (note === null || !note.partials.every(isPartialName)) return null;
    const {uri, fileName, bytes, partials, process: owner} = note;
    const files = partials.map((partial) => path.join(folder, partial));
    const sizes = await Promise.all(
      files.map((one) =>
        stat(one)
          .then(({size}) => size)
          .catch(() => 0)
      )
    );
    const done = sizes.reduce((sum, size) => sum + size, 0);
    return {uri, fileName, bytes, done, note: file, partials: files, inUse: isAlive(owner)};
  } catch {
    return null;
  }
}

/** Whether a name is a partial file in the folder itself. Checked because these files get deleted. */
function isPartialName(name: string): boolean {
  return name.endsWith(".part") && path.basename(name) === name && !name.includes("\\");
}
