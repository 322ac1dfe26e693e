import * as vscode from "vscode";
import {type Host, registerCommand} from "../../host/host";
import type {CompletionProvider} from "./completionProvider";
import {RecentEdits} from "./recentEdits";

/** Ghost text at the cursor: while typing where the user wants it, and whenever it is asked for. */
export function registerInlineCompletion(host: Host): vscode.Disposable {
  const edits = new RecentEdits();
  let provider: CompletionProvider | undefined;
  const isEnabled = (document: vscode.TextDocument): boolean => host.settings.inlineCompletion(document).enabled;

  const load = async (): Promise<CompletionProvider> => {
    const {CompletionProvider} = await import("./completionProvider");
    if (provider !== undefined) return provider;
    provider = new CompletionProvider(host, edits);
    // VS Code caches an empty answer while text, cursor and provider are unchanged. Register again, so that asking again
    // after a failure reaches us.
    provider.onDidFindNothing(() => {
      registered.dispose();
      registered = register();
    });
    provider.onDidGiveFirst(() => {
      more.dispose();
      more = registerMore();
    });
    return provider;
  };

  // The provider's code is loaded with the first question that it may answer.
  const register = (): vscode.Disposable =>
    vscode.languages.registerInlineCompletionItemProvider(
      {pattern: "**"},
      {
        provideInlineCompletionItems: async (document, position, context, token) => {
          const explicit = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
          if (provider === undefined && !explicit && !isEnabled(document)) return [];
          const loaded = provider ?? (await load());
          return await loaded.provideInlineCompletionItems(document, position, context, token);
        }
      }
    );
  let registered = register();
  // VS Code keeps an explicit answer while the providers are the same. With another one, which has nothing to say, it asks again when
  // the person goes to the next suggestion, and what is on show stays.
  const registerMore = (): vscode.Disposable =>
    vscode.languages.registerInlineCompletionItemProvider({pattern: "**"}, {provideInlineCompletionItems: () => []});
  let more = registerMore();

  // Where suggestions come while typing, prefill may start before the first question.
  const loadIfEnabled = async (): Promise<void> => {
    const document = vscode.window.activeTextEditor?.document;
    if (provider !== undefined || document === undefined || !isEnabled(document)) return;
    (await load()).cursorMoved();
  };
  const follow = (): void => void loadIfEnabled().catch((error: unknown) => host.log.warn(String(error)));
  follow();

  return vscode.Disposable.from(
    edits,
    {dispose: () => provider?.dispose()},
    {dispose: () => registered.dispose()},
    {dispose: () => more.dispose()},
    vscode.window.onDidChangeActiveTextEditor(follow),
    host.settings.onDidChangeInlineCompletion(follow),
    registerCommand(host, "complete", async () => {
      const {completeAtCursor} = await import("./completeAtCursor");
      await completeAtCursor(await load());
    }),
    registerCommand(host, "bestOfN", async () => {
      const {bestOfN} = await import("./bestOfN");
      await bestOfN(host, await load());
    }),
    registerCommand(host, "showCompletionMenu", async () => {
      const {showCompletionMenu} = await import("./completionMenu");
      await showCompletionMenu(host, await load());
    }),
    registerCommand(host, "snoozeInlineCompletion", async (minutes) => {
      const {snoozeCompletion} = await import("./completionMenu");
      await snoozeCompletion(await load(), minutes);
    }),
    registerToggles(host)
  );
}

function registerToggles(host: Host): vscode.Disposable {
  const toggles = () => import("./toggleCompletion");
  return vscode.Disposable.from(
    registerCommand(host, "toggleInlineCompletion", async () => (await toggles()).toggleCompletion(host)),
    registerCommand(host, "toggleInlineCompletionForLanguage", async () =>
      (await toggles()).toggleCompletionForLanguage(host)
    ),
    registerCommand(host, "toggleInlineCompletionForWorkspace", async () =>
      (await toggles()).toggleCompletionForWorkspace(host)
    )
  );
}
