import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import {HostError} from "../../host/hostError";
import {CompletionProvider, type CursorPlace} from "./completionProvider";

/** Ghost text at the cursor: while typing where the user wants it, and whenever it is asked for. */
export function registerInlineCompletion(host: Host): vscode.Disposable {
  const provider = new CompletionProvider(host);
  const register = (): vscode.Disposable =>
    vscode.languages.registerInlineCompletionItemProvider({pattern: "**"}, provider);
  let registered = register();
  // VS Code keeps an answer, also an empty one, and asks no more while text, cursor and providers are the same. Asked again
  // after a failure, it shall ask again: a provider registered anew is another one.
  const again = provider.onDidFindNothing(() => {
    registered.dispose();
    registered = register();
  });
  return vscode.Disposable.from(
    provider,
    again,
    {dispose: () => registered.dispose()},
    registerCommand(host, "tokenscope.complete", async () => {
      const editor = vscode.window.activeTextEditor;
      if (editor === undefined)
        throw new HostError(
          "noEditor",
          vscode.l10n.t("No text is open: open a file and place the cursor where something is missing.")
        );
      const {document, selection} = editor;
      const here = {document, version: document.version, position: selection.active};
      const last = provider.askedAt;
      // While IntelliSense's list is open, VS Code shows only what goes on with what is selected there.
      await vscode.commands.executeCommand("hideSuggestWidget");
      await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
      if (provider.askedAt === last && !isSamePlace(last, here))
        throw new HostError(
          "notEditable",
          vscode.l10n.t("Nothing can be completed here, because this text can't be edited: open a file that can.")
        );
    }),
    registerCommand(host, "tokenscope.toggleInlineCompletion", async () => {
      const enabled = !host.settings.inlineCompletion().enabled;
      await host.settings.setInlineCompletion(enabled);
      tell(
        host,
        enabled,
        vscode.l10n.t("Inline completion suggests while you type"),
        vscode.l10n.t("Inline completion waits to be asked")
      );
    }),
    registerCommand(host, "tokenscope.toggleInlineCompletionForLanguage", async () => {
      const document = vscode.window.activeTextEditor?.document;
      if (document === undefined)
        throw new HostError("noEditor", vscode.l10n.t("No text is open: open a file of the language that you mean."));
      const enabled = !host.settings.inlineCompletion(document).enabled;
      await host.settings.setInlineCompletion(enabled, document.languageId);
      tell(
        host,
        enabled,
        vscode.l10n.t("Inline completion suggests while you type in {0} files", document.languageId),
        vscode.l10n.t("Inline completion waits to be asked in {0} files", document.languageId)
      );
    }),
    registerCommand(host, "tokenscope.toggleInlineCompletionForWorkspace", async () => {
      if (vscode.workspace.workspaceFolders === undefined)
        throw new HostError("noFolder", vscode.l10n.t("No folder is open: open the one that you mean."));
      if (!vscode.workspace.isTrusted)
        throw new HostError(
          "untrusted",
          vscode.l10n.t("A folder's own settings are not used in Restricted Mode: trust the folder first.")
        );
      const enabled = !host.settings.inlineCompletion().enabled;
      await host.settings.setInlineCompletionHere(enabled);
      tell(
        host,
        enabled,
        vscode.l10n.t("Inline completion suggests while you type in this workspace"),
        vscode.l10n.t("Inline completion waits to be asked in this workspace")
      );
    })
  );
}

/** Says what inline completion does from now on, or what keeps it from that. */
function tell({settings}: Host, enabled: boolean, on: string, off: string): void {
  if (enabled && suggestionsAreOff())
    throw new HostError(
      "noInlineSuggestions",
      vscode.l10n.t(
        "Inline completion is on, but VS Code suggests nothing while its own setting {0} is off: turn that on too.",
        "editor.inlineSuggest.enabled"
      )
    );
  const document = vscode.window.activeTextEditor?.document;
  const own = document !== undefined && settings.inlineCompletion(document).enabled !== enabled;
  const said = own ? butNotIn(document.languageId, enabled) : enabled ? on : off;
  vscode.window.setStatusBarMessage(`${enabled ? "$(check)" : "$(circle-slash)"} ${said}`, own ? 8000 : 4000);
}

function butNotIn(language: string, enabled: boolean): string {
  return enabled
    ? vscode.l10n.t("Inline completion is on, but off in {0} files by a setting of their own", language)
    : vscode.l10n.t("Inline completion is off, but on in {0} files by a setting of their own", language);
}

function isSamePlace(one: CursorPlace | undefined, other: CursorPlace): boolean {
  return one?.document === other.document && one.version === other.version && one.position.isEqual(other.position);
}

/** VS Code's own setting, without which nothing is suggested while typing; what is asked for comes all the same. */
function suggestionsAreOff(): boolean {
  return vscode.workspace.getConfiguration("editor").get<unknown>("inlineSuggest.enabled") === false;
}
