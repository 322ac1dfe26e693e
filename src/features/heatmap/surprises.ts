import * as vscode from "vscode";
import {runInSlices} from "../../host/cooperativeWork";
import {offsetOf, positionOf} from "../../host/documents/documentText";
import {requireEditor} from "../../host/documents/targetText";
import {runCommand} from "../../host/runCommand";
import type {ColourChoice} from "../../metrics/colourChoice";
import {beyondLabel, measureLabel} from "../../metrics/colourScale";
import type {Heat} from "./heat";
import type {Heatmap} from "./heatmap";
import {type Direction, surpriseFrom} from "./nextSurprise";

/** The heatmap of this window, where it is on, and how it is turned on. */
export interface HeatmapSwitch {
  current(): Heatmap | undefined;
  turnOn(): Promise<Heatmap>;
}

/** Goes to the next surprise of the active editor's text. Offers to turn the heatmap on, and waits for its scores. */
export async function goToNextSurprise(power: HeatmapSwitch, direction: Direction): Promise<void> {
  const editor = requireEditor();
  const heatmap = power.current() ?? (await offerHeatmap(power));
  if (heatmap === undefined) return;
  const heat = await heatmap.whenScored(editor.document);
  // The editor was closed, or shows another text.
  if (!vscode.window.visibleTextEditors.some(({document}) => document === editor.document)) return;
  if (heat !== undefined) return await goToSurprise(editor, heat, direction);
  vscode.window.showInformationMessage(
    vscode.l10n.t("This text has no scores to search: the heatmap's item in the status bar says why.")
  );
}

async function offerHeatmap(power: HeatmapSwitch): Promise<Heatmap | undefined> {
  const turnOn = vscode.l10n.t("Turn On and Go");
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t("Surprises are found while the surprisal heatmap is on."),
    turnOn
  );
  return answer === turnOn ? (power.current() ?? (await power.turnOn())) : undefined;
}

/** Puts the cursor before the next surprise and shows its numbers. Says so if there is none. */
async function goToSurprise(editor: vscode.TextEditor, heat: Heat, direction: Direction): Promise<void> {
  const {document} = editor;
  const offset = await offsetOf(document, editor.selection.active);
  const found = await runInSlices(surpriseFrom(heat, offset, direction));
  if (found === undefined) return await sayNone(heat.choice);
  const place = await positionOf(document, heat.pieces.starts[found.piece] ?? 0);
  editor.selection = new vscode.Selection(place, place);
  editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  if (found.wrapped)
    vscode.window.setStatusBarMessage(
      direction === 1
        ? vscode.l10n.t("The search for surprises went on from the beginning.")
        : vscode.l10n.t("The search for surprises went on from the end."),
      wrappedFor
    );
  await vscode.commands.executeCommand("editor.action.showHover");
}

/** How long it is said that the search went on from the other end (ms). */
const wrappedFor = 4000;

async function sayNone(choice: ColourChoice): Promise<void> {
  const colourBy = vscode.l10n.t("Colour By…");
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      "No token of this text is beyond the threshold ({0}: {1}).",
      measureLabel(choice.by),
      beyondLabel(choice)
    ),
    colourBy
  );
  if (answer === colourBy) await runCommand("colorBy");
}
