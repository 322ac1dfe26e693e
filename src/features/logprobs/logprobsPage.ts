/** Addresses and words for a page's Content-Security-Policy, as VS Code's webview gives them. */
export interface PageParts {
  readonly script: string;
  readonly styles: string;
  /** Where styles may come from. */
  readonly cspSource: string;
  /** Unguessable, new for every page. */
  readonly nonce: string;
}

/** The view's page without any content or word: what it shows comes by message, as data. */
export function logprobsPage({script, styles, cspSource, nonce}: PageParts): string {
  return `<!DOCTYPE html>
<html>
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy"
    content="default-src 'none'; base-uri 'none'; form-action 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${styles}">
</head>
<body class="no-text">
  <main id="scroller">
    <div id="top"></div>
    <div id="tokens" role="listbox" aria-orientation="horizontal"></div>
  </main>
  <aside id="details"></aside>
  <div id="status" class="spoken-only" role="status" aria-live="polite"></div>
  <script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
