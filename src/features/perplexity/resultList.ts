import * as vscode from "vscode";
import {copyText} from "../../host/copyText";
import type {Host} from "../../host/host";
import {plainText} from "../../text/plainText";
import {resultMarkdown} from "./markdown";
import {type Result, resultJson, resultRows} from "./result";

/** A row that does something. */
interface Item extends vscode.QuickPickItem {
  readonly run: () => Promise<void>;
  /** What was done stays within the list: it is not closed. */
  readonly staysOpen: boolean;
}

/** Where the list of a result leads to. Undefined where it can't. */
export interface ResultActions {
  readonly showLogprobs?: () => Promise<void>;
  readonly exportScores?: () => Promise<void>;
  readonly showResults: () => Promise<void>;
  /** The list of results is where it was opened from. */
  readonly isFromResults?: true;
}

/**
 * The numbers of a result as a quick pick, which works with the keyboard and screen readers. Enter copies a value, and the list
 * stays: more than one may be needed. The buttons and the last rows lead further, or copy all numbers.
 */
export function showResultList(host: Host, result: Result, actions: ResultActions): void {
  const list = vscode.window.createQuickPick<Item | vscode.QuickPickItem>();
  const title = plainText(result.title);
  list.title = result.finished
    ? vscode.l10n.t("Perplexity of {0}", title)
    : vscode.l10n.t("Perplexity of {0} (partial)", title);
  list.placeholder = vscode.l10n.t("Enter copies a number");
  const copied = async (text: string, message: string): Promise<void> => {
    await copyText(text, message);
    // Beside the list, where the user looks, and not only in the status bar.
    list.placeholder = message;
  };
  const further = furtherItems(result, actions, copied);
  const buttons = new Map(further.map((item) => [buttonOf(item), item] as const));
  list.items = [...valueItems(result, copied), {label: "", kind: vscode.QuickPickItemKind.Separator}, ...further];
  list.buttons = [...(actions.isFromResults ? [vscode.QuickInputButtons.Back] : []), ...buttons.keys()];
  // The user may have waited long for this result: it stays until it is closed.
  list.ignoreFocusOut = true;
  const act = ({run, staysOpen}: Item): void => {
    if (!staysOpen) list.hide();
    run().catch((error: unknown) => void host.errors.show(error));
  };
  list.onDidTriggerButton((button) => {
    const item = buttons.get(button);
    if (item) act(item);
    else act({label: "", staysOpen: false, run: actions.showResults});
  });
  list.onDidAccept(() => {
    const [item] = list.activeItems;
    if (item !== undefined && "run" in item) act(item);
  });
  list.onDidHide(() => list.dispose());
  list.show();
}

type Copy = (text: string, message: string) => Promise<void>;

/** The rows of the summary and the warnings. */
function valueItems(result: Result, copied: Copy): Item[] {
  return [
    ...resultRows(result).map(({label, value}) => ({
      label: plainText(value),
      description: label,
      staysOpen: true,
      run: () => copied(value, vscode.l10n.t("Copied {0}", label))
    })),
    ...result.warnings.map((warning) => ({
      label: `$(info) ${plainText(warning)}`,
      staysOpen: true,
      run: () => copied(warning, vscode.l10n.t("Copied {0}", vscode.l10n.t("Note")))
    }))
  ];
}

/** A row whose icon is a button too. */
interface FurtherItem extends Item {
  readonly icon: string;
  readonly tooltip: string;
}

function furtherItems(result: Result, actions: ResultActions, copied: Copy): FurtherItem[] {
  const {showLogprobs, exportScores, showResults, isFromResults} = actions;
  const item = (
    icon: string,
    tooltip: string,
    description: string,
    run: (() => Promise<void>) | undefined,
    staysOpen = false
  ): FurtherItem[] => (run ? [{label: `$(${icon}) ${tooltip}`, description, icon, tooltip, run, staysOpen}] : []);
  return [
    ...item("graph", vscode.l10n.t("Show Logprobs"), vscode.l10n.t("how probable each token is"), showLogprobs),
    ...item(
      "save-as",
      vscode.l10n.t("Export Scores…"),
      vscode.l10n.t("numbers and tokens, as JSON or CSV"),
      exportScores
    ),
    ...item(
      "history",
      vscode.l10n.t("Show Perplexity Results"),
      vscode.l10n.t("the last ones, to compare"),
      isFromResults ? undefined : showResults
    ),
    ...item(
      "markdown",
      vscode.l10n.t("Copy as Markdown"),
      vscode.l10n.t("all of these numbers"),
      () => copied(resultMarkdown(result), vscode.l10n.t("Copied the perplexity as Markdown")),
      true
    ),
    ...item(
      "json",
      vscode.l10n.t("Copy as JSON"),
      vscode.l10n.t("all of these numbers"),
      () => copied(resultJson(result), vscode.l10n.t("Copied the perplexity as JSON")),
      true
    )
  ];
}

function buttonOf({icon, tooltip}: FurtherItem): vscode.QuickInputButton {
  return {iconPath: new vscode.ThemeIcon(icon), tooltip};
}
