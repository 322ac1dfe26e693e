import type {ModelDescription} from "../contract/models";
import {jsonText} from "../text/jsonText";
import {count as number, percentText, plural} from "../text/numberText";
import {visibleText} from "../text/visibleText";
import type {SkippedFile} from "./findFiles";

interface Numbers {
  /** Tokens. */
  readonly count: number;
  readonly characters: number;
  readonly bytes: number;
}

export interface CountedFile extends Numbers {
  readonly file: string;
  /** Tokens; null: it has none. */
  readonly budget: number | null;
}

export interface FailedFile {
  readonly file: string;
  /** A sentence. */
  readonly reason: string;
}

export interface Counts {
  readonly model: ModelDescription;
  readonly warnings: readonly string[];
  readonly files: readonly CountedFile[];
  readonly skipped: readonly SkippedFile[];
  readonly failed: readonly FailedFile[];
}

/** One JSON document, on one line. */
export function countsJson({model, warnings, files, skipped, failed}: Counts): string {
  const document = {
    model,
    ...(warnings.length === 0 ? {} : {warnings}),
    total: {files: files.length, ...totalOf(files)},
    files: files.map(({budget, ...file}) => ({
      ...file,
      ...(budget === null ? {} : {budget, over: Math.max(0, file.count - budget)})
    })),
    skipped,
    failed
  };
  return `${jsonText(document)}\n`;
}

/** A line for each file, and one for several together. */
export function countsList({files}: Counts): string {
  const lines = files.map(({file, count}) => ({count, text: visibleText(file)}));
  const {count} = totalOf(files);
  if (files.length !== 1) lines.push({count, text: totalText(files)});
  const width = number(count).length;
  return lines.map((line) => `${number(line.count).padStart(width)}  ${line.text}\n`).join("");
}

/** A line for each folder and file, the largest first, with its part of all. */
export function countsTree({files}: Counts): string {
  const top = new Branch();
  for (const file of files) top.add(file.file.split("/"), file.count);
  const width = number(top.count).length;
  return [{text: totalText(files), count: top.count}, ...top.lines("")]
    .map(({text, count}) => `${number(count).padStart(width)}  ${percent(count, top.count)}  ${text}\n`)
    .join("");
}

interface Line {
  readonly text: string;
  readonly count: number;
}

/** A folder or file. */
class Branch {
  count = 0;
  private readonly inside = new Map<string, Branch>();

  add([name, ...names]: readonly string[], count: number): void {
    this.count += count;
    if (name === undefined) return;
    const branch = this.inside.get(name) ?? new Branch();
    this.inside.set(name, branch);
    branch.add(names, count);
  }

  lines(indentation: string): Line[] {
    return [...this.inside]
      .map(([name, branch]) => branch.joined(name))
      .sort(([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1))
      .flatMap(([name, branch]) => [
        {text: indentation + visibleText(name), count: branch.count},
        ...branch.lines(`${indentation}  `)
      ]);
  }

  /** A folder with nothing in it but a folder is one with it: "src/features/". */
  private joined(name: string): readonly [name: string, branch: Branch] {
    const [only, ...others] = this.inside;
    if (only === undefined) return [name, this];
    const [inside, branch] = only;
    if (others.length > 0 || branch.inside.size === 0) return [`${name}/`, this];
    return branch.joined(`${name}/${inside}`);
  }
}

function percent(count: number, total: number): string {
  return percentText((total === 0 ? 0 : (count / total) * 100).toFixed(1)).padStart("100.0 %".length);
}

function totalText(files: readonly CountedFile[]): string {
  return `total (${plural(files.length, "file")})`;
}

function totalOf(files: readonly Numbers[]): Numbers {
  const total = {count: 0, characters: 0, bytes: 0};
  for (const {count, characters, bytes} of files) {
    total.count += count;
    total.characters += characters;
    total.bytes += bytes;
  }
  return total;
}
