/** One file of a split model, from its name: `NAME-00001-of-00005.gguf`. */
export interface SplitPart {
  /** The name before the numbers. */
  readonly base: string;
  /** Counted from 1. */
  readonly part: number;
  readonly parts: number;
}

/** Max files of a model. The largest known have about 200; a name could say 99,999. */
export const maxParts = 512;

/** Parses a name as llama.cpp writes it (`llama_split_path`). Null for the name of an unsplit file. */
export function splitPart(fileName: string): SplitPart | null {
  const found = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/s.exec(fileName);
  if (found === null) return null;
  const [, base = "", part, parts] = found;
  const split: SplitPart = {base, part: Number(part), parts: Number(parts)};
  return split.part >= 1 && split.part <= split.parts ? split : null;
}

/** The name of one part. */
export function splitName(base: string, part: number, parts: number): string {
  return `${base}-${digits(part)}-of-${digits(parts)}.gguf`;
}

/**
 * The names of all parts of this file's model, in order; only the name itself if it is not split or has too many parts.
 */
export function splitNames(fileName: string): readonly string[] {
  const split = splitPart(fileName);
  if (split === null || split.parts > maxParts) return [fileName];
  return Array.from({length: split.parts}, (_, i) => splitName(split.base, i + 1, split.parts));
}

function digits(number: number): string {
  return String(number).padStart(5, "0");
}
