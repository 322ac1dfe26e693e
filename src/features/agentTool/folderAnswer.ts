import * as vscode from "vscode";
import type {Budgets} from "../../host/budgets";
import {iterateInSlices} from "../../host/cooperativeWork";
import type {FolderCounts} from "../../host/folderCounts";
import {plainPath} from "../../text/plainText";
import {modelFields, rounded, sizeFields} from "./toolAnswer";

/** Files of each kind that the agent is told of. */
const maxFiles = 10;

interface ListedFile {
  readonly uri: vscode.Uri;
  readonly tokens: number;
}

/** What the agent is told of a folder. `title` is safe to show. A folder may have a hundred thousand files. */
export async function folderAnswer(
  title: string,
  {files, model, cut, warnings}: FolderCounts,
  budgets: Pick<Budgets, "of">
): Promise<object> {
  const total = {files: 0, count: 0, characters: 0, bytes: 0};
  const all = new LargestFiles<ListedFile>();
  const over = new LargestFiles<ListedFile & {readonly budget: number}>();
  const skipped = new SkippedFiles();
  for await (const file of iterateInSlices(files)) {
    const {uri} = file;
    if ("skipped" in file) {
      skipped.add(uri, file.skipped);
      continue;
    }
    const {tokens, characters, bytes} = file;
    total.files++;
    total.count += tokens;
    total.characters += characters;
    total.bytes += bytes;
    all.add({uri, tokens});
    const budget = model === null ? null : budgets.of(uri, model.contextSize);
    if (budget !== null && tokens > budget) over.add({uri, tokens, budget});
  }
  return {
    of: title,
    as: "plain",
    files: total.files,
    count: total.count,
    ...sizeFields(total),
    ...(model === null ? {} : modelFields(model, total.count)),
    largestFiles: all.largest.map(({uri, tokens}) => ({
      file: nameOf(uri),
      count: tokens,
      percentOfFolder: rounded((100 * tokens) / Math.max(1, total.count))
    })),
    ...(over.number === 0
      ? {}
      : {
          filesOverBudget: over.number,
          largestOverBudget: over.largest.map(({uri, tokens, budget}) => ({
            file: nameOf(uri),
            count: tokens,
            budget
          }))
        }),
    ...skipped.fields(),
    ...(cut ? {note: "The folder has more files than are counted: count the folders in it."} : {}),
    ...(warnings.length === 0 ? {} : {warnings})
  };
}

/** As the agent may name it again. */
function nameOf(uri: vscode.Uri): string {
  return plainPath(vscode.workspace.asRelativePath(uri));
}

/** The largest of the files that are added, the largest first. */
class LargestFiles<File extends ListedFile> {
  largest: readonly File[] = [];
  number = 0;

  add(file: File): void {
    this.number++;
    if (file.tokens <= (this.largest[maxFiles - 1]?.tokens ?? -1)) return;
    this.largest = [...this.largest, file].sort((one, other) => other.tokens - one.tokens).slice(0, maxFiles);
  }
}

/** How many files have no count, for which reasons, and some of their names. */
class SkippedFiles {
  private number = 0;
  private readonly reasons = new Map<string, number>();
  private readonly named: {readonly file: string; readonly reason: string}[] = [];

  add(uri: vscode.Uri, reason: string): void {
    this.number++;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    if (this.named.length < maxFiles) this.named.push({file: nameOf(uri), reason});
  }

  fields(): object {
    if (this.number === 0) return {};
    return {skippedFiles: this.number, skippedBecause: Object.fromEntries(this.reasons), skipped: this.named};
  }
}
