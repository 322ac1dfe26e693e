/**
 * The page's style: the colours of the view (package.json), and lines in place of what colour alone would say. Pages are read without
 * VS Code: the reader's system says whether they are light or dark.
 */
export const pageStyle = `
:root { color-scheme: light dark; --mark: 209 105 2; --strong: rgb(229 20 0 / 0.48); --line: rgb(229 20 0); }
@media (prefers-color-scheme: dark) {
  :root { --mark: 222 136 51; --strong: rgb(241 76 76 / 0.7); --line: rgb(241 76 76); }
}
body { font: 14px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; }
dl div { display: flex; gap: 0.4rem; }
dt { opacity: 0.75; }
dd { margin: 0; font-weight: 600; }
ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; padding: 0; }
pre { font: 14px/1.7 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
.l1 { background: rgb(var(--mark) / 0.12); }
.l2 { background: rgb(var(--mark) / 0.26); }
.l3 { background: rgb(var(--mark) / 0.4); text-decoration: underline dotted; }
.l4 { background: var(--strong); text-decoration: underline solid var(--line) 2px; }
.l5 { opacity: 0.6; font-style: italic; }
@media (forced-colors: active) {
  .l1 { text-decoration: underline dotted; } .l2 { text-decoration: underline dashed; }
  .l3 { text-decoration: underline; } .l4 { text-decoration: underline double; }
}
`;

/** The same colours for a piece that is pasted into another page, which may be light or dark. */
export const inlineStyles = [
  "",
  "background:rgba(222,136,51,.12)",
  "background:rgba(222,136,51,.26)",
  "background:rgba(222,136,51,.4);text-decoration:underline dotted",
  "background:rgba(241,76,76,.55);text-decoration:underline",
  "opacity:.6;font-style:italic"
];
