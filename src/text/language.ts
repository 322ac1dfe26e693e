import * as l10n from "@vscode/l10n";

/** The language that people read in. */
export interface Language {
  /** A BCP 47 tag: "de", "zh-cn". */
  readonly locale: string;
  /** Translations by their English text; undefined: there are none, it is all English. */
  readonly bundle: Readonly<Record<string, string>> | undefined;
}

let locale = "en";

/** From here on `l10n.t` and the numbers of numberText.ts speak this language; until then, and where it has no translations, English. */
export function useLanguage(language: Language): void {
  l10n.config({contents: {...language.bundle}});
  // Numbers as in the sentences around them: a comma in an English sentence would be read as one.
  locale = language.bundle === undefined ? "en" : language.locale;
}

/** The language that is really spoken: "en" where the one asked for has no translations. */
export function displayLocale(): string {
  return locale;
}
