import {visibleText} from "./visibleText";

/** Characters: more than any file system gives a name. */
const maxNameLength = 300;

/** Characters: what file systems allow, and the separator in front. */
const maxFileNameLength = 256;

/**
 * A text for a notification, a progress title or a quick pick, whatever a file or a model calls itself: VS Code makes links
 * of `[…](command:…)` in notifications, also of ones that run commands, and pictures of `$(…)` in quick picks.
 */
export function plainText(text: string, maxLength = maxNameLength): string {
  return withoutLinks(text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`);
}

/** The same of a path: a long one loses its middle, so that where it begins and the file's whole name can be seen. */
export function plainPath(path: string): string {
  if (path.length <= maxNameLength) return plainText(path);
  const end = path.slice(-maxFileNameLength);
  const begin = path.slice(0, maxNameLength - end.length);
  return withoutLinks(`${begin.toWellFormed()}…${end.toWellFormed()}`);
}

function withoutLinks(text: string): string {
  return visibleText(text).replaceAll("](", "] (").replaceAll("$(", "$ (");
}
