/** Must be imported first by the engine process: it sets VS Code's display language for error messages. */
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
