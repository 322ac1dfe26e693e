/** One of the files that a large model was split into, by its name: `NAME-00001-of-00005.gguf`. */
export interface SplitPart {
  /** In front of the numbers. */
  readonly base: string;
  /** From 1. */
  readonly part: number;
  readonly parts: number;
}

/** Files that a model may be in. The largest known are in some 200; a name may promise 99,999. */
export const maxParts = 512;

/** Null for the name of a whole file. As llama.cpp writes them (`llama_split_path`). */
export function splitPart(fileName: string): SplitPart | null {
  const found = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/s.exec(fileName);
  if (found === null) return null;
  const [, base = "", part, parts] = found;
  const split: SplitPart = {base, part: Number(part), parts: Number(parts)};
  return split.part >= 1 && split.part <= split.parts ? split : null;
}

/** The name of one of the parts. */
export function splitName(base: string, part: number, parts: number): string {
  return `${base}-${digits(part)}-of-${digits(parts)}.gguf`;
}

/**
 * The names of all parts of the model that this file is of, in order; the name itself where it is a whole file's, or promises
 * more than {@link maxParts}.
 */
export function splitNames(fileName: string): readonly string[] {
  const split = splitPart(fileName);
  if (split === null || split.parts > maxParts) return [fileName];
  return Array.from({length: split.parts}, (_, i) => splitName(split.base, i + 1, split.parts));
}

function digits(number: number): string {
  return String(number).padStart(5, "0");
}
