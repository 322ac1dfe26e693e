import type * as vscode from "vscode";
import type {ModelDescription, ModelRef} from "../../contract/models";
import type {CountTree} from "./countTree";

/** What the view shows. */
export interface ShownCounts {
  /** Of what was chosen, such as a folder's name. */
  readonly title: string;
  readonly chosen: readonly vscode.Uri[];
  /** The model that it is counted with, as it was asked for. */
  readonly ref: ModelRef;
  readonly tree: CountTree;
  /** Null until something was counted. */
  model: ModelDescription | null;
  /** When the last file was counted. */
  date: Date;
  state: "counting" | "stopped" | "done";
  /** Files that are not counted yet. */
  notReached: number;
  /** There were more files than are counted. */
  cut: boolean;
  warnings: readonly string[];
}
