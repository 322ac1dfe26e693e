import * as vscode from "vscode";

/** Milliseconds until VS Code has surely shown a panel that it will show. */
const patience = 5000;

/**
 * Locks the editor group of a panel that was just opened, so that opening a file does not cover it. A group with other editors in it is
 * the user's, and stays as it is. `type` is the panel's. The command is about the active group: it is not run if the focus has moved on.
 */
export async function lockOwnGroup(panel: vscode.WebviewPanel, type: string): Promise<void> {
  const isOwn = ({input}: vscode.Tab) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(type);
  const group = await shownGroup(panel, isOwn);
  if (group?.isActive && group.tabs.every(isOwn))
    await vscode.commands.executeCommand("workbench.action.lockEditorGroup");
}

/** The panel's group, as soon as VS Code tells of its tab; undefined if it was closed before. */
async function shownGroup(
  panel: vscode.WebviewPanel,
  isOwn: (tab: vscode.Tab) => boolean
): Promise<vscode.TabGroup | undefined> {
  const find = () =>
    vscode.window.tabGroups.all.find(
      ({viewColumn, activeTab}) => viewColumn === panel.viewColumn && activeTab !== undefined && isOwn(activeTab)
    );
  const found = find();
  if (found) return found;
  const listening: vscode.Disposable[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise((resolve) => {
      const look = () => {
        const group = find();
        if (group) resolve(group);
      };
      timer = setTimeout(() => resolve(undefined), patience);
      listening.push(
        vscode.window.tabGroups.onDidChangeTabs(look),
        vscode.window.tabGroups.onDidChangeTabGroups(look),
        panel.onDidChangeViewState(look),
        panel.onDidDispose(() => resolve(undefined))
      );
    });
  } finally {
    clearTimeout(timer);
    vscode.Disposable.from(...listening).dispose();
  }
}
