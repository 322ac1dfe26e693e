import {randomBytes} from "node:crypto";
import * as vscode from "vscode";

/** Where the view's script and style sheet lie: all that its page may load. */
export function pageFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, "dist", "webview");
}

/** The page without any content: what it shows comes by message, as data. */
export function logprobsPage(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const folder = pageFolder(extensionUri);
  const script = webview.asWebviewUri(vscode.Uri.joinPath(folder, "logprobs.js"));
  const styles = webview.asWebviewUri(vscode.Uri.joinPath(folder, "logprobs.css"));
  const nonce = randomBytes(16).toString("base64");
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy"
    content="default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${styles}">
  <title>Logprobs</title>
</head>
<body class="no-text">
  <main id="scroller">
    <div id="top"></div>
    <div id="tokens" role="listbox" aria-orientation="horizontal"></div>
  </main>
  <aside id="details" aria-label="Token"></aside>
  <div id="status" class="spoken-only" role="status" aria-live="polite"></div>
  <script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
