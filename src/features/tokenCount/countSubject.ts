import type * as vscode from "vscode";
import type {Progress} from "../../contract/progress";
import type {CountResult, Warned} from "../../contract/scoring";
import {iterateInSlices} from "../../host/cooperativeWork";
import type {AskOptions} from "../../host/documents/liveDocument";
import type {Host} from "../../host/host";
import type {Subject} from "./subject";

export type Sums = Pick<CountResult, "count" | "characters" | "bytes">;

/** The count of a subject: what the status bar, Count Tokens and the hover over several selections say. */
export type Counted = Warned &
  Pick<CountResult, "model"> &
  (
    | {readonly of: "file"; readonly sums: Sums}
    | {
        readonly of: "selections";
        readonly sums: Sums;
        /** The count of each. */
        readonly counts: Uint32Array;
      }
    | {
        readonly of: "notebook";
        /** All cells, code and Markdown; their outputs are not counted. */
        readonly sums: Sums;
        readonly cells: number;
        readonly chosen: {readonly sums: Sums; readonly cells: readonly vscode.NotebookCell[]};
      }
    | {readonly of: "diff"; readonly before: Sums; readonly after: Sums}
  );

const nothing: Sums = {count: 0, characters: 0, bytes: 0};

/** Counts a subject as it is now. What has several parts is the sum of them, each counted as a text by itself. */
export async function countSubject(
  {documents}: Host,
  subject: Subject,
  token: vscode.CancellationToken,
  options: AskOptions = {}
): Promise<Counted> {
  switch (subject.of) {
    case "file": {
      const result = await documents.count(subject.document, token, options);
      return {of: "file", ...about(result), sums: result};
    }
    case "selections": {
      const result = await documents.countRanges(subject.document, subject.ranges, token, options);
      return {of: "selections", ...about(result), sums: result, counts: result.counts};
    }
    case "notebook": {
      const {notebook, chosen} = subject;
      let [all, some] = [nothing, nothing];
      let last: CountResult | undefined;
      for await (const cell of iterateInSlices(notebook.getCells())) {
        last = await documents.count(cell.document, token, options);
        all = plus(all, last);
        if (chosen.includes(cell)) some = plus(some, last);
      }
      // A notebook without cells is no subject.
      if (last === undefined) throw new Error("A notebook without cells is counted");
      const cells = notebook.cellCount;
      return {of: "notebook", ...about(last), sums: all, cells, chosen: {sums: some, cells: chosen}};
    }
    case "diff": {
      const before = await documents.count(subject.before, token, options);
      const after = await documents.count(subject.after, token, options);
      return {of: "diff", ...about(after), before, after};
    }
    default:
      return subject satisfies never;
  }
}

/** How much of a long document has been counted, from 0 to 1; undefined where the progress is not about that. */
export function fractionOf(progress: Progress): number | undefined {
  return progress.stage === "count" && progress.total > 0 ? progress.done / progress.total : undefined;
}

function about({model, warnings}: CountResult): Pick<Counted, "model" | "warnings"> {
  return {model, warnings};
}

function plus(one: Sums, other: Sums): Sums {
  return {
    count: one.count + other.count,
    characters: one.characters + other.characters,
    bytes: one.bytes + other.bytes
  };
}
