import {EngineError, type EngineErrorKind, HumanError} from "../contract/errors";

/** What goes wrong in the host in a way that a person can act on. */
export type HostErrorKind =
  | "noEditor"
  | "emptyFile"
  | "textWithheld"
  | "textGone"
  | "notEditable"
  | "noTokenText"
  | "noFolder"
  | "untrusted"
  | "untrustedModel"
  | "noInlineSuggestions"
  | "noSpans"
  | "noSuchModel"
  | "unreadableFile"
  | "noEvaluation"
  | "noFolderCounts"
  | "noRuntimeOffered"
  | "wrongPackage"
  | "noGit"
  | "gitDisabled"
  | "gitElsewhere"
  | "noRepository"
  | "noCommit"
  | "gitFailed"
  | "settingsUnwritable"
  | "cannotStart"
  | "clientDisposed"
  | "unsupportedProcessor"
  | "engineDied"
  | "engineStopped";

export type ErrorKind = EngineErrorKind | HostErrorKind;

/** A {@link HumanError} of the host's. */
export class HostError extends HumanError {
  constructor(
    readonly kind: HostErrorKind,
    message: string
  ) {
    super(message);
  }
}

/** The kind of any error; "bug" for one that is not for people. */
export function kindOf(error: unknown): ErrorKind | "bug" {
  return error instanceof HostError || error instanceof EngineError ? error.kind : "bug";
}
