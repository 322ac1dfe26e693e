import * as vscode from "vscode";
import {partTitle, requireEditor} from "../../host/documents/targetText";
import {uriName} from "../../host/documents/uriName";
import {firstLine} from "../../text/lineLabel";
import {plainText} from "../../text/plainText";
import {placeOf, selectionsOf, targetsOf} from "./places";
import type {PromptPlace} from "./protocol";

interface PromptItem extends vscode.QuickPickItem {
  readonly place: PromptPlace;
}

/** Characters of a prompt in the list. */
const maxDetail = 100;

/** The several selections of the active editor, or else what the user chooses; undefined if the list was closed. */
export async function choosePrompts(): Promise<readonly PromptPlace[] | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor !== undefined && selectionsOf(editor).length > 1) return (await targetsOf(editor)).map(placeOf);
  const items = openPrompts();
  // Says what to do, where no text is open.
  if (items.length === 0) requireEditor();
  return await chosenOf(items);
}

async function chosenOf(items: readonly PromptItem[]): Promise<readonly PromptPlace[] | undefined> {
  const pick = vscode.window.createQuickPick<PromptItem>();
  const browse: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("folder-opened"),
    tooltip: vscode.l10n.t("Browse for Files…")
  };
  pick.canSelectMany = true;
  pick.title = vscode.l10n.t("Compare Prompts");
  pick.placeholder = vscode.l10n.t("Choose the prompts: two or more");
  pick.buttons = [browse];
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  pick.items = items;
  pick.selectedItems = items;
  try {
    const closed = new Promise<readonly PromptPlace[] | undefined>((resolve) => {
      pick.onDidAccept(() => {
        if (pick.selectedItems.length > 0) resolve(pick.selectedItems.map(({place}) => place));
      });
      pick.onDidTriggerButton(async () => {
        const files = (await vscode.window.showOpenDialog({canSelectMany: true})) ?? [];
        const {selectedItems} = pick;
        const added = files.filter((file) => pick.items.every(({place}) => !isWhole(place, file))).map(fileItem);
        pick.items = [...pick.items, ...added];
        pick.selectedItems = [...selectedItems, ...added];
      });
      pick.onDidHide(() => resolve(undefined));
    });
    pick.show();
    return await closed;
  } finally {
    pick.dispose();
  }
}

/** The selections of visible editors, and the files of all tabs. */
function openPrompts(): readonly PromptItem[] {
  const selected = vscode.window.visibleTextEditors.flatMap(({document, selections}) =>
    selections
      .filter(({isEmpty}) => !isEmpty)
      .map((selection): PromptItem => {
        const title = partTitle(document, selection);
        const [start, end] = [document.offsetAt(selection.start), document.offsetAt(selection.end)];
        return {
          label: title,
          description: vscode.l10n.t("selection"),
          detail: plainText(firstLine(document.getText(selection), maxDetail)),
          place: {title, uri: document.uri.toString(), range: {start, end}}
        };
      })
  );
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const uris = tabs.flatMap(({input}) => (input instanceof vscode.TabInputText ? [input.uri] : []));
  const once = new Map(uris.map((uri) => [uri.toString(), uri]));
  return [...selected, ...[...once.values()].map(fileItem)];
}

function fileItem(uri: vscode.Uri): PromptItem {
  const title = plainText(uriName(uri));
  return {
    label: title,
    description: plainText(vscode.workspace.asRelativePath(uri)),
    place: {title, uri: uri.toString(), range: null}
  };
}

function isWhole({uri, range}: PromptPlace, file: vscode.Uri): boolean {
  return range === null && uri === file.toString();
}
