import {visibleText} from "../metrics/visibleText";

/** Characters: more than any file system gives a name. */
const longestName = 300;

/** Characters: what file systems allow, and the separator in front. */
const longestFileName = 256;

/**
 * A text for a notification, a progress title or a quick pick, whatever a file or a model calls itself: VS Code makes links
 * of `[…](command:…)` in notifications, also of ones that run commands, and pictures of `$(…)` in quick picks.
 */
export function plainText(text: string, longest = longestName): string {
  return harmless(text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`);
}

/** The same of a path: a long one loses its middle, so that where it begins and the file's whole name can be seen. */
export function plainPath(path: string): string {
  if (path.length <= longestName) return plainText(path);
  const end = path.slice(-longestFileName);
  const begin = path.slice(0, longestName - end.length);
  return harmless(`${begin.toWellFormed()}…${end.toWellFormed()}`);
}

function harmless(text: string): string {
  return visibleText(text).replaceAll("](", "] (").replaceAll("$(", "$ (");
}
