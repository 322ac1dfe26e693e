import {writeFileSync} from "node:fs";
import path from "node:path";

/**
 * Leaves in VS Code's user data what a language pack leaves there once it is installed. Without one VS Code keeps to English
 * and does not look for the translations of extensions. The real ones have to be downloaded; this one is made up and
 * translates nothing: VS Code itself goes on in English, its extensions speak the language.
 */
export function addLanguage(userData: string, locale: string): void {
  const translations = path.join(userData, `${locale}.i18n.json`);
  writeFileSync(translations, JSON.stringify({version: "1.0.0", contents: {}}));
  const pack = {
    hash: "made-up",
    label: locale,
    extensions: [{extensionIdentifier: {id: "tokenscope.made-up-language-pack"}, version: "1.0.0"}],
    translations: {vscode: translations}
  };
  writeFileSync(path.join(userData, "languagepacks.json"), JSON.stringify({[locale]: pack}));
}
