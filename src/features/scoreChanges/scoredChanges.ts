import type {Scores} from "../../contract/scoring";
import type {Change} from "./changes";
import type {Comparison} from "./comparison";
import type {ChangedFile} from "./workingTree";

/** A change, with its sums once it is scored. */
export interface ScoredChange {
  readonly change: Change;
  readonly file: ScoredFile;
  comparison: Comparison | undefined;
}

export interface ScoredFile {
  readonly file: ChangedFile;
  readonly changes: readonly ScoredChange[];
}

/** The changes of a working tree while they are scored, and afterwards. */
export interface ScoredChanges {
  readonly files: readonly ScoredFile[];
  /** All of `files`, in order. */
  readonly changes: readonly ScoredChange[];
  /** The model and windows; undefined before the first score. */
  scores: Pick<Scores, "model" | "windowing"> | undefined;
  /** "stopped": some changes are not scored, and will not be. */
  state: "scoring" | "stopped" | "done";
}

export function unscored(files: readonly ChangedFile[]): ScoredChanges {
  const scoredFiles = files.map((file): ScoredFile => {
    const changes: ScoredChange[] = [];
    const scoredFile: ScoredFile = {file, changes};
    changes.push(...file.placed.changes.map((change) => ({change, file: scoredFile, comparison: undefined})));
    return scoredFile;
  });
  return {
    files: scoredFiles,
    changes: scoredFiles.flatMap(({changes}) => changes),
    scores: undefined,
    state: "scoring"
  };
}
