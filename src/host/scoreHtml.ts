import {createHash} from "node:crypto";
import * as l10n from "@vscode/l10n";
import type {ColourChoice} from "../metrics/colourChoice";
import {
  type ColouredNumbers,
  type LevelFinder,
  levelFinderInSteps,
  levelLabel,
  levels,
  measureLabel,
  unknownLevel
} from "../metrics/colourScale";
import type {SummaryRow} from "../metrics/summaryRows";
import {tokenRows} from "../metrics/tokenMetrics";
import {escapeHtml} from "../text/htmlText";
import {count} from "../text/numberText";
import {unitsOf, utf8Width} from "../text/textOffsets";
import {shortLabel} from "../text/tokenLabel";
import {visibleText} from "../text/visibleText";
import {inlineStyles, pageStyle} from "./scoreHtmlStyle";

/** Tokens in a piece, which takes about a millisecond. */
const tokensPerPiece = 256;

/** Scored tokens as HTML shows them. */
export interface HtmlTokens {
  readonly numbers: ColouredNumbers;
  /** N byte offsets in the text at which tokens end; null if the tokenizer rewrote the text. */
  readonly ends: Uint32Array | null;
  readonly text: string;
  /** The model's own text of a token. */
  readonly textOf: (token: number) => string;
  readonly choice: ColourChoice;
}

/** A text's scores as a page. */
export interface HtmlPage extends HtmlTokens {
  readonly title: string;
  readonly rows: readonly SummaryRow[];
  /** Sentences on what makes the numbers others than one may think. */
  readonly warnings: readonly string[];
  readonly locale: string;
}

/** One file that needs no other: no script, nothing from elsewhere. Token text is text, whatever it contains. */
export function* htmlPage(page: HtmlPage): Generator<string> {
  const {title, rows, warnings, choice, locale} = page;
  const hash = createHash("sha256").update(pageStyle).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const about = rows.map(
    ({label, value, help}) =>
      `<div title="${escapeHtml(help)}"><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`
  );
  const counts = new Array<number>(unknownLevel + 1).fill(0);
  const levelAt = yield* levelFinder(page);
  for (let from = 0; from < page.numbers.logprobs.length; from += tokensPerPiece) {
    for (const token of range(from, Math.min(from + tokensPerPiece, page.numbers.logprobs.length))) {
      const level = levelAt(token);
      counts[level] = (counts[level] ?? 0) + 1;
    }
    yield "";
  }
  const legend = [...levels, unknownLevel].map((level) => {
    const label = escapeHtml(levelLabel(choice, level));
    return `<li><span class="l${level}">${label}</span> ${count(counts[level] ?? 0)}</li>`;
  });
  yield `<!DOCTYPE html>
<html lang="${escapeHtml(locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(visibleText(title))}</title>
<style>${pageStyle}</style>
</head>
<body>
<h1>${escapeHtml(visibleText(title))}</h1>
<dl>
${about.join("\n")}
</dl>
${warnings.map((warning) => `<p>${escapeHtml(visibleText(warning))}</p>\n`).join("")}<h2>${escapeHtml(
    l10n.t("Coloured by: {0}", measureLabel(choice.by))
  )}</h2>
<ul>
${legend.join("\n")}
</ul>
<pre dir="auto">`;
  yield* spans(page, 0, page.numbers.logprobs.length, levelAt, (level) => `class="l${level}"`);
  yield "</pre>\n</body>\n</html>\n";
}

/** Tokens `[from, to)` as an element that may be pasted into another page. */
export function* htmlFragment(tokens: HtmlTokens, from: number, to: number): Generator<string> {
  yield `<pre style="white-space:pre-wrap">`;
  yield* spans(tokens, from, to, yield* levelFinder(tokens), (level) => {
    const inline = inlineStyles[level] ?? "";
    return inline === "" ? "" : `style="${inline}"`;
  });
  yield "</pre>";
}

function* spans(
  tokens: HtmlTokens,
  from: number,
  to: number,
  levelAt: LevelFinder,
  attributeOf: (level: number) => string
): Generator<string> {
  const textOf = tokenReader(tokens, from);
  let piece = "";
  for (const token of range(from, to)) {
    const attribute = attributeOf(levelAt(token));
    const text = escapeHtml(textOf(token));
    const title = escapeHtml(tokenTitle(tokens, token));
    const shown = text === "" ? "&#x258F;" : text;
    piece += `<span ${attribute === "" ? "" : `${attribute} `}title="${title}">${shown}</span>`;
    if ((token - from) % tokensPerPiece !== tokensPerPiece - 1) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

/** A token's label and its numbers, a line each. */
function tokenTitle({numbers, textOf}: HtmlTokens, token: number): string {
  const label = shortLabel(visibleText(textOf(token)));
  const logprob = numbers.logprobs[token] ?? Number.NaN;
  if (Number.isNaN(logprob)) return `${label}\n${l10n.t("not scored")}`;
  const rank = numbers.ranks?.[token] || null;
  const entropy = numbers.entropies?.[token] ?? null;
  const rows = tokenRows({logprob, rank, entropy, best: null}).filter(({value}) => value !== null);
  return [label, ...rows.map(({label: name, value}) => `${name}: ${value}`)].join("\n");
}

/** The part of the text that each token covers, asked for in order; of a character that tokens share, the last one has it. */
function tokenReader({ends, text, textOf}: HtmlTokens, from: number): (token: number) => string {
  if (ends === null) return textOf;
  let unit = 0;
  let byte = 0;
  const advance = (target: number): string => {
    const start = unit;
    while (unit < text.length) {
      const width = utf8Width(text, unit);
      if (byte + width > target) break;
      byte += width;
      unit += unitsOf(width);
    }
    return text.slice(start, unit);
  };
  advance(ends[from - 1] ?? 0);
  return (token) => advance(ends[token] ?? 0);
}

/** With empty pieces in between: relative colours need the whole text. */
function* levelFinder({choice, numbers}: HtmlTokens): Generator<string, LevelFinder> {
  const steps = levelFinderInSteps(choice, numbers);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    yield "";
  }
}

function* range(from: number, to: number): Generator<number> {
  for (let at = from; at < to; at++) yield at;
}
