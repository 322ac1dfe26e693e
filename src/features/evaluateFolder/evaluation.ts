import type * as vscode from "vscode";
import type {ScoredModel} from "../../host/savedScores";
import type {CorpusSummary, Summary} from "../../metrics/summary";
import type {Windowing} from "../../metrics/windowing";

/** A file in an evaluation. */
export interface FileOfEvaluation {
  readonly uri: vscode.Uri;
  /** Its path below the evaluated folder, with "/". */
  readonly path: string;
}

export interface ScoredFile extends FileOfEvaluation {
  readonly summary: Summary;
  /** False if scoring was stopped within the file: the numbers are those of its first part. */
  readonly finished: boolean;
}

export interface UnscoredFile extends FileOfEvaluation {
  /** Why, in a few words. */
  readonly reason: string;
}

/** The scores of the files in a folder, each scored separately with the same model. */
export interface Evaluation {
  /** "src", or "3 files". */
  readonly title: string;
  /** The folders and files that were asked for. */
  readonly roots: readonly vscode.Uri[];
  readonly model: ScoredModel;
  readonly windowing: Windowing;
  readonly corpus: CorpusSummary;
  readonly files: readonly ScoredFile[];
  /** Files that could not be scored. */
  readonly failed: readonly UnscoredFile[];
  /** Files that are never scored: binary, too large, empty. */
  readonly leftOut: readonly UnscoredFile[];
  /** Number of files not reached before the evaluation was stopped. */
  readonly notReached: number;
  /** True if there were more files than an evaluation takes. */
  readonly cut: boolean;
  /** Of any of its files; see contract/scoring.ts, Warned. */
  readonly warnings: readonly string[];
}

/** Whether all files were scored to their end. */
export function isFinished({files, notReached}: Evaluation): boolean {
  return notReached === 0 && files.every(({finished}) => finished);
}
