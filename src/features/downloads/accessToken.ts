import * as vscode from "vscode";
import type {AccessTokens} from "../../host/downloads/accessTokens";

/** Asks for a token and stores it. Returns false if the user cancels. */
export async function askForToken(tokens: AccessTokens): Promise<boolean> {
  const {host} = tokens;
  const token = await vscode.window.showInputBox({
    title: vscode.l10n.t("Access Token for {0}", host),
    prompt: vscode.l10n.t(
      "For models that require access. The token is kept in VS Code's secret storage and sent only to {0}.",
      host
    ),
    placeHolder: "hf_…",
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => tokenProblem(text.trim(), host)
  });
  if (token === undefined) return false;
  await tokens.set(token.trim());
  vscode.window.showInformationMessage(vscode.l10n.t("Tokenscope keeps the access token for {0}.", host));
  return true;
}

/** What is wrong with a token's form; undefined if nothing. Only the host knows whether it is valid. */
function tokenProblem(token: string, host: string): string | undefined {
  if (token === "") return vscode.l10n.t("Paste the token that {0} gave you.", host);
  if (!/^[\x21-\x7e]+$/.test(token)) return vscode.l10n.t("A token has no spaces and no special characters.");
  if (host === "huggingface.co" && !/^hf_\w{8,}$/.test(token))
    return vscode.l10n.t("Hugging Face's tokens begin with hf_.");
  return undefined;
}
