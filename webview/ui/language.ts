import {displayLocale, type Language, useLanguage} from "../../src/text/language";

/** From here on the page speaks this language, and says so to screen readers. Before the first thing is drawn. */
export function speak(language: Language): void {
  useLanguage(language);
  document.documentElement.lang = displayLocale();
}
