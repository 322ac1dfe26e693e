/** Finds the translated texts of a source, and texts that should be translated. */
import {tokensOf} from "./tokens.mjs";

/**
 * @typedef {{message: string, comment: readonly string[], line: number}} Message
 * @typedef {{line: number, problem: string}} Problem
 */

/**
 * The arguments of `l10n.t` and `vscode.l10n.t` in a source: a literal, or an object with a literal `message` and a
 * `comment`. Anything else is a problem, because it can't be found in a bundle.
 *
 * @param {string} source
 * @returns {{messages: Message[], problems: Problem[]}}
 */
export function messagesOf(source) {
  const tokens = tokensOf(source);
  const messages = [];
  const problems = [];
  const calls = callsOf(tokens);
  for (const {first} of calls) {
    const {line} = tokens[first - 1];
    const message = literal(tokens, first) ?? described(tokens, first);
    if (message) messages.push({...message, line});
    else
      problems.push({
        line,
        problem: "the first argument of l10n.t has to be one plain string, or {message: …, comment: …}"
      });
  }
  // Comments may contain more calls than were found, code may not.
  const written = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "").match(/\bl10n\.t\(/g)?.length ?? 0;
  if (calls.length < written)
    problems.push({line: 1, problem: `${written} calls of l10n.t, but ${calls.length} were understood`});
  tokens.forEach(({type, value, line}, index) => {
    if (type !== "string" || value !== "@vscode/l10n" || tokens[index - 1]?.value !== "from") return;
    if (tokens[index - 2]?.value !== "l10n" || tokens[index - 4]?.value !== "*")
      problems.push({line, problem: 'import it as a whole: import * as l10n from "@vscode/l10n"'});
  });
  return {messages, problems};
}

/** Indexes of the tokens where the arguments of calls begin (after "(") and end (")"). */
function callsOf(tokens) {
  const calls = [];
  for (let at = 0; at + 3 < tokens.length; at++) {
    const [object, dot, method, next] = tokens.slice(at, at + 4);
    if (object.value !== "l10n" || dot.value !== "." || method.value !== "t") continue;
    if (next.value === "(") calls.push({first: at + 4, end: closing(tokens, at + 3)});
    else if (next.type === "template") calls.push({first: at + 3, end: at + 3});
  }
  return calls;
}

function closing(tokens, open) {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at].type !== "punctuation") continue;
    if ("([{".includes(tokens[at].value)) depth++;
    else if (")]}".includes(tokens[at].value) && --depth === 0) return at;
  }
  return tokens.length;
}

/** A string that is the only argument. */
function literal(tokens, at) {
  const [{type, value}, next] = [tokens[at], tokens[at + 1]];
  return type === "string" && (next.value === "," || next.value === ")") ? {message: value, comment: []} : undefined;
}

/** `{message: "…", args: […], comment: "…" or ["…", "…"]}`, in any order. */
function described(tokens, open) {
  if (tokens[open].value !== "{") return undefined;
  let message;
  let comment;
  for (let at = open + 1, end = closing(tokens, open); at < end; at++) {
    const isKey = tokens[at + 1]?.value === ":" && ["{", ","].includes(tokens[at - 1].value);
    if (!isKey) {
      if (tokens[at].type === "punctuation" && "([{".includes(tokens[at].value)) at = closing(tokens, at);
      continue;
    }
    const value = at + 2;
    if (tokens[at].value === "message") message = strings(tokens, value)?.[0];
    if (tokens[at].value === "comment") comment = strings(tokens, value);
  }
  return message === undefined || comment === undefined ? undefined : {message, comment};
}

/** A string, or the strings of an array. */
function strings(tokens, at) {
  if (tokens[at].value !== "[") {
    const isWhole = [",", "}"].includes(tokens[at + 1].value);
    return tokens[at].type === "string" && isWhole ? [tokens[at].value] : undefined;
  }
  const inside = tokens.slice(at + 1, closing(tokens, at)).filter(({value}) => value !== ",");
  return inside.every(({type}) => type === "string") ? inside.map(({value}) => value) : undefined;
}

/** Functions and properties whose texts people read. */
const shows = /^(?:show(?:Information|Warning|Error)Message|setStatusBarMessage|appendMarkdown)$/;
const shown =
  /^(?:title|label|description|detail|tooltip|placeholder|placeHolder|prompt|openLabel|saveLabel|message|help|text|value)$/;

/** Functions whose texts are not for people: messages of bugs, lines of the log, texts for an agent. */
const notForPeople = /^(?:(?!(?:Engine|Host|Transient)Error$)\w*Error|super|log|error|warn|info|debug|trace)$/;

/**
 * Untranslated texts for people: two words or more anywhere, one word where texts are shown. Only a guess from the
 * source.
 *
 * @param {string} source
 * @param {ReadonlySet<string>} names texts that stay as they are
 * @returns {Problem[]}
 */
export function bareTexts(source, names = new Set()) {
  const tokens = tokensOf(source);
  const spared = new Uint8Array(tokens.length);
  for (const {first, end} of callsOf(tokens)) spared.fill(1, first, end);
  tokens.forEach(({type, value}, at) => {
    const isCall = type === "name" && notForPeople.test(value) && tokens[at + 1]?.value === "(";
    if (isCall) spared.fill(1, at, closing(tokens, at + 1));
    if (value === "from" || value === "import") spared.fill(1, at, at + 2);
  });
  const problems = [];
  tokens.forEach(({type, value, line}, at) => {
    if (spared[at] || (type !== "string" && type !== "text") || names.has(value)) return;
    const isTagged = type === "text" && value.includes("<");
    const words = isTagged ? textOfHtml(value) : value.replace(/\$\([\w~-]+\)/g, "");
    const many = /\p{L}{2,}[,:;.]? \p{L}{2,}/u.test(words);
    const one = /\p{Lu}\p{Ll}+/u.test(words) && isShown(tokens, at);
    if (many || one) problems.push({line, problem: `without l10n.t: ${JSON.stringify(value.trim().slice(0, 60))}`});
  });
  return problems;
}

function isShown(tokens, at) {
  const first = tokens[at].type === "text" ? at - 2 : at - 1;
  const [name, sign] = [tokens[first - 1], tokens[first]];
  if (sign?.value === "(") return shows.test(name?.value ?? "");
  return (sign?.value === ":" || sign?.value === "=") && shown.test(name?.value ?? "");
}

/** The visible texts of a piece of an HTML template: between tags, and labels and tooltips in them. */
function textOfHtml(html) {
  const labels = [...html.matchAll(/\b(?:title|aria-label|placeholder|alt)="([^"]*)"/g)].map(([, label]) => label);
  const text = html.replace(/^[^<]*>/, " ").replace(/<[^>]*(?:>|$)/g, " ");
  return [text, ...labels].join(" ");
}
