// `npm run l10n`: writes the English texts that the sources and package.json have (l10n/bundle.l10n.json,
// package.nls.json), and says what is missing or left over in the other languages. --check writes nothing. --manifest
// also moves package.json's own texts into package.nls.json. Any problem is a failure. How to translate:
// docs/translating.md.
import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {withKeys} from "./l10n/manifest.mjs";
import {localization} from "./l10n/project.mjs";
import {root} from "./root.mjs";

const flags = new Set(process.argv.slice(2));
mkdirSync(path.join(root, "l10n"), {recursive: true});
const {bundle, texts, problems: found} = localization(root);
const stale = [];
keep("l10n/bundle.l10n.json", bundle);
keep("package.nls.json", texts);
if (flags.has("--manifest"))
  keep("package.json", withKeys(JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"))));
const problems = [...(flags.has("--manifest") ? localization(root).problems : found), ...stale];
for (const problem of problems) console.error(problem);
console.log(
  `${Object.keys(bundle).length} texts in the sources, ${Object.keys(texts).length} in package.json, ${problems.length} problems`
);
if (problems.length > 0) process.exit(1);

function keep(file, content) {
  const target = path.join(root, file);
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (existsSync(target) && readFileSync(target, "utf8") === text) return;
  if (flags.has("--check")) stale.push(`${file} is not what the sources say: npm run l10n`);
  else writeFileSync(target, text);
}
