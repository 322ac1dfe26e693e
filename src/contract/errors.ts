/** What can go wrong in a way a person can act on. */
export type ErrorKind =
  | "modelMissing"
  | "modelIsDirectory"
  | "modelUnreadable"
  | "notGguf"
  | "modelIncomplete"
  | "unknownArchitecture"
  | "modelFailed"
  | "modelUnsuitable"
  | "predictsNothing"
  | "noRuntime"
  | "outOfMemory"
  | "contextFailed"
  | "emptyText"
  | "nothingToScore"
  | "longRun"
  | "untrusted"
  | "busy"
  | "noGit"
  | "noRepository"
  | "gitFailed"
  | "noSpans"
  | "noEvaluation"
  | "noFolder"
  | "noInlineSuggestions"
  | "invalidRequest"
  | "badAddress"
  | "notFound"
  | "accessDenied"
  | "rateLimited"
  | "serverFailed"
  | "connectionLost"
  | "diskFull"
  | "folderUnwritable"
  | "settingsUnwritable"
  | "wrongContent"
  | "noRuntimeOffered"
  | "wrongPackage"
  | "engineDied"
  | "engineStopped"
  | "cannotStart";

/** An error for people: what happened and what to do next, in one sentence. Everything else is a bug. */
export class HumanError extends Error {
  override readonly name = "HumanError";
  constructor(
    readonly kind: ErrorKind,
    message: string
  ) {
    super(message);
  }
}

/** JSON-RPC: the answer to a request that was cancelled. */
export const requestCancelledCode = -32800;

/** JSON-RPC code of a {@link HumanError}; its `data` is {@link HumanErrorData}. */
export const humanErrorCode = -32001;

export interface HumanErrorData {
  readonly kind: ErrorKind;
}
