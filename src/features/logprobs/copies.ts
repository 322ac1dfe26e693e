import * as l10n from "@vscode/l10n";
import type {ScoreDetail} from "../../contract/scoring";
import {type ScoreDocument, htmlTokens as tokensForHtml} from "../../host/scoreDocument";
import {htmlFragment} from "../../host/scoreHtml";
import type {ColourChoice} from "../../metrics/colourChoice";
import {coveredTexts, type ExportedTokens, exportHeader, jsonPieces} from "../../metrics/scoreExport";
import {scoreHeader} from "../../metrics/scoreHeader";
import {summaryRows} from "../../metrics/summaryRows";
import {codeSpan, escapeMarkdown} from "../../text/markdownText";
import {bits, count, inBits, percent, plural, significant} from "../../text/numberText";
import {shortLabel} from "../../text/tokenLabel";
import {visibleText} from "../../text/visibleText";
import {tokenscopeVersion} from "../../version";
import type {CopyFormat, ScoredText, Source} from "./protocol";
import type {Shown} from "./shownScores";
import type {TextRange, TokenRange} from "./tokenPlaces";

/** What is copied or exported of a scored text. */
export interface CopiedText {
  readonly scored: ScoredText;
  readonly source: Source;
  readonly detail: ScoreDetail | null;
}

/** Tokens in a piece. */
const tokensPerPiece = 256;

/** Tokens `[from, to)` in a format, in pieces. `range` is what they cover of the text, if they have a place in it. */
export function* copyPieces(
  copied: CopiedText,
  format: CopyFormat,
  tokens: TokenRange,
  range: TextRange | null,
  colours: ColourChoice
): Generator<string> {
  const {scored} = copied;
  switch (format) {
    case "text":
      yield range
        ? scored.text.slice(range.start, range.end)
        : (scored.texts ?? []).slice(tokens.from, tokens.to).join("");
      break;
    case "markdown":
      yield* markdownPieces(copied, tokens);
      break;
    case "html":
      yield* htmlFragment(
        tokensForHtml({tokens: exported(copied), text: scored.text, colours}),
        tokens.from,
        tokens.to
      );
      break;
    case "json":
      yield* exportJson(copied, tokens, range);
      break;
  }
}

/**
 * Tokens as JSON: of the whole text the output of the headless runner's `score`, with the text's place; of a part its own sums in
 * place of the text's metrics. With ranks and entropies where they are known.
 */
export function exportJson(copied: CopiedText, {from, to}: TokenRange, range: TextRange | null): Generator<string> {
  const {scored, source} = copied;
  const {title, start, end} = source;
  const {ids, byteEnds, logprobs, model, windowing, summary} = scored;
  const all = exported(copied);
  if (from === 0 && to === ids.length)
    return jsonPieces({...scoreHeader(scored, summary), source: {title, start, end}}, all, "indented");
  const {detail, textOf} = all;
  const header = {
    model,
    ...windowing,
    source: {title, start: start + (range?.start ?? 0), end: range ? start + range.end : end},
    firstToken: from,
    ...rangeSums(scored, {from, to})
  };
  const part: ExportedTokens = {
    ids: ids.subarray(from, to),
    ends: byteEnds?.subarray(from, to) ?? null,
    start: byteEnds?.[from - 1] ?? 0,
    logprobs: logprobs.subarray(from, to),
    detail: detail && {
      top: 0,
      ranks: detail.ranks.subarray(from, to),
      entropies: detail.entropies.subarray(from, to),
      topIds: [],
      topLogprobs: []
    },
    textOf: (token) => textOf(from + token)
  };
  return jsonPieces(header, part, "indented");
}

