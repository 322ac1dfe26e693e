import {visibleText} from "../metrics/visibleText";

/** Characters: more than any file system gives a name. */
const longestName = 300;

/**
 * A text for a notification, a progress title or a quick pick, whatever a file or a model calls itself: VS Code makes links
 * of `[…](command:…)` in notifications, also of ones that run commands, and pictures of `$(…)` in quick picks.
 */
export function plainText(text: string, longest = longestName): string {
  const cut = text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`;
  return visibleText(cut).replaceAll("](", "] (").replaceAll("$(", "$ (");
}
