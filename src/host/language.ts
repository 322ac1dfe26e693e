/**
 * Imported first of all: from here on, code that does not know vscode (metrics, gguf, engineClient) speaks VS Code's display
 * language too.
 */
import * as vscode from "vscode";
import {type Language, useLanguage} from "../text/language";

/** VS Code's display language, and what there is in it of Tokenscope. */
export const language: Language = {locale: vscode.env.language, bundle: vscode.l10n.bundle};

useLanguage(language);
