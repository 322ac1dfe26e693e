/** Checks the translations of this repository. */
import {existsSync, readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {textsOf} from "./manifest.mjs";
import {bareTexts, messagesOf} from "./messages.mjs";

/** Files without texts for people, or with texts in English for everyone. */
const notForPeople = [
  // The headless runner writes English, because scripts read it.
  "src/cli.ts",
  "src/cli/",
  // For agents.
  "src/features/agentTool/",
  // For readers of a problem report.
  "src/features/engineControl/diagnosticsText.ts",
  "src/features/engineControl/shareable.ts",
  // For programs.
  "src/features/evaluateFolder/exports.ts",
  // Words of Git and programming languages.
  "src/features/scoreChanges/patch.ts",
  "src/completion/",
  // Style sheets.
  "src/host/scoreHtmlStyle.ts",
  // Code for another thread, words of a library's error, folders of programs.
  "src/engine/llama/fetchedPackages.ts",
  "src/engine/llama/devices/probe.ts",
  "src/host/models/local/programFolders.ts"
];

/** Names, addresses and searches are the same in every language. */
const names = new Set([
  "Tokenscope",
  "@builtin git",
  "LM Studio",
  "Hugging Face",
  "BigCode OpenRAIL-M",
  "Granite Code 3B Q4_K_M",
  "Qwen Research",
  "Phi-3.5 mini Instruct Q4_K_M",
  "hf:ggml-org/Qwen2.5-Coder-1.5B-Q8_0-GGUF/qwen2.5-coder-1.5b-q8_0.gguf"
]);

/**
 * @typedef {object} Localization
 * @property {Record<string, string | {message: string, comment: readonly string[]}>} bundle The English
 * l10n/bundle.l10n.json, as it should be.
 * @property {Record<string, string>} texts package.nls.json, as it should be.
 * @property {string[]} problems One sentence each, with its place.
 */

/**
 * Reads the sources and package.json, and holds the translations against them.
 *
 * @param {string} root
 * @returns {Localization}
 */
export function localization(root) {
  const read = (file) => JSON.parse(readFileSync(path.join(root, file), "utf8"));
  const {bundle, problems} = sourceTexts(root);
  const nls = existsSync(path.join(root, "package.nls.json")) ? read("package.nls.json") : {};
  const {texts, plain} = textsOf(read("package.json"), nls);
  // Until the first texts are moved to package.nls.json, none is missing there.
  if (plain.length < Object.keys(texts).length)
    for (const key of plain)
      problems.push(`package.json: the text of ${key} stands there itself: npm run l10n -- --manifest`);
  const messages = Object.fromEntries(
    Object.entries(bundle).map(([key, value]) => [key, typeof value === "string" ? value : value.message])
  );
  const languages = languagesOf(root);
  for (const language of languages) {
    for (const [file, english] of [
      [`l10n/bundle.l10n.${language}.json`, messages],
      [`package.nls.${language}.json`, texts]
    ]) {
      const translation = existsSync(path.join(root, file)) ? read(file) : {};
      problems.push(...translationProblems(english, translation).map((problem) => `${file}: ${problem}`));
    }
  }
  return {bundle, texts, problems};
}

/** The languages that have a translation file. */
function languagesOf(root) {
  const files = [...readdirSync(path.join(root, "l10n")), ...readdirSync(root)];
  const found = files.map((file) => /^(?:bundle\.l10n|package\.nls)\.([\w-]+)\.json$/.exec(file)?.[1]);
  return [...new Set(found.filter((language) => language !== undefined))].sort();
}

function sourceTexts(root) {
  const bundle = {};
  const problems = [];
  for (const folder of ["src", "webview"]) {
    for (const name of readdirSync(path.join(root, folder), {recursive: true, encoding: "utf8"}).sort()) {
      if (!name.endsWith(".ts")) continue;
      const file = path.posix.join(folder, name.replaceAll("\\", "/"));
      const source = readFileSync(path.join(root, file), "utf8");
      const found = messagesOf(source);
      for (const {message, comment} of found.messages) {
        if (comment.length === 0) bundle[message] = message;
        else bundle[`${message}/${comment.join("")}`] = {message, comment};
      }
      const bare = notForPeople.some((start) => file.startsWith(start)) ? [] : bareTexts(source, names);
      for (const {line, problem} of [...found.problems, ...bare]) problems.push(`${file}:${line}: ${problem}`);
    }
  }
  return {bundle: sorted(bundle), problems};
}

/**
 * Translations that are missing, unused or wrong.
 *
 * @param {Record<string, string>} english by key
 * @param {Record<string, string>} translation by key
 * @returns {string[]}
 */
export function translationProblems(english, translation) {
  const problems = [];
  for (const [key, text] of Object.entries(english)) {
    const translated = translation[key];
    if (typeof translated !== "string" || translated.trim() === "") problems.push(`missing: ${JSON.stringify(key)}`);
    else if (fixedParts(text) !== fixedParts(translated))
      problems.push(`other placeholders, commands or code than the original: ${JSON.stringify(key)}`);
  }
  for (const key of Object.keys(translation))
    if (!Object.hasOwn(english, key)) problems.push(`left over: ${JSON.stringify(key)}`);
  return problems;
}

/** Parts that must be the same in every language, in any order: `{0}`, targets of links, code, icons. */
function fixedParts(text) {
  return [...text.matchAll(/\{\w+\}|\]\([^)]*\)|`[^`\s]*`|\$\([\w~-]+\)/g)]
    .map(([part]) => part)
    .sort()
    .join("\n");
}

/** @template Value @param {Record<string, Value>} entries @returns {Record<string, Value>} */
export function sorted(entries) {
  return Object.fromEntries(Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1)));
}
