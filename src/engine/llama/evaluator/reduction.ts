import type {MessagePort} from "node:worker_threads";
import {EngineError, type EngineErrorKind} from "../../../contract/errors";
import type {Batch, Predictions} from "./evaluator";

/** The owner's first message to a reducer, if another thread is to send tasks. */
export interface ReducerPort {
  readonly port: MessagePort;
}

/** Rows that stand in a slot. The slot is free when they have been reduced. */
export interface ReducerTask {
  /** The batch, for the answer. */
  readonly id: number;
  /** The place of the first row in the batch, for the answer. */
  readonly first: number;
  readonly slot: number;
  readonly count: number;
  /** As Reducer.reduce takes them. */
  readonly targets: Int32Array;
  readonly top: number;
  readonly sets?: Batch["sets"];
}

/** What was read of a batch. */
export type Read = {readonly predictions: Predictions} | {readonly problem: ThreadProblem};

export type ReducerAnswer = {readonly id: number; readonly first: number} & (
  | {readonly predictions: Predictions; readonly problem?: undefined}
  | {readonly problem: ThreadProblem; readonly predictions?: undefined}
);

/** An error, as it travels between threads. */
export interface ThreadProblem {
  /** Undefined where it's a bug. */
  readonly kind: EngineErrorKind | undefined;
  readonly message: string;
}

export function problemOf(error: unknown): ThreadProblem {
  if (error instanceof EngineError) return {kind: error.kind, message: error.message};
  return {kind: undefined, message: error instanceof Error ? error.message : String(error)};
}

export function errorOf({kind, message}: ThreadProblem): Error {
  return kind === undefined ? new Error(message) : new EngineError(kind, message);
}
