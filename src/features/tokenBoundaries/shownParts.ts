import type * as vscode from "vscode";
import {linesNear} from "../../host/documents/linesNear";

/** Lines painted above and below the visible ones, so that scrolling rarely shows plain lines. */
const linesAround = 60;

/** UTF-16 units of an editor that are painted, about: more than a large screen holds. */
const maxUnits = 1 << 15;

/** Of a line that is shown in part, units in front of the visible ones. */
const unitsInFront = 1 << 12;

/** Units of each visible line that are painted, however many lines there are. */
const minUnitsOfLine = 1000;

/** A part of a line: UTF-16 units from its start. */
export interface ShownPart {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  /** Whether the part goes to the line's end. */
  readonly isWhole: boolean;
}

/**
 * The parts of a document to paint, the nearest to the screen first. Of a long line VS Code says only which part is visible
 * if it is wrapped; without that, the part is the line's beginning.
 */
export function shownParts(document: vscode.TextDocument, visible: readonly vscode.Range[]): ShownPart[] {
  const parts: ShownPart[] = [];
  const last = document.lineCount - 1;
  const seen = [...linesNear(visible, last, 0)].map((line) => document.lineAt(line).text.length);
  const most = Math.max(minUnitsOfLine, fairShare(seen, maxUnits));
  let units = 0;
  for (const line of linesNear(visible, last, linesAround)) {
    if (units > maxUnits && parts.length >= seen.length) break;
    const {length} = document.lineAt(line).text;
    const begins = visible.find(({start}) => start.line === line)?.start.character ?? 0;
    const from = Math.max(0, Math.min(length, begins) - Math.min(unitsInFront, most >> 1));
    const to = Math.min(length, from + most);
    parts.push({line, from, to, isWhole: to === length});
    units += to - from + 1;
  }
  return parts;
}

/** The most that each may have of a total, where none takes more than it needs. */
function fairShare(needs: readonly number[], total: number): number {
  let left = total;
  for (const [i, need] of [...needs].sort((a, b) => a - b).entries()) {
    const share = Math.floor(left / (needs.length - i));
    if (need > share) return share;
    left -= need;
  }
  return total;
}

/** Parts that follow each other in the document without a gap, each such run in the document's order. */
export function runsOf(parts: readonly ShownPart[]): ShownPart[][] {
  const runs: ShownPart[][] = [];
  for (const part of [...parts].sort((a, b) => a.line - b.line)) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (before?.isWhole && before.line === part.line - 1 && part.from === 0) run?.push(part);
    else runs.push([part]);
  }
  return runs;
}
