/** A level that has a colour. */
export type ColouredLevel = 1 | 2 | 3 | 4;

export const colouredLevels: readonly ColouredLevel[] = [1, 2, 3, 4];

/** The levels in the names of their colours: those of the scale of probabilities that was first, which users may have customized. */
const names: Readonly<Record<ColouredLevel, string>> = {1: "P10", 2: "P1", 3: "P01", 4: "P0"};

/**
 * The name of a level's colour in package.json, without "tokenscope." (in style sheets without
 * "--vscode-tokenscope-"). It has no dot, because VS Code replaces only the first dot by a dash in a webview.
 */
export function heatColour(level: ColouredLevel, part: "Background" | "Line"): string {
  return `heatmap${names[level]}${part}`;
}

/** Undefined for levels without a colour: tokens within the threshold, and those of which the measure is not known. */
export function colouredLevel(level: number): ColouredLevel | undefined {
  return colouredLevels.find((one) => one === level);
}
