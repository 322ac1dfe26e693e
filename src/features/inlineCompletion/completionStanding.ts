import * as l10n from "@vscode/l10n";
import {displayLocale} from "../../text/language";
import {count, percentText} from "../../text/numberText";

/** Why the last question brought no suggestion. */
export type Silence =
  | {readonly why: "unsure" | "nothingToAdd" | "severalCursors" | "listOpen"}
  | {readonly why: "excluded"; readonly by: "setting" | "list"}
  | {
      readonly why: "failed";
      /** Safe to show as text anywhere. */
      readonly sentence: string;
    };

/** What decides whether suggestions come while typing in the text in front. */
export interface Situation {
  /** VS Code's own setting lets suggestions be shown. */
  readonly vscodeShows: boolean;
  readonly enabled: boolean;
  /** The setting for the languages that have none of their own. */
  readonly enabledElsewhere: boolean;
  readonly language: string;
  /** Ms since the epoch; undefined: not snoozed. */
  readonly snoozedUntil: number | undefined;
  /** The engine has crashed too often to start again by itself. */
  readonly stopped: boolean;
  /** How much of the model has been read (0 to 1), null if that is not known; undefined while none is loaded. */
  readonly loading: number | null | undefined;
  readonly silence: Silence | undefined;
}

/** Whether suggestions come, and if not, why. */
export interface Standing {
  /** Name of a codicon. */
  readonly icon: string;
  readonly sentence: string;
  /** What can be done about it; undefined where nothing is to be done. */
  readonly remedy?:
    | "turnOn"
    | "turnOnLanguage"
    | "vscodeSetting"
    | "resume"
    | "restart"
    | "confidence"
    | "exclusions"
    | "ignoreFile";
}

export function standingOf(situation: Situation): Standing {
  return lasting(situation) ?? (situation.silence && silent(situation.silence)) ?? waiting();
}

/** "14:35" */
export function timeText(time: number): string {
  return new Intl.DateTimeFormat(displayLocale(), {hour: "numeric", minute: "2-digit"}).format(time);
}

/** What keeps suggestions away from the whole file. */
function lasting({
  vscodeShows,
  enabled,
  enabledElsewhere,
  language,
  snoozedUntil,
  stopped,
  loading
}: Situation): Standing | undefined {
  if (!enabled)
    return {
      icon: "circle-slash",
      sentence: enabledElsewhere
        ? l10n.t("Inline completion is off in {0} files: it comes only on command.", language)
        : l10n.t("Inline completion is off: it comes only on command."),
      remedy: enabledElsewhere ? "turnOnLanguage" : "turnOn"
    };
  if (!vscodeShows)
    return {
      icon: "circle-slash",
      sentence: l10n.t("Inline completion is on, but VS Code's own setting editor.inlineSuggest.enabled is off."),
      remedy: "vscodeSetting"
    };
  if (snoozedUntil !== undefined)
    return {
      icon: "bell-slash",
      sentence: l10n.t("Inline completion is snoozed until {0}.", timeText(snoozedUntil)),
      remedy: "resume"
    };
  if (stopped)
    return {
      icon: "warning",
      sentence: l10n.t("The model's process has ended too often and is not started again by itself."),
      remedy: "restart"
    };
  if (loading === undefined) return undefined;
  return {
    icon: "loading~spin",
    sentence:
      loading === null
        ? l10n.t("The model is still being loaded.")
        : l10n.t("The model is still being loaded: {0}.", percentText(count(Math.floor(loading * 100))))
  };
}

function silent(silence: Silence): Standing {
  switch (silence.why) {
    case "unsure":
      return {
        icon: "sparkle",
        sentence: l10n.t(
          "Nothing came: the model was less sure than tokenscope.inlineCompletion.minConfidence asks for."
        ),
        remedy: "confidence"
      };
    case "nothingToAdd":
      return {icon: "sparkle", sentence: l10n.t("Nothing came: the model has nothing to add here.")};
    case "severalCursors":
      return {icon: "sparkle", sentence: l10n.t("Nothing came: there are several cursors.")};
    case "listOpen":
      return {icon: "sparkle", sentence: l10n.t("Nothing came: the list of IntelliSense was open.")};
    case "excluded":
      return silence.by === "setting"
        ? {
            icon: "lock",
            sentence: l10n.t("Nothing comes in this file: tokenscope.inlineCompletion.exclude names it."),
            remedy: "exclusions"
          }
        : {
            icon: "lock",
            sentence: l10n.t("Nothing comes in this file: .tokenscopeignore names it."),
            remedy: "ignoreFile"
          };
    case "failed":
      return {icon: "warning", sentence: silence.sentence};
    default:
      return silence satisfies never;
  }
}

function waiting(): Standing {
  return {icon: "sparkle", sentence: l10n.t("Inline completion is on: it suggests when you pause.")};
}
