import * as l10n from "@vscode/l10n";
import {editDistance} from "./editDistance";

/** Small changes of a prompt, in the order in which they are made. */
export const promptChangeKinds = [
  "lowerCase",
  "upperCase",
  "firstLetter",
  "singleSpaces",
  "doubleSpaces",
  "noSpaceBehind",
  "spaceBehind",
  "lineBehind",
  "noEndMark",
  "endMark",
  "noPunctuation",
  "reversedLines",
  "firstLineLast",
  "synonym",
  "translation"
] as const;

export type PromptChangeKind = (typeof promptChangeKinds)[number];

/** A prompt that is changed a little. */
export interface PromptChange {
  readonly kind: PromptChangeKind;
  /** The words of a synonym ("big → large"), or the language of a translation; else null. */
  readonly detail: string | null;
  readonly text: string;
  /** Code points that are inserted, deleted or replaced; not for a translation, which has another text altogether. */
  readonly edits: number | null;
}

export interface PromptChangeLists {
  /** Groups of words of one meaning. */
  readonly synonyms?: readonly (readonly string[])[];
  /** The same prompt in other languages. */
  readonly translations?: readonly {readonly language: string; readonly text: string}[];
}

/** The changes that give another text, each text once. The same prompt and lists give the same changes. */
export function promptChanges(prompt: string, lists: PromptChangeLists = {}): readonly PromptChange[] {
  const seen = new Set([prompt]);
  return allChanges(prompt, lists)
    .filter(({text}) => {
      const isNew = text.trim() !== "" && !seen.has(text);
      seen.add(text);
      return isNew;
    })
    .map((change) => ({...change, edits: change.kind === "translation" ? null : editDistance(prompt, change.text)}));
}

/** What a change is called in the user's language. */
export function promptChangeLabel({kind, detail}: Pick<PromptChange, "kind" | "detail">): string {
  switch (kind) {
    case "lowerCase":
      return l10n.t("all lower case");
    case "upperCase":
      return l10n.t("all upper case");
    case "firstLetter":
      return l10n.t("first letter in the other case");
    case "singleSpaces":
      return l10n.t("single spaces");
    case "doubleSpaces":
      return l10n.t("double spaces");
    case "noSpaceBehind":
      return l10n.t("no white space at the end");
    case "spaceBehind":
      return l10n.t("a space at the end");
    case "lineBehind":
      return l10n.t("a line break at the end");
    case "noEndMark":
      return l10n.t("no punctuation mark at the end");
    case "endMark":
      return l10n.t("a full stop at the end");
    case "noPunctuation":
      return l10n.t("no punctuation marks");
    case "reversedLines":
      return l10n.t("lines in reverse order");
    case "firstLineLast":
      return l10n.t("first line at the end");
    case "synonym":
      return l10n.t("another word: {0}", detail ?? "");
    case "translation":
      return l10n.t("another language: {0}", detail ?? "");
    default:
      return kind satisfies never;
  }
}

type Change = Omit<PromptChange, "edits">;

function allChanges(prompt: string, {synonyms = [], translations = []}: PromptChangeLists): readonly Change[] {
  const kept = prompt.trimEnd();
  const behind = prompt.slice(kept.length);
  const withoutMark = kept.replace(/[\p{Sentence_Terminal}:,;]+$/u, "");
  const plain: [PromptChangeKind, string][] = [
    ["lowerCase", prompt.toLowerCase()],
    ["upperCase", prompt.toUpperCase()],
    ["firstLetter", prompt.replace(/\p{L}/u, otherCase)],
    ["singleSpaces", prompt.replaceAll(/(?<=\S) {2,}(?=\S)/g, " ")],
    ["doubleSpaces", prompt.replaceAll(/(?<=\S) (?=\S)/g, "  ")],
    ["noSpaceBehind", kept],
    ["spaceBehind", `${kept} `],
    ["lineBehind", `${kept}\n`],
    ["noEndMark", withoutMark + behind],
    ["endMark", withoutMark + fullStopFor(withoutMark) + behind],
    // Not what stands inside of words and numbers: don't, 3.5.
    ["noPunctuation", prompt.replaceAll(/(?<![\p{L}\p{N}])\p{P}|\p{P}(?![\p{L}\p{N}])/gu, "")],
    ["reversedLines", inOtherOrder(kept, (lines) => lines.toReversed()) + behind],
    ["firstLineLast", inOtherOrder(kept, ([first = "", ...others]) => [...others, first]) + behind]
  ];
  return [
    ...plain.map(([kind, text]) => ({kind, detail: null, text})),
    ...synonyms.flatMap((group) => synonymChanges(prompt, group)),
    ...translations.map(({language, text}): Change => ({kind: "translation", detail: language, text}))
  ];
}

/** Chinese and Japanese have their own. */
function fullStopFor(text: string): string {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]\P{L}*$/u.test(text) ? "。" : ".";
}

function otherCase(letter: string): string {
  const upper = letter.toUpperCase();
  return upper === letter ? letter.toLowerCase() : upper;
}

/** Line breaks stay where they are. */
function inOtherOrder(text: string, order: (lines: readonly string[]) => readonly string[]): string {
  const parts = text.split(/(\r?\n)/);
  const lines = order(parts.filter((_, i) => i % 2 === 0));
  return parts.map((part, i) => (i % 2 === 0 ? (lines[i / 2] ?? "") : part)).join("");
}

/** Each word of the group that the prompt has, in place of it each other one. */
function synonymChanges(prompt: string, group: readonly string[]): Change[] {
  return group
    .filter((word) => word !== "")
    .flatMap((word) =>
      group
        .filter((other) => other !== word && other !== "")
        .map((other) => ({
          kind: "synonym" as const,
          detail: `${word} → ${other}`,
          text: prompt.replaceAll(wholeWord(word), (found) => inCaseOf(found, other))
        }))
    );
}

/** Scripts that put no space between words have no whole words to look for. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

function wholeWord(word: string): RegExp {
  const literal = word.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  const [before, after] = unspaced.test(word) ? ["", ""] : ["(?<![\\p{L}\\p{N}_])", "(?![\\p{L}\\p{N}_])"];
  return new RegExp(before + literal + after, "giu");
}

/** As the word that it replaces: BIG → LARGE, Big → Large. */
function inCaseOf(found: string, word: string): string {
  const [first = "", ...rest] = Array.from(found);
  if (first === first.toLowerCase()) return word;
  if (rest.length > 0 && found === found.toUpperCase() && found !== found.toLowerCase()) return word.toUpperCase();
  const [letter = "", ...letters] = Array.from(word);
  return letter.toUpperCase() + letters.join("");
}
