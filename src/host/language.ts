/**
 * Must be imported first: it sets VS Code's display language for code that does not import vscode (metrics, gguf,
 * engineClient).
 */
import * as vscode from "vscode";
import {type Language, useLanguage} from "../text/language";

/** VS Code's display language, with Tokenscope's translations. */
export const language: Language = {locale: vscode.env.language, bundle: vscode.l10n.bundle};

useLanguage(language);
