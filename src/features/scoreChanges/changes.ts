import type {FilePatch, Hunk} from "./patch";

/** A run of removed lines and the added lines in their place. */
export interface Change {
  /** The first removed line, counted from 1; for a pure addition, the line that follows it. */
  readonly oldLine: number;
  readonly oldLines: number;
  readonly newLine: number;
  readonly newLines: number;
  /** With their line ends; "" if there are none. */
  readonly removed: string;
  readonly added: string;
  /** UTF-16 offset of the change in the new text. */
  readonly start: number;
}

/** The changes of a file, and its new text, to which their offsets refer. */
export interface PlacedChanges {
  readonly text: string;
  readonly changes: readonly Change[];
}

/**
 * Places the changes of a file in its new text. Hunks are cut at unchanged lines, so that the scored text does not depend on
 * how many lines of context Git shows.
 *
 * Git's diff shows files as Git stores them. If the stored line ends differ from the working tree's (core.autocrlf), the text
 * gets the stored ones. A byte order mark is left out.
 *
 * @returns undefined if the diff does not lead to this text, because the file was changed meanwhile or is filtered.
 */
export function placeChanges({hunks, newPath}: FilePatch, newText: string): PlacedChanges | undefined {
  const text = withoutMark(newText);
  if (newPath === null) return text === "" ? {text, changes: changesIn(hunks, [])} : undefined;
  for (const candidate of [text, text.replaceAll("\r\n", "\n")]) {
    const lines = linesOf(candidate);
    if (hunks.every((hunk) => fits(hunk, lines))) return {text: candidate, changes: changesIn(hunks, lines)};
  }
  return undefined;
}

/** One change that adds the whole text. */
export function wholeChange(newText: string): PlacedChanges {
  const text = withoutMark(newText);
  if (text === "") return {text, changes: []};
  const newLines = linesOf(text).length;
  return {text, changes: [{oldLine: 1, oldLines: 0, newLine: 1, newLines, removed: "", added: text, start: 0}]};
}

/** Lines with their line feeds. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function fits(hunk: Hunk, lines: readonly string[]): boolean {
  const first = firstLine(hunk.newStart, hunk.newLines);
  const expected = hunk.lines.filter(({side}) => side !== "old");
  const last = expected.at(-1);
  const isEnd = first - 1 + expected.length === lines.length;
  if (last !== undefined && !last.text.endsWith("\n") && !isEnd) return false;
  return expected.every(({text}, index) => lines[first - 1 + index] === atLine(text, first + index));
}

function changesIn(hunks: readonly Hunk[], lines: readonly string[]): Change[] {
  const starts = new Float64Array(lines.length + 1);
  for (const [index, line] of lines.entries()) starts[index + 1] = (starts[index] ?? 0) + line.length;
  const changes: Change[] = [];
  for (const hunk of hunks) {
    let oldLine = firstLine(hunk.oldStart, hunk.oldLines);
    let newLine = firstLine(hunk.newStart, hunk.newLines);
    let removed: string[] = [];
    let added: string[] = [];
    const end = (): void => {
      if (removed.length + added.length > 0)
        changes.push({
          oldLine,
          oldLines: removed.length,
          newLine,
          newLines: added.length,
          removed: removed.join(""),
          added: added.join(""),
          start: starts[newLine - 1] ?? 0
        });
      oldLine += removed.length;
      newLine += added.length;
      removed = [];
      added = [];
    };
    for (const {side, text} of hunk.lines) {
      if (side === "old") removed.push(atLine(text, oldLine + removed.length));
      else if (side === "new") added.push(atLine(text, newLine + added.length));
      else {
        end();
        oldLine++;
        newLine++;
      }
    }
    end();
  }
  return changes;
}

/** The first line of a hunk's side. If the side is empty, the line that follows it. */
function firstLine(start: number, lines: number): number {
  return lines === 0 ? start + 1 : start;
}

function atLine(text: string, line: number): string {
  return line === 1 ? withoutMark(text) : text;
}

function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
