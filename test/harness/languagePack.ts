import {writeFileSync} from "node:fs";
import path from "node:path";

/**
 * Writes to VS Code's user data what an installed language pack writes there. Without a language pack, VS Code uses
 * English and ignores the translations of extensions. Real ones must be downloaded; this one has no translations, so
 * that VS Code itself stays English while its extensions use the language.
 */
export function addLanguage(userData: string, locale: string): void {
  const translations = path.join(userData, `${locale}.i18n.json`);
  writeFileSync(translations, JSON.stringify({version: "1.0.0", contents: {}}));
  // Without the name of an extension, the workbench shows no extensions at all.
  const pack = {
    hash: "made-up",
    label: locale,
    extensions: [{extensionIdentifier: {id: "tokenscope.made-up-language-pack"}, version: "1.0.0"}],
    translations: {vscode: translations}
  };
  writeFileSync(path.join(userData, "languagepacks.json"), JSON.stringify({[locale]: pack}));
}
