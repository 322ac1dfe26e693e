import * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import {ScoredTarget} from "../../host/documents/scoredTarget";
import {commandTargetText, scoreParamsOf} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {saveScores} from "../../host/saveScores";
import {type ScoreDocument, scoreFormats} from "../../host/scoreDocument";
import {scoreWithProgress} from "../../host/scoring";
import {coveredTexts, exportHeader} from "../../metrics/scoreExport";
import {partialText, summaryRows} from "../../metrics/summaryRows";
import {hasSpacedWords} from "../../text/spacedWords";
import {tokenscopeVersion} from "../../version";

/** Exports what was scored already, else scores a place given as argument, else the selection, else the file. */
export async function exportScores(host: Host, argument: unknown): Promise<void> {
  const scored = argument instanceof ScoredTarget ? argument : await score(host, argument);
  const {uri, title} = scored.target;
  const partial = partialText(scored.scores.summary, scored.scores);
  await saveScores(host, {uri, title, partial, read: () => documentOf(host, scored)}, scoreFormats);
}

async function score(host: Host, argument: unknown): Promise<ScoredTarget> {
  const target = await commandTargetText(argument);
  const params = scoreParamsOf(target, host.settings);
  return new ScoredTarget(target, await scoreWithProgress(host, vscode.l10n.t("Scoring {0}", target.title), params));
}

async function documentOf(host: Host, {target: subject, scores}: ScoredTarget): Promise<ScoreDocument> {
  const {text, title, start, languageId} = subject;
  const {ids, ends, logprobs, detail, summary, versions, model, windowing, contextIds, finished, warnings} = scores;
  return {
    title,
    header: {
      ...exportHeader(scores, summary, {
        tokenscope: tokenscopeVersion,
        nodeLlamaCpp: versions?.nodeLlamaCpp ?? null,
        llamaCpp: versions?.llamaCpp ?? null
      }),
      source: {title, start, end: start + text.length}
    },
    rows: summaryRows(summary, {
      model: model.name,
      windowing,
      contextTokens: contextIds.length,
      finished,
      spacedWords: hasSpacedWords(text, languageId)
    }),
    warnings,
    text,
    tokens: {ids, ends, logprobs, detail, textOf: await tokenTexts(host, text, scores)},
    colours: host.settings.colours
  };
}

/** The text that each token covers; if the tokenizer rewrote the text, the model's own token texts. */
async function tokenTexts(host: Host, text: string, {spec, ids, ends}: Scores): Promise<(token: number) => string> {
  if (ends !== null) return coveredTexts(text, ends);
  const texts = await host.engine.request("tokenTexts", {model: spec, ids});
  return (token) => texts[token] ?? "";
}
