import * as v from "valibot";
import type {Uri} from "vscode";
import {scoredModelSchema, summarySchema, windowingSchema} from "../../host/savedScores";
import {savedSums} from "../../metrics/savedSums";
import {corpusSummary} from "../../metrics/summary";
import {parsed, wholeNumber} from "../../text/guard";
import type {Evaluation, ScoredFile, UnscoredFile} from "./evaluation";

/** Goes up with each change of the format that older files don't follow. */
const version = 1;

const header = v.object({
  version: v.literal(version),
  title: v.string(),
  roots: v.array(v.string()),
  model: scoredModelSchema,
  windowing: windowingSchema,
  notReached: wholeNumber,
  cut: v.boolean(),
  warnings: v.array(v.string())
});

const line = v.variant("kind", [
  v.object({kind: v.literal("file"), uri: v.string(), path: v.string(), finished: v.boolean(), summary: summarySchema}),
  v.object({kind: v.picklist(["failed", "leftOut"]), uri: v.string(), path: v.string(), reason: v.string()})
]);

/**
 * An evaluation as lines of JSON: what is about all files, then each file by itself, so that neither writing nor reading a
 * long one is one step. Numbers, names and paths; no text of any file.
 */
export function* evaluationLines(evaluation: Evaluation): Generator<string> {
  const {title, roots, model, windowing, notReached, cut, warnings, files, failed, leftOut} = evaluation;
  const names = roots.map(String);
  yield `${JSON.stringify({version, title, roots: names, model, windowing, notReached, cut, warnings})}\n`;
  for (const {uri, path, finished, summary} of files)
    yield `${JSON.stringify({kind: "file", uri: String(uri), path, finished, summary: savedSums(summary)})}\n`;
  for (const [kind, some] of [["failed", failed] as const, ["leftOut", leftOut] as const])
    for (const {uri, path, reason} of some) yield `${JSON.stringify({kind, uri: String(uri), path, reason})}\n`;
}

/**
 * The evaluation in a saved text; null if its first line is none of this version. Files whose lines or addresses don't pass
 * count as not reached. `uriOf` is null for an address that is not to be opened.
 */
export function* restoredInSteps(text: string, uriOf: (uri: string) => Uri | null): Generator<void, Evaluation | null> {
  const [first = "", ...lines] = text.split("\n").filter((one) => one !== "");
  const about = parsed(header, jsonOf(first));
  if (about === null) return null;
  const files: ScoredFile[] = [];
  const unscored: Record<"failed" | "leftOut", UnscoredFile[]> = {failed: [], leftOut: []};
  let {notReached} = about;
  for (const one of lines) {
    yield;
    const file = parsed(line, jsonOf(one));
    const uri = file && uriOf(file.uri);
    if (!file || !uri) notReached++;
    else if (file.kind === "file") files.push({uri, path: file.path, summary: file.summary, finished: file.finished});
    else unscored[file.kind].push({uri, path: file.path, reason: file.reason});
  }
  if (files.length === 0) return null;
  const {title, model, windowing, cut, warnings} = about;
  const corpus = corpusSummary(files.map(({summary}) => summary));
  const roots = about.roots.flatMap((root) => uriOf(root) ?? []);
  return {title, roots, model, windowing, corpus, files, ...unscored, notReached, cut, warnings};
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
