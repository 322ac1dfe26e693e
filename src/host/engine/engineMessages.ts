import * as l10n from "@vscode/l10n";
import type {HumanError} from "../../contract/errors";
import type {EngineMethod} from "../../contract/requests";
import {HostError} from "../hostError";

const counting = (): string =>
  l10n.t("The model's process ended while counting tokens: try again, a new one starts by itself.");

const scoring = (): string => l10n.t("The model's process ended while scoring: try again, a new one starts by itself.");

const readingVocabulary = (): string =>
  l10n.t("The model's process ended while reading the vocabulary: try again, a new one starts by itself.");

const crashed: Record<EngineMethod, () => string> = {
  describe: () => l10n.t("The model's process ended while reading the model: try again, a new one starts by itself."),
  count: counting,
  countFiles: counting,
  countBytes: counting,
  countChat: counting,
  openDocument: counting,
  changeDocument: counting,
  closeDocument: counting,
  countDocument: counting,
  countRanges: counting,
  documentTokens: counting,
  tokenEnd: counting,
  tokenize: () =>
    l10n.t("The model's process ended while splitting text into tokens: try again, a new one starts by itself."),
  tokenTexts: readingVocabulary,
  tokenBytes: readingVocabulary,
  tokenInfo: readingVocabulary,
  vocabularyFacts: readingVocabulary,
  searchVocabulary: readingVocabulary,
  score: scoring,
  scoreTokens: scoring,
  scoreUnder: scoring,
  alternatives: () =>
    l10n.t("The model's process ended while looking for alternatives: try again, a new one starts by itself."),
  complete: () => l10n.t("The model's process ended while completing: try again, a new one starts by itself."),
  next: () =>
    l10n.t("The model's process ended while looking for what comes next: try again, a new one starts by itself."),
  sample: () => l10n.t("The model's process ended while drawing samples: try again, a new one starts by itself."),
  estimate: () =>
    l10n.t("The model's process ended while estimating the model's memory: try again, a new one starts by itself."),
  memory: () =>
    l10n.t("The model's process ended while looking at the model's memory: try again, a new one starts by itself."),
  devices: () => l10n.t("The model's process ended while looking for devices: try again, a new one starts by itself."),
  versions: () => l10n.t("The model's process ended while loading llama.cpp: try again, a new one starts by itself."),
  inspect: () => l10n.t("The model's process ended while looking at the file: try again, a new one starts by itself."),
  download: () => l10n.t("The model's process ended while downloading: try again, a new one starts by itself."),
  unpack: () => l10n.t("The model's process ended while unpacking: try again, a new one starts by itself.")
};

export function engineDied(method: EngineMethod): HumanError {
  return new HostError("engineDied", crashed[method]());
}

export function engineStopped(crashes: number): HumanError {
  return new HostError(
    "engineStopped",
    l10n.t(
      "The model's process has ended {0} times within a minute and is not started again by itself: restart the engine, or choose another model.",
      crashes
    )
  );
}

export function clientDisposed(): HumanError {
  return new HostError("clientDisposed", l10n.t("Tokenscope was ended: reload the window to use it again."));
}

export function illegalInstruction(): HumanError {
  return new HostError(
    "unsupportedProcessor",
    l10n.t(
      "The model's process used an instruction that this processor, or virtual machine, does not have: use Tokenscope on another one."
    )
  );
}

/** `code` is the system's, for example "EAGAIN". */
export function cannotStart(code: string | undefined): HumanError {
  return new HostError("cannotStart", whyNotStarted(code));
}

function whyNotStarted(code: string | undefined): string {
  switch (code) {
    case "EMFILE":
    case "ENFILE":
      return l10n.t(
        "The model's process could not be started, because too many files are open: close some windows or raise the system's limit, and try again."
      );
    case "EAGAIN":
    case "ENOMEM":
      return l10n.t(
        "The model's process could not be started, because the system has no room for another process: end some, or raise its limit, and try again."
      );
    case "EPERM":
    case "EACCES":
      return l10n.t(
        "The model's process could not be started, because the system does not allow it ({0}): ask its administrator.",
        code
      );
    default:
      return l10n.t("The model's process could not be started: the log says why.");
  }
}
