import type * as vscode from "vscode";
import type {RunningModel} from "../contract/models";
import type {CorpusSummary, Summary} from "../metrics/summary";
import type {Windowing} from "../metrics/windowing";

/** A file of an evaluation. */
export interface FileOfEvaluation {
  readonly uri: vscode.Uri;
  /** As it is called in the evaluation: below its folder, with "/". */
  readonly path: string;
}

export interface ScoredFile extends FileOfEvaluation {
  readonly summary: Summary;
  /** False where scoring was stopped within it: the numbers are those of its beginning. */
  readonly finished: boolean;
}

export interface UnscoredFile extends FileOfEvaluation {
  /** Why, in a few words. */
  readonly reason: string;
}

/** The files of a folder, each scored by itself with one model. */
export interface Evaluation {
  /** "src", or "3 files". */
  readonly title: string;
  /** What was asked for: folders and files. */
  readonly roots: readonly vscode.Uri[];
  readonly model: RunningModel;
  readonly windowing: Windowing;
  readonly corpus: CorpusSummary;
  readonly files: readonly ScoredFile[];
  /** Files that could not be scored. */
  readonly failed: readonly UnscoredFile[];
  /** Files that were not meant to be: binary, too large, empty. */
  readonly leftOut: readonly UnscoredFile[];
  /** Files that were not reached before the evaluation was stopped. */
  readonly notReached: number;
  /** There were more files than are looked at. */
  readonly cut: boolean;
  /** Of any of its files; see contract/scoring.ts, Warned. */
  readonly warnings: readonly string[];
}

/** All files were reached and scored to their end. */
export function isFinished({files, notReached}: Evaluation): boolean {
  return notReached === 0 && files.every(({finished}) => finished);
}
