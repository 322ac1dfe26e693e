import * as vscode from "vscode";
import {progressText} from "../../contract/progressText";
import {requireEditor, scoreParamsOf, targetTextOf, wholeDocument} from "../../host/documents/targetText";
import type {Host} from "../../host/host";
import {coveredTexts} from "../../metrics/scoreExport";
import {Pace} from "../../text/pace";
import {plainText} from "../../text/plainText";
import {chooseConstraint} from "./chooseConstraint";
import type {ConstraintResult} from "./protocol";

/** Tokens that a view shows. */
const maxTokens = 20_000;

/** Scores the selection or the file under a grammar or a schema that is asked for. Undefined: the person chose none. */
export async function scoreUnderConstraint(host: Host): Promise<ConstraintResult | undefined> {
  const editor = requireEditor();
  const chosen = await chooseConstraint(editor);
  if (chosen === undefined) return undefined;
  const isOfSelection = editor.selection.isEmpty || chosen.isSelection;
  const target = await (isOfSelection ? wholeDocument(editor.document) : targetTextOf(editor));
  const params = {model: host.settings.scoringModel(), ...scoreParamsOf(target, host.settings), top: 1};
  const title = vscode.l10n.t("Scoring {0} under {1}", target.title, chosen.name);
  const {ids, ends, logprobs, constrained, model, warnings, summary} = await vscode.window.withProgress(
    {location: vscode.ProgressLocation.Notification, title, cancellable: true},
    (progress, token) => {
      const pace = new Pace("tokens");
      const onProgress = (made: Parameters<typeof progressText>[0]): void =>
        progress.report({message: progressText(made, pace)});
      return host.engine.request("scoreUnder", {...params, constraint: chosen.constraint}, {token, onProgress});
    }
  );
  const shown = Math.min(maxTokens, ids.length);
  const wanted = constrained.wanted.subarray(0, shown).filter((id) => id >= 0);
  const unique = Int32Array.from(new Set([...ids.subarray(0, shown), ...wanted]));
  const texts = await host.engine.request("tokenTexts", {model: params.model, ids: unique});
  const byId = new Map(Array.from(unique, (id, i) => [id, texts[i] ?? ""]));
  const covered = ends === null ? (token: number) => byId.get(ids[token] ?? -1) ?? "" : coveredTexts(target.text, ends);
  return {
    title: target.title,
    constraint: chosen.name,
    model: plainText(model.name),
    vocabularySize: model.vocabularySize,
    total: ids.length,
    unscored: summary.unscored,
    texts: Array.from({length: shown}, (_, token) => covered(token)),
    wantedTexts: Array.from({length: shown}, (_, token) => byId.get(constrained.wanted[token] ?? -1) ?? ""),
    logprobs,
    constrained,
    warnings
  };
}
