/** Imported first by the engine process: from here on it words its errors in VS Code's display language. */
import {readFileSync} from "node:fs";
import {languageVariables} from "../contract/requests";
import {useLanguage} from "../text/language";

const locale = process.env[languageVariables.locale];
const bundle = process.env[languageVariables.bundle];

if (locale !== undefined && bundle !== undefined) {
  try {
    useLanguage({locale, bundle: JSON.parse(readFileSync(bundle, "utf8"))});
  } catch {
    // An error in English is still better than no engine.
  }
}
