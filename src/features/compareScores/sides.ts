import * as vscode from "vscode";
import type {ModelRef} from "../../contract/models";
import {progressText} from "../../contract/progressText";
import type {Scores} from "../../contract/scoring";
import {type DocumentRange, isDocumentRange} from "../../host/documents/documentRange";
import {ScoredTarget} from "../../host/documents/scoredTarget";
import {
  commandTargetText,
  documentRangeOf,
  openDocument,
  scoreParamsOf,
  type TargetText,
  targetTextAt,
  wholeDocument
} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import type {ScoredTexts} from "../../host/scoredTexts";
import {type Reporter, scoreOrStop} from "../../host/scoring";
import {Pace} from "../../text/pace";
import {plainText} from "../../text/plainText";
import type {Pair, Side, SideSource} from "./protocol";

/** A text that is to be scored by a model, the one that measures if it is null; or one that has its scores. */
export type ComparedSide =
  | ScoredTarget
  | {
      readonly target: TargetText;
      readonly model: string | null;
      /** Whether the text before a selection is given as context; absent: as the settings say. */
      readonly hasContext?: boolean;
    };

/**
 * What a command compares: a scored text or a place in its argument, or else what is in front: an editor's text, or a view's.
 * The context menu of a view passes an object of VS Code's, which says nothing about the text.
 */
export async function firstSide(host: Host, argument: unknown): Promise<ComparedSide> {
  const isGiven = argument instanceof ScoredTarget || isDocumentRange(argument);
  const subject = isGiven ? argument : (subjectInFront(host.scoredTexts) ?? argument);
  return subject instanceof ScoredTarget ? subject : {target: await commandTargetText(subject), model: null};
}

/** If a view is in front: the text of the logprobs view that was used last, or else what was scored last. */
function subjectInFront({all, ofView}: ScoredTexts): ScoredTarget | DocumentRange | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputWebview)) return undefined;
  return ofView() ?? all[0];
}

/** The same text under another model. */
export function underModel(first: ComparedSide, model: string): ComparedSide {
  return first instanceof ScoredTarget
    ? {target: first.target, model, hasContext: first.scores.contextIds.length > 0}
    : {target: first.target, model};
}

export function sourceOf(host: Host, side: ComparedSide): SideSource {
  const {uri, start, end} = documentRangeOf(side.target);
  return {
    title: side.target.title,
    uri,
    range: side.target.isSelection ? {start, end} : null,
    model: modelOf(host, side).path
  };
}

/** The side as its document is now. */
export async function currentSide({uri, range, model}: SideSource): Promise<ComparedSide> {
  const place = {uri, start: range?.start ?? 0, end: range?.end ?? 0};
  const document = await openDocument(place);
  return {target: await (range === null ? wholeDocument(document) : targetTextAt(document, place)), model};
}

function modelOf({settings}: Host, side: ComparedSide): ModelRef {
  if (side instanceof ScoredTarget) return side.scores.spec;
  return side.model === null ? settings.scoringModel() : settings.refOf({kind: "file", path: side.model});
}

/** Scores of both sides, one after the other. Cancelled, it rejects at once. */
export async function scoresOf(
  host: Host,
  sides: Pair<ComparedSide>,
  progress: Reporter,
  token: vscode.CancellationToken
): Promise<Pair<Scores>> {
  const a = await scores(host, sides[0], progress, token);
  return [a, await scores(host, sides[1], progress, token)];
}

async function scores(
  host: Host,
  side: ComparedSide,
  progress: Reporter,
  token: vscode.CancellationToken
): Promise<Scores> {
  if (side instanceof ScoredTarget) return side.scores;
  const {target, hasContext} = side;
  const model = modelOf(host, side);
  const inUse = host.settings.scoringModel();
  // Another model takes the place of none that is in use.
  const spare = model.path === inUse.path ? null : host.spareEngine();
  const {text, context} = scoreParamsOf(target, host.settings);
  const before = hasContext === undefined ? context : hasContext ? target.before : undefined;
  const pace = new Pace("tokens");
  try {
    const scored = await scoreOrStop(
      spare === null ? host : {...host, engine: spare},
      {model, text, ...(before === undefined || before === "" ? {} : {context: before})},
      token,
      (step) => progress.report({message: progressText(step, pace)}),
      token
    );
    host.scoredTexts.add(new ScoredTarget(target, scored));
    return scored;
  } finally {
    spare?.dispose();
  }
}

/** The sides as the view gets them, with names that tell them apart. */
export function namedSides(sides: Pair<ComparedSide>, scored: Pair<Scores>): Pair<Side> {
  const [aScores, bScores] = scored;
  const titles = [sides[0].target.title, sides[1].target.title] as const;
  const models = modelNames(aScores, bScores);
  const isSameModel = aScores.model.sha256 === bScores.model.sha256;
  const isSameTitle = titles[0] === titles[1];
  const name = (i: 0 | 1): string => {
    if (isSameTitle) return models[i];
    return isSameModel ? titles[i] : vscode.l10n.t("{0} · {1}", titles[i], models[i]);
  };
  return [sideOf(name(0), sides[0].target.text, aScores), sideOf(name(1), sides[1].target.text, bScores)];
}

/** Two files of one model have the same name; then their quantization tells them apart, or else the file. */
function modelNames(a: Scores, b: Scores): Pair<string> {
  const [first, second] = [a.model, b.model];
  if (first.name !== second.name) return [plainText(first.name), plainText(second.name)];
  if (first.quantization === second.quantization) return [plainText(first.file), plainText(second.file)];
  return [plainText(`${first.name} ${first.quantization}`), plainText(`${second.name} ${second.quantization}`)];
}

function sideOf(name: string, text: string, {ids, ends, logprobs, detail, finished, summary}: Scores): Side {
  return {
    name,
    text,
    // Copies: the engine's arrays are views of its whole message, and all of that would be sent on.
    ids: ids.slice(),
    ends: ends?.slice() ?? null,
    logprobs: logprobs.slice(),
    ranks: detail?.ranks.slice() ?? null,
    finished,
    summary
  };
}
