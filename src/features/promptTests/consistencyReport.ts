import * as l10n from "@vscode/l10n";
import {type Clustering, type Consistency, defaultEditSimilarity} from "../../metrics/consistency";
import {count, decimal, nats, percentText, plural} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {promptChangeLabel} from "../../text/promptChanges";
import type {ConsistencyResult, TriedChange} from "./drawAnswers";
import {madeWith} from "./promptsReport";
import type {Cell, Column, Table} from "./protocol";
import {answerCell, type Built, failedCells, missing, numberCell, type Opening, textCell} from "./report";
import {extentText, samplersOf, samplersText} from "./samplers";

interface OpenTable {
  readonly table: Table;
  readonly openings: readonly Opening[];
}

/** How much the answers agree, and what small changes of the prompt do to them. */
export function consistencyReport(result: ConsistencyResult): Built {
  const {answers, agreement, greedy, changes} = result;
  const tables = [
    ...(agreement === null ? [] : [rulesTable(agreement), clustersTable(result, agreement)]),
    ...(greedy === null ? [] : [changesTable(result)])
  ];
  return {
    report: {
      facts: factsOf(result),
      notes: notesOf(result),
      tables: tables.map(({table}) => table)
    },
    openings: tables.map(({openings}) => openings),
    json: {
      kind: "consistency",
      prompt: {...result.test.prompt, text: result.prompt},
      settings: result.test.settings,
      samplers: samplersOf(result.test.settings),
      ...(result.drawnWith ?? {}),
      ...(result.scoredWith === null ? {} : {model: result.scoredWith.model, windowing: result.scoredWith.windowing}),
      answers,
      consistency: agreement,
      greedy,
      asked: {answers: result.test.settings.count, changes: result.allChanges},
      changes: changes.map(({change, outcome}) => ({...change, ...outcome})),
      ...(result.warnings.length === 0 ? {} : {warnings: result.warnings})
    }
  };
}

function factsOf({
  test,
  answers,
  agreement,
  drawnWith,
  scoredWith,
  greedy
}: ConsistencyResult): (readonly [string, string])[] {
  const {settings} = test;
  const {seed, maxTokens, extent} = settings;
  const last = seed + settings.count - 1;
  return [
    [l10n.t("Prompt"), test.prompt.title],
    ...(agreement === null
      ? []
      : ([
          [
            l10n.t("Most frequent answer"),
            l10n.t(
              "{0} ({1} of {2}): {3}",
              share(agreement.mostFrequent.share),
              count(agreement.mostFrequent.count),
              count(agreement.answers),
              answerCell(agreement.mostFrequent.text).text
            )
          ]
        ] as const)),
    [l10n.t("Answers"), l10n.t("{0} of {1}", count(answers.length), count(settings.count))],
    [l10n.t("Seeds"), seed === last ? String(seed) : `${seed}–${last}`],
    [l10n.t("Samplers"), samplersText(samplersOf(settings), drawnWith?.model.contextSize ?? 0)],
    [l10n.t("An answer ends"), l10n.t("{0}, after {1} at most", extentText(extent), plural(maxTokens, "token"))],
    ...(scoredWith !== null
      ? madeWith(scoredWith)
      : drawnWith === null
        ? []
        : ([[l10n.t("Model"), plainText(drawnWith.model.name)]] as const)),
    ...(greedy === null ? [] : ([[l10n.t("Greedy answer"), answerCell(greedy.text).text]] as const))
  ];
}

function notesOf({answers, drawnWith, warnings}: ConsistencyResult): string[] {
  const cut = answers.filter(({stop}) => stop === "maxTokens" || stop === "context").length;
  return [
    ...warnings,
    ...(drawnWith === null
      ? []
      : [
          l10n.t(
            "There are no clusters by meaning: no model for embeddings is configured. Those by edit distance take their place."
          )
        ]),
    ...(cut === 0
      ? []
      : [
          l10n.t(
            "{0} of {1} answers were cut off at the most tokens: longer ones may differ more.",
            count(cut),
            count(answers.length)
          )
        ])
  ];
}

