/** The part of a page that differs between views. It holds no text to read: all of that comes by message, as data. */
export interface PageContent {
  /** The page's script and style sheet are NAME.js and NAME.css in dist/webview. */
  readonly name: string;
  readonly bodyClass?: string;
  /** Markup of the page's body. */
  readonly body: string;
}

/** Where a page's parts come from, and its Content-Security-Policy. */
export interface PageSources {
  readonly script: string;
  readonly styles: string;
  /** Source of style sheets and other files, as VS Code's webview names it. */
  readonly cspSource: string;
  /** Whether the page may fetch files from `cspSource`. */
  readonly canFetch: boolean;
  /** An unguessable text, different for every page. */
  readonly nonce: string;
}

export function webviewPage({bodyClass, body}: PageContent, sources: PageSources): string {
  const {script, styles, cspSource, canFetch, nonce} = sources;
  const policy = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    ...(canFetch ? [`connect-src ${cspSource}`] : [])
  ];
  return `<!DOCTYPE html>
<html>
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${styles}">
</head>
<body${bodyClass === undefined ? "" : ` class="${bodyClass}"`}>
${body}
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
