import type * as vscode from "vscode";

/**
 * Numbers of the visible lines, then of up to `around` lines above and below them, the nearest first. Folded lines are in no
 * visible range.
 */
export function linesNear(visible: readonly vscode.Range[], last: number, around: number): Set<number> {
  const lines = new Set<number>();
  for (const {start, end} of visible)
    for (let line = start.line; line <= Math.min(last, end.line); line++) lines.add(line);
  for (let away = 1; away <= around; away++)
    for (const {start, end} of visible) {
      if (end.line + away <= last) lines.add(end.line + away);
      if (start.line - away >= 0 && start.line - away <= last) lines.add(start.line - away);
    }
  return lines;
}
