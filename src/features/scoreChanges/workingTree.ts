import * as vscode from "vscode";
import {iterateInSlices} from "../../host/cooperativeWork";
import {HostError} from "../../host/hostError";
import {fileText} from "../../text/fileText";
import {count} from "../../text/numberText";
import {type PlacedChanges, placeChanges, wholeChange} from "./changes";
import {type Repository, untrackedStatus} from "./git";
import {type FilePatch, filePatches, PatchError} from "./patch";

/** A file that differs from HEAD. */
export interface ChangedFile {
  readonly uri: vscode.Uri;
  /** Its former name; undefined for a new file. */
  readonly oldUri: vscode.Uri | undefined;
  /** Path below the repository's root. */
  readonly path: string;
  readonly kind: "changed" | "added" | "deleted" | "renamed" | "untracked";
  /** Its editor has unsaved changes, which are ignored. */
  readonly unsaved: boolean;
  readonly placed: PlacedChanges;
  /** Why it is not scored. */
  readonly skipped: string | undefined;
}

/** Bytes. Larger files are data, and their diffs say little. */
const maxFileSize = 2_000_000;

/** Bytes of an untracked file, which is scored as a whole. */
const maxUntracked = 250_000;

/**
 * The files on disk that differ from HEAD: staged, not staged and untracked.
 *
 * @throws HumanError if there is no commit to compare with, or Git's diff can't be read.
 */
export async function changedFiles(repository: Repository, token: vscode.CancellationToken): Promise<ChangedFile[]> {
  // Otherwise a file that was saved a moment ago is missing.
  await answered(repository.status());
  if (repository.state.HEAD?.commit === undefined)
    throw new HostError("noCommit", vscode.l10n.t("This repository has no commit to compare with: commit once first."));
  const root = repository.rootUri;
  const conflicting = new Set(repository.state.mergeChanges.map(({uri}) => uri.toString()));
  const files: ChangedFile[] = [];
  for await (const patch of iterateInSlices(readPatch(await answered(repository.diffWith("HEAD", "."))))) {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    files.push(await patchedFile(root, patch, conflicting));
  }
  if (token.isCancellationRequested) throw new vscode.CancellationError();
  const {workingTreeChanges, untrackedChanges = []} = repository.state;
  const untracked = [...workingTreeChanges, ...untrackedChanges].filter(({status}) => status === untrackedStatus);
  for (const {uri} of untracked) {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    files.push(await untrackedFile(root, uri));
  }
  return files.sort((one, other) => (one.path < other.path ? -1 : Number(one.path > other.path)));
}

/** Turns a failure of Git into an error whose button shows Git's own log. */
async function answered<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch {
    throw new HostError("gitFailed", vscode.l10n.t("Git could not tell what has changed: its output says why."));
  }
}

function* readPatch(patch: string): Generator<FilePatch> {
  try {
    yield* filePatches(patch);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw new HostError(
      "gitFailed",
      vscode.l10n.t(
        "Git's diff can't be read ({0}): look for diff.external, color.ui or a prefix in Git's settings.",
        error.message
      )
    );
  }
}

async function patchedFile(root: vscode.Uri, patch: FilePatch, conflicting: ReadonlySet<string>): Promise<ChangedFile> {
  const {oldPath, newPath} = patch;
  const path = newPath ?? oldPath ?? "";
  const uri = vscode.Uri.joinPath(root, path);
  const file = {
    uri,
    oldUri: oldPath === null ? undefined : vscode.Uri.joinPath(root, oldPath),
    path,
    kind: kindOf(patch),
    unsaved: isUnsaved(uri)
  };
  if (conflicting.has(uri.toString())) return skipped(file, vscode.l10n.t("has merge conflicts: resolve them first"));
  switch (patch.kind) {
    case "unmerged":
      return skipped(file, vscode.l10n.t("has merge conflicts: resolve them first"));
    case "binary":
      return skipped(file, vscode.l10n.t("binary"));
    case "link":
      return skipped(file, vscode.l10n.t("a symbolic link"));
    case "submodule":
      return skipped(file, vscode.l10n.t("a submodule"));
    case "text":
      break;
    default:
      patch.kind satisfies never;
  }
  if (patch.hunks.length === 0)
    return skipped(file, file.kind === "renamed" ? vscode.l10n.t("renamed only") : vscode.l10n.t("no line changed"));
  const text = newPath === null ? "" : await textOf(uri, maxFileSize);
  if (typeof text !== "string") return skipped(file, text.reason);
  const placed = placeChanges(patch, text);
  return placed
    ? {...file, placed, skipped: undefined}
    : skipped(file, vscode.l10n.t("differs from Git's diff: try again"));
}

function kindOf({oldPath, newPath}: FilePatch): ChangedFile["kind"] {
  if (oldPath === null) return "added";
  if (newPath === null) return "deleted";
  return oldPath === newPath ? "changed" : "renamed";
}

async function untrackedFile(root: vscode.Uri, uri: vscode.Uri): Promise<ChangedFile> {
  const path = uri.path.slice(root.path.length).replace(/^\//, "");
  const file = {uri, oldUri: undefined, path, kind: "untracked", unsaved: isUnsaved(uri)} as const;
  const text = await textOf(uri, maxUntracked);
  if (typeof text !== "string") return skipped(file, text.reason);
  const placed = wholeChange(text);
  return placed.changes.length === 0 ? skipped(file, vscode.l10n.t("empty")) : {...file, placed, skipped: undefined};
}

function skipped(file: Omit<ChangedFile, "placed" | "skipped">, reason: string): ChangedFile {
  return {...file, placed: {text: "", changes: []}, skipped: reason};
}

/** A file's text on disk, or why it has none. */
async function textOf(uri: vscode.Uri, limit: number): Promise<string | {readonly reason: string}> {
  try {
    const {type, size} = await vscode.workspace.fs.stat(uri);
    if (type & vscode.FileType.SymbolicLink) return {reason: vscode.l10n.t("a symbolic link")};
    if (!(type & vscode.FileType.File)) return {reason: vscode.l10n.t("no file")};
    if (size > limit) return {reason: vscode.l10n.t("larger than {0} kB", count(limit / 1000))};
    const read = fileText(await vscode.workspace.fs.readFile(uri));
    if ("text" in read) return read.text;
    return {reason: read.problem === "binary" ? vscode.l10n.t("binary") : vscode.l10n.t("not in UTF-8 or UTF-16")};
  } catch {
    return {reason: vscode.l10n.t("can't be read")};
  }
}

function isUnsaved(uri: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.toString() === uri.toString()
  );
}
