import * as l10n from "@vscode/l10n";

/** The display language. */
export interface Language {
  /** A BCP 47 tag: "de", "zh-cn". */
  readonly locale: string;
  /** Translations by their English text. Undefined if there are none: then all is English. */
  readonly bundle: Readonly<Record<string, string>> | undefined;
}

let locale = "en";

/** Sets the language of `l10n.t` and numberText.ts. The default is English, also for texts without a translation. */
export function useLanguage(language: Language): void {
  l10n.config({contents: {...language.bundle}});
  // Numbers follow the language of the sentences: a decimal comma would mislead in an English sentence.
  locale = language.bundle === undefined ? "en" : language.locale;
}

/** The language in use: "en" if the requested one has no translations. */
export function displayLocale(): string {
  return locale;
}