/** The agreement by each rule. */
function rulesTable({exact, edits, answers}: Consistency): OpenTable {
  const row = (label: string, {clusters, entropy, meanSimilarity}: Clustering): readonly Cell[] => [
    textCell(label),
    numberCell(clusters.length, count(clusters.length)),
    numberCell(entropy, nats(entropy)),
    meanSimilarity === null ? missing : numberCell(meanSimilarity, decimal(meanSimilarity, 3))
  ];
  return {
    table: {
      title: l10n.t("Agreement"),
      note: l10n.t("Entropy over the clusters in nats: {0} at most, for so many answers.", nats(Math.log(answers))),
      columns: [
        {key: "rule", label: l10n.t("The same are answers"), kind: "text"},
        {key: "clusters", label: l10n.t("Clusters"), kind: "number"},
        {key: "entropy", label: l10n.t("Semantic entropy"), kind: "number"},
        {key: "similarity", label: l10n.t("Mean similarity"), kind: "number"}
      ],
      rows: [
        row(l10n.t("with the same text"), exact),
        row(l10n.t("with an edit similarity of {0} or more", decimal(defaultEditSimilarity, 2)), edits)
      ]
    },
    openings: []
  };
}

/** The clusters by edit distance, with the first answer of each. */
function clustersTable({answers}: ConsistencyResult, {edits}: Consistency): OpenTable {
  const rows = edits.clusters.map((cluster) => {
    const members = cluster.flatMap((i) => answers[i] ?? []);
    const example = members[0]?.text ?? "";
    const wordings = new Set(members.map(({text}) => text.trim())).size;
    return {example, members, wordings};
  });
  return {
    table: {
      title: l10n.t("Clusters of answers"),
      note: l10n.t("By edit distance, the largest first, with the first answer of each."),
      columns: [
        {key: "example", label: l10n.t("Example"), kind: "link"},
        {key: "answers", label: l10n.t("Answers"), kind: "number"},
        {key: "share", label: l10n.t("Share"), kind: "number"},
        {key: "texts", label: l10n.t("Different texts"), kind: "number"},
        {key: "seeds", label: l10n.t("Seeds"), kind: "text"}
      ],
      rows: rows.map(({example, members, wordings}) => [
        answerCell(example),
        numberCell(members.length, count(members.length)),
        numberCell(members.length / answers.length, share(members.length / answers.length)),
        numberCell(wordings, count(wordings)),
        textCell(members.map(({seed}) => seed).join(" "))
      ])
    },
    openings: rows.map(({example}) => ({text: example}))
  };
}

/** Small changes of the prompt, the one that changes the answer most first. */
function changesTable({greedy, changes}: ConsistencyResult): OpenTable {
  const own = greedy?.logprob ?? null;
  const columns = changeColumns();
  const sorted = changes.toSorted(byBadness);
  return {
    table: {
      title: l10n.t("Small changes of the prompt"),
      note: l10n.t(
        "Each with the greedy answer to the changed prompt, and the logprob in nats that the greedy answer to the prompt itself has behind it. The answer that differs most stands first."
      ),
      columns,
      rows: sorted.map((tried) => changeCells(tried, own, columns))
    },
    openings: sorted.map(({change}) => ({text: change.text}))
  };
}

/** The worst first: the answer that is least alike, of equal ones the lower logprob; what failed stands last. */
function byBadness({outcome: a}: TriedChange, {outcome: b}: TriedChange): number {
  if ("message" in a || "message" in b) return Number("message" in a) - Number("message" in b);
  return a.similarity - b.similarity || (a.logprob ?? 0) - (b.logprob ?? 0) || 0;
}

function changeColumns(): readonly Column[] {
  return [
    {key: "change", label: l10n.t("Change"), kind: "link"},
    {key: "answer", label: l10n.t("Answer"), kind: "text"},
    {key: "answer_edits", label: l10n.t("Answer's edits"), kind: "number"},
    {key: "answer_similarity", label: l10n.t("Similarity"), kind: "number"},
    {key: "logprob_difference", label: l10n.t("Logprob, difference"), kind: "number"},
    {key: "logprob", label: l10n.t("Logprob"), kind: "number"},
    {key: "prompt_edits", label: l10n.t("Prompt's edits"), kind: "number"}
  ];
}

function changeCells({change, outcome}: TriedChange, own: number | null, columns: readonly Column[]): readonly Cell[] {
  const label = textCell(promptChangeLabel(change));
  if ("message" in outcome) return failedCells(label, outcome.message, columns);
  const {answer, edits, similarity, logprob} = outcome;
  const difference = logprob === null || own === null ? null : logprob - own;
  return [
    label,
    answerCell(answer),
    numberCell(edits, count(edits)),
    numberCell(similarity, decimal(similarity, 3)),
    difference === null ? missing : numberCell(difference, nats(difference)),
    logprob === null ? missing : numberCell(logprob, nats(logprob)),
    change.edits === null ? missing : numberCell(change.edits, count(change.edits))
  ];
}

function share(value: number): string {
  return percentText(decimal(value * 100, 0));
}
