import {visibleText} from "./visibleText";

/** Maximum characters of a name, more than any file system allows. */
const maxNameLength = 300;

/** Maximum characters of a file name in a path, with the separator in front of it. */
const maxFileNameLength = 256;

/**
 * Makes any text, such as a model's name, safe for a notification, a progress title or a quick pick. VS Code turns
 * `[…](command:…)` into links in notifications, even links that run commands, and `$(…)` into icons in quick picks.
 */
export function plainText(text: string, maxLength = maxNameLength): string {
  return withoutLinks(text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`);
}

/**
 * {@link plainText} for a path. A long path loses its middle, so that its start and the whole file name stay visible.
 */
export function plainPath(path: string): string {
  if (path.length <= maxNameLength) return plainText(path);
  const end = path.slice(-maxFileNameLength);
  const begin = path.slice(0, maxNameLength - end.length);
  return withoutLinks(`${begin.toWellFormed()}…${end.toWellFormed()}`);
}

function withoutLinks(text: string): string {
  return visibleText(text).replaceAll("](", "] (").replaceAll("$(", "$ (");
}
