import type {DeviceState} from "./devices";

/** How far a request is. */
export type Progress =
  /** Another request comes first. Place 1 is next. */
  | {readonly stage: "wait"; readonly place: number}
  /**
   * The model is loaded; the fraction goes from 0 to 1. `unguarded` is a device that this process computes on from now on in the way
   * in which a C++ exception of its driver ends the process.
   */
  | {readonly stage: "load"; readonly fraction: number; readonly unguarded?: DeviceState["device"]}
  /** UTF-16 units of a document whose tokens are counted. */
  | {readonly stage: "count"; readonly done: number; readonly total: number}
  /** Tokens. */
  | {readonly stage: "score"; readonly done: number; readonly total: number}
  /** Tokens, and the text that there is so far. */
  | {readonly stage: "complete"; readonly done: number; readonly total: number; readonly text: string}
  /** Bytes. */
  | {readonly stage: "download" | "verify" | "unpack"; readonly done: number; readonly total: number};

/** Progress on a file that is fetched, checked or unpacked. */
export type TransferProgress = Extract<Progress, {readonly stage: "download" | "verify" | "unpack"}>;
