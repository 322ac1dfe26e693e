import * as l10n from "@vscode/l10n";
import type {Scores} from "../../contract/scoring";
import {type RankedPrompt, rankPrompts} from "../../metrics/promptRanking";
import {windowText} from "../../metrics/summaryRows";
import {count, nats, significant} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import type {Cell, Column, PromptPlace} from "./protocol";
import {type Built, failedCells, missing, numberCell, textCell} from "./report";
import type {PromptsResult} from "./scorePrompts";

interface Failed {
  readonly place: PromptPlace;
  readonly message: string;
}

interface Ranked extends RankedPrompt {
  readonly place: PromptPlace;
  readonly scores: Scores;
}

/** Prompts by the logprob of the answer behind them, the best first; behind them those without a score. */
export function promptsReport({test, prompts}: PromptsResult): Built {
  const scored = prompts.flatMap(({place, scores}) => ("message" in scores ? [] : [{place, scores}]));
  const failed = prompts.flatMap(({place, scores}): Failed[] =>
    "message" in scores ? [{place, message: scores.message}] : []
  );
  // Two prompts may have the same title.
  const ranked = rankPrompts(scored.map(({scores}, i) => ({...scores, name: String(i)}))).flatMap((row): Ranked[] => {
    const found = scored[Number(row.name)];
    return found === undefined ? [] : [{...row, ...found}];
  });
  const first = ranked[0]?.scores;
  const columns = promptColumns();
  const places = [...ranked, ...failed].map(({place}) => ({place}));
  const warnings = [...new Set(scored.flatMap(({scores}) => scores.warnings))];
  return {
    report: {
      facts: [
        [l10n.t("Answer"), textCell(test.answer).text],
        ...(first === undefined ? [] : madeWith(first)),
        [l10n.t("Prompts"), l10n.t("{0} of {1}", count(prompts.length), count(test.prompts.length))]
      ],
      notes: warnings,
      tables: [
        {
          title: l10n.t("The answer behind each prompt"),
          note: l10n.t("The prompt that makes the answer most probable stands first. Logprobs in nats."),
          columns,
          rows: [
            ...ranked.map(rankedCells),
            ...failed.map(({place, message}) => failedCells(textCell(place.title), message, columns))
          ]
        }
      ]
    },
    openings: [places],
    json: {
      kind: "prompts",
      answer: test.answer,
      ...(first === undefined ? {} : {model: first.model, windowing: first.windowing}),
      asked: test.prompts.length,
      prompts: [...ranked.map(rankedJson), ...failed.map(({place, message}) => ({prompt: place, error: message}))],
      ...(warnings.length === 0 ? {} : {warnings})
    }
  };
}

/** What scores were made with: without it, no number can be repeated or compared. */
export function madeWith(scores: Pick<Scores, "model" | "windowing">): [label: string, text: string][] {
  const {name, file, quantization, device, sha256} = scores.model;
  return [
    [
      l10n.t("Model"),
      `${plainText(name)} (${plainText(file)}, ${quantization}, ${device}, SHA-256 ${sha256.slice(0, 12)}…)`
    ],
    [l10n.t("Window"), windowText(scores)]
  ];
}

function promptColumns(): readonly Column[] {
  return [
    {key: "prompt", label: l10n.t("Prompt"), kind: "link"},
    {key: "rank", label: l10n.t("Rank"), kind: "number"},
    {key: "logprob", label: l10n.t("Logprob of the answer"), kind: "number"},
    {key: "mean_logprob", label: l10n.t("Per token"), kind: "number"},
    {key: "mean_se", label: l10n.t("± SE"), kind: "number"},
    {key: "perplexity", label: l10n.t("Perplexity"), kind: "number"},
    {key: "behind_best", label: l10n.t("Behind the best"), kind: "number"},
    {key: "behind_best_se", label: l10n.t("± SE"), kind: "number"},
    {key: "tokens", label: l10n.t("Tokens"), kind: "number"},
    {key: "prompt_tokens", label: l10n.t("Tokens of the prompt"), kind: "number"}
  ];
}

function rankedCells({place, scores, rank, logprob, perToken, behindBest, tokens}: Ranked): readonly Cell[] {
  return [
    textCell(place.title),
    numberCell(rank, count(rank)),
    natsCell(logprob),
    natsCell(perToken.value),
    natsCell(perToken.standardError),
    numberCell(perplexityOf(perToken.value), significant(perplexityOf(perToken.value))),
    natsCell(behindBest?.value ?? null),
    natsCell(behindBest?.standardError ?? null),
    numberCell(tokens, count(tokens)),
    numberCell(scores.contextIds.length, count(scores.contextIds.length))
  ];
}

function natsCell(value: number | null): Cell {
  return value === null ? missing : numberCell(value, nats(value));
}

function perplexityOf(meanLogprob: number): number {
  return Math.exp(-meanLogprob);
}

function rankedJson({place, scores, name: _, ...row}: Ranked): object {
  return {
    prompt: place,
    ...row,
    perplexity: perplexityOf(row.perToken.value),
    promptTokens: scores.contextIds.length,
    ids: Array.from(scores.ids),
    logprobs: Array.from(scores.logprobs)
  };
}
