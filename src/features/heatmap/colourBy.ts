import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {type ColourChoice, type ColourMeasure, colourMeasures} from "../../metrics/colourChoice";
import {beyondLabel, colourScales, levelLabel, levels, measureLabel, thresholdOf} from "../../metrics/colourScale";
import {thresholdSteps} from "./thresholdSteps";

/** Lets the user choose by what tokens are coloured, then from which value on. */
export async function chooseColours({settings}: Pick<Host, "settings">): Promise<void> {
  const by = await chooseMeasure(settings.colours.by);
  if (by === undefined) return;
  const before = settings.colours;
  const choice = {by, threshold: before.by === by ? before.threshold : null};
  // The colours follow at once; the threshold can stay as it is.
  if (by !== before.by) await settings.setColours(choice);
  const threshold = await chooseThreshold(choice);
  if (threshold !== undefined) await settings.setColours({by, threshold});
}

async function chooseMeasure(current: ColourMeasure): Promise<ColourMeasure | undefined> {
  const items = colourMeasures.map((by) => ({
    by,
    label: measureLabel(by),
    description: by === current ? vscode.l10n.t("now") : "",
    detail: explanations[by]()
  }));
  const chosen = await pick(
    items,
    items.find(({by}) => by === current),
    vscode.l10n.t("Colour By…"),
    vscode.l10n.t("By what tokens are coloured, in the editor and in the logprobs view")
  );
  return chosen?.by;
}

const explanations: Readonly<Record<ColourMeasure, () => string>> = {
  probability: () => vscode.l10n.t("How likely the model found the token."),
  surprisal: () => vscode.l10n.t("The same in bits: each bit halves the probability."),
  rank: () => vscode.l10n.t("The token's place in the model's order of likely tokens; 1 is its first choice."),
  entropy: () => vscode.l10n.t("How uncertain the model was, whatever stands there."),
  excess: () => vscode.l10n.t("Surprisal minus entropy: odd tokens, even where the model was uncertain."),
  relative: () => vscode.l10n.t("The most surprising part of the text's tokens, however surprising that is.")
};

/** Null: the measure's own threshold. Undefined: cancelled. */
async function chooseThreshold(choice: ColourChoice): Promise<number | null | undefined> {
  const {preset} = colourScales[choice.by];
  const current = thresholdOf(choice);
  const items = thresholdSteps(choice.by, current).map((threshold) => {
    const step = {by: choice.by, threshold};
    const notes = [
      ...(threshold === current ? [vscode.l10n.t("now")] : []),
      ...(threshold === preset ? [vscode.l10n.t("default")] : [])
    ];
    return {
      threshold: threshold === preset ? null : threshold,
      isCurrent: threshold === current,
      label: beyondLabel(step),
      description: notes.join(" · "),
      detail: vscode.l10n.t(
        "Levels: {0}",
        levels
          .slice(1)
          .map((level) => levelLabel(step, level))
          .join(" · ")
      )
    };
  });
  const chosen = await pick(
    items,
    items.find(({isCurrent}) => isCurrent),
    measureLabel(choice.by),
    vscode.l10n.t("From which value on tokens are coloured")
  );
  return chosen?.threshold;
}

/** A list in its order, with the row in use as the one that Enter takes. Undefined: cancelled. */
async function pick<Item extends vscode.QuickPickItem>(
  items: readonly Item[],
  current: Item | undefined,
  title: string,
  placeholder: string
): Promise<Item | undefined> {
  const list = vscode.window.createQuickPick<Item>();
  try {
    Object.assign(list, {items, title, placeholder, activeItems: current ? [current] : []});
    return await new Promise((resolve) => {
      list.onDidAccept(() => resolve(list.selectedItems[0]));
      list.onDidHide(() => resolve(undefined));
      list.show();
    });
  } finally {
    list.dispose();
  }
}