/** All that a file of the scores says. */
export function documentOf(shown: Shown, colours: ColourChoice): ScoreDocument {
  const {scored, place, detail} = shown;
  const made = shown.made?.scores;
  const {summary, model, windowing, contextIds, finished, spacedWords, warnings, text} = scored;
  const {title, start, end} = place.source;
  const versions = {
    tokenscope: tokenscopeVersion,
    nodeLlamaCpp: made?.versions?.nodeLlamaCpp ?? null,
    llamaCpp: made?.versions?.llamaCpp ?? null
  };
  const scoredWith = {
    ...scored,
    model: made?.model ?? model,
    ...(made?.ropeFactors && {ropeFactors: made.ropeFactors})
  };
  return {
    title,
    header: {...exportHeader(scoredWith, summary, versions), source: {title, start, end}},
    rows: summaryRows(summary, {model: model.name, windowing, contextTokens: contextIds.length, finished, spacedWords}),
    warnings,
    text,
    tokens: exported({scored, source: place.source, detail}),
    colours
  };
}

/** Ranks and entropies are the view's where the rest of the detail was not kept. */
function exported({scored, detail}: CopiedText): ScoreDocument["tokens"] {
  const {text, ids, byteEnds, texts, logprobs, ranks, entropies} = scored;
  const kept = ranks && entropies && {top: 0, ranks, entropies, topIds: [], topLogprobs: []};
  const textOf = byteEnds ? coveredTexts(text, byteEnds) : (token: number) => texts?.[token] ?? "";
  return {ids, ends: byteEnds, logprobs, detail: detail ?? kept, textOf};
}

function* markdownPieces(copied: CopiedText, {from, to}: TokenRange): Generator<string> {
  const {scored, source} = copied;
  const {ranks, entropies, logprobs, model} = scored;
  const {textOf} = exported(copied);
  yield `**${escapeMarkdown(source.title)}** · ${escapeMarkdown(model.name)} · ${sumsText(rangeSums(scored, {from, to}))}\n\n${tableHead()}`;
  for (let first = from; first < to; first += tokensPerPiece) {
    let piece = "";
    for (let token = first; token < Math.min(first + tokensPerPiece, to); token++) {
      const logprob = logprobs[token] ?? Number.NaN;
      const isScored = !Number.isNaN(logprob);
      const entropy = entropies?.[token];
      const rank = ranks?.[token];
      const cells = [
        codeSpan(shortLabel(visibleText(textOf(token)))),
        isScored ? percent(logprob) : "–",
        isScored ? bits(-logprob) : "–",
        isScored && rank ? count(rank) : "–",
        isScored && entropy !== undefined ? bits(entropy) : "–"
      ];
      piece += `| ${cells.join(" | ")} |\n`;
    }
    yield piece;
  }
}

/** What Markdown and the JSON of a part say of its tokens together. */
interface RangeSums {
  readonly tokens: number;
  readonly scored: number;
  /** Of the scored tokens; null without any. */
  readonly bits: number | null;
  readonly perplexity: number | null;
}

function rangeSums({logprobs}: ScoredText, {from, to}: TokenRange): RangeSums {
  let nats = 0;
  let scored = 0;
  for (const logprob of logprobs.subarray(from, to)) {
    if (Number.isNaN(logprob)) continue;
    nats -= logprob;
    scored++;
  }
  return {
    tokens: to - from,
    scored,
    bits: scored === 0 ? null : nats / Math.LN2,
    perplexity: scored === 0 ? null : Math.exp(nats / scored)
  };
}

function sumsText({tokens, bits: sum, perplexity}: RangeSums): string {
  const parts = [plural(tokens, "token")];
  if (sum !== null) parts.push(inBits(bits(sum * Math.LN2)));
  if (perplexity !== null) parts.push(l10n.t("perplexity {0}", significant(perplexity)));
  return parts.join(" · ");
}

function tableHead(): string {
  const names = [
    l10n.t("Token"),
    l10n.t("Probability"),
    l10n.t("Surprisal (bits)"),
    l10n.t("Rank"),
    l10n.t("Entropy (bits)")
  ];
  return `| ${names.join(" | ")} |\n| :-- | --: | --: | --: | --: |\n`;
}
