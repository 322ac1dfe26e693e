/** What goes wrong in the engine in a way that a person can act on. It crosses to the host. */
export type EngineErrorKind =
  | "modelMissing"
  | "modelIsDirectory"
  | "modelUnreadable"
  | "notGguf"
  | "modelIncomplete"
  | "unknownArchitecture"
  | "modelFailed"
  | "wrongNumbers"
  | "modelUnsuitable"
  | "predictsNothing"
  | "noRuntime"
  | "outOfMemory"
  | "contextFailed"
  | "emptyText"
  | "nothingToScore"
  | "longRun"
  | "noChatTemplate"
  | "chatTemplateFailed"
  | "chatRefused"
  | "badPrompt"
  | "busy"
  | "invalidRequest"
  | "badAddress"
  | "badMirror"
  | "badProxy"
  | "notFound"
  | "accessDenied"
  | "rateLimited"
  | "serverFailed"
  | "connectionLost"
  | "diskFull"
  | "folderUnwritable"
  | "wrongContent"
  | "downloadRunning";

/** An error for people: what happened and what to do next, in one sentence. Everything else is a bug. */
export abstract class HumanError extends Error {
  override readonly name = "HumanError";
  abstract readonly kind: string;
}

/** A {@link HumanError} of the engine's. */
export class EngineError extends HumanError {
  constructor(
    readonly kind: EngineErrorKind,
    message: string
  ) {
    super(message);
  }
}

/** JSON-RPC: the answer to a request that was cancelled. */
export const requestCancelledCode = -32800;

/** JSON-RPC code of an {@link EngineError}; its `data` is {@link EngineErrorData}. */
export const engineErrorCode = -32001;

export interface EngineErrorData {
  readonly kind: EngineErrorKind;
}
