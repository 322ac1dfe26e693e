import {displayLocale, type Language, useLanguage} from "../../src/text/language";

/** Sets the language of the page, also for screen readers. Call it before anything is drawn. */
export function speak(language: Language): void {
  useLanguage(language);
  document.documentElement.lang = displayLocale();
}
