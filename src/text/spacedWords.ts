/** The languages of VS Code in which people write sentences. All others are taken as code: those are many, and more come. */
const proseLanguages: ReadonlySet<string> = new Set([
  "plaintext",
  "markdown",
  "mdx",
  "quarto",
  "restructuredtext",
  "asciidoc",
  "org",
  "typst",
  "tex",
  "latex",
  "scminput",
  "git-commit",
  // VS Code's own files for prompts, which are Markdown.
  "prompt",
  "instructions",
  "chatagent",
  "chatmode",
  "skill"
]);

/** Letters of scripts that put no space between words. */
const unspacedLetters =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/gu;

const letters = /\p{L}/gu;

/** UTF-16 units that are looked at. */
const sampleLength = 1 << 14;

/** With a larger share of such letters, white space does not say where words end. */
const maxUnspacedShare = 0.1;

/**
 * Whether what stands between white space are words, so that a number per word means something: in prose, in a script that
 * puts spaces between words. A text without letters has none.
 */
export function hasSpacedWords(text: string, languageId: string): boolean {
  if (!proseLanguages.has(languageId)) return false;
  const sample = text.slice(0, sampleLength);
  const all = sample.match(letters)?.length ?? 0;
  const unspaced = sample.match(unspacedLetters)?.length ?? 0;
  return all > 0 && unspaced <= all * maxUnspacedShare;
}
