import * as vscode from "vscode";
import {isModelFile} from "../../contract/models";
import type {ScoredTarget} from "../../host/documents/scoredTarget";
import type {Host} from "../../host/host";
import {browseModels, ModelList} from "../../host/models/modelList";
import {plural} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {type ComparedSide, sourceOf, underModel} from "./sides";

interface OtherItem extends vscode.QuickPickItem {
  readonly side?: ComparedSide;
}

/**
 * Lets the user choose what to compare a text with: the same text under another model, or a text that was scored in this session.
 * Undefined if the list was closed.
 */
export async function chooseOther(host: Host, first: ComparedSide): Promise<ComparedSide | undefined> {
  const pick = vscode.window.createQuickPick<OtherItem>();
  const draw = (): void => {
    pick.items = [...scoredItems(host, first), ...modelItems(host, first, models)];
  };
  const models = new ModelList(host, draw);
  const browse: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("folder-opened"),
    tooltip: vscode.l10n.t("Browse for a File…")
  };
  pick.title = vscode.l10n.t("Compare the logprobs of {0} with", first.target.title);
  pick.placeholder = vscode.l10n.t("The same text under another model, or another text that was scored");
  pick.buttons = [browse];
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  pick.busy = true;
  try {
    const chosen = new Promise<ComparedSide | undefined>((resolve) => {
      pick.onDidAccept(() => {
        const side = pick.selectedItems[0]?.side;
        if (side !== undefined) resolve(side);
      });
      pick.onDidTriggerButton(async () => {
        const [file] = await browseModels(vscode.l10n.t("Compare"), false);
        if (file !== undefined) resolve(underModel(first, file));
      });
      pick.onDidHide(() => resolve(undefined));
    });
    draw();
    pick.show();
    void models.fill([]).then(() => {
      if (!models.isDisposed) pick.busy = false;
    });
    return await chosen;
  } finally {
    models.dispose();
    pick.dispose();
  }
}

/** Models but the one that scores the text already. */
function modelItems(host: Host, first: ComparedSide, models: ModelList): OtherItem[] {
  const {model} = sourceOf(host, first);
  const items = models.items(vscode.l10n.t("in use"));
  return [
    {label: vscode.l10n.t("The same text under another model"), kind: vscode.QuickPickItemKind.Separator},
    ...items.filter(({path}) => path !== model).map((item) => ({...item, side: underModel(first, item.path)}))
  ];
}

/** The scored texts, without the first side's own scores. */
function scoredItems(host: Host, first: ComparedSide): OtherItem[] {
  const {model} = sourceOf(host, first);
  const isFirst = ({target, scores}: ScoredTarget): boolean =>
    isModelFile(scores.spec, model) &&
    target.uri.toString() === first.target.uri.toString() &&
    target.text === first.target.text;
  const others = host.scoredTexts.all.filter((scored) => !isFirst(scored));
  if (others.length === 0) return [];
  return [
    {label: vscode.l10n.t("Another text that was scored"), kind: vscode.QuickPickItemKind.Separator},
    ...others.map((scored) => ({
      label: scored.target.title,
      description: plural(scored.scores.summary.tokens, "token"),
      detail: plainText(scored.scores.model.name),
      side: scored
    }))
  ];
}
