/** Colours of the theme, resolved to what a canvas takes. */
export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly first: string;
  readonly second: string;
  /** Between least and most. */
  readonly range: string;
  readonly font: string;
  /** CSS pixels. */
  readonly fontSize: number;
}

/** A canvas knows no CSS variables: an element of the page resolves them (charts.css). */
export function readPalette(charts: HTMLElement): Palette {
  const probe = document.createElement("i");
  charts.append(probe);
  const style = getComputedStyle(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--chart-${name})`;
    return style.color;
  };
  const palette = {
    background: colour("background"),
    text: colour("text"),
    muted: colour("muted"),
    grid: colour("grid"),
    first: colour("first"),
    second: colour("second"),
    range: colour("range"),
    font: style.fontFamily,
    fontSize: 11
  };
  probe.remove();
  return palette;
}

/** The look of a series. Each differs from the others by more than its colour. */
export type Look = "solid" | "dashed" | "dotted" | "range" | "fill0" | "fill1" | "fill2" | "fill3" | "dot";

export function dashOf(look: Look): number[] {
  return {dashed: [6, 3], dotted: [2, 3]}[look as string] ?? [];
}

export function colourOf(look: Look, palette: Palette): string {
  if (look === "dashed") return palette.second;
  if (look === "dotted") return palette.muted;
  return look === "range" ? palette.range : palette.first;
}

/** Draws a sample of a look, or a bar with it: the patterns of GLTR's buckets grow sparser with the rank. */
export function paintBox(
  context: CanvasRenderingContext2D,
  look: Look,
  palette: Palette,
  [left, top, width, height]: readonly [number, number, number, number],
  scale: number
): void {
  if (width <= 0 || height <= 0) return;
  context.save();
  context.strokeStyle = colourOf(look, palette);
  context.fillStyle = context.strokeStyle;
  if (look === "range" || look === "fill0") context.fillRect(left, top, width, height);
  else if (look === "dot") paintDot(context, left + width / 2, top + height / 2, scale);
  else if (look.startsWith("fill")) paintPattern(context, look, [left, top, width, height], scale);
  else {
    context.lineWidth = 1.5 * scale;
    context.setLineDash(dashOf(look).map((part) => part * scale));
    context.beginPath();
    context.moveTo(left, top + height / 2);
    context.lineTo(left + width, top + height / 2);
    context.stroke();
  }
  context.restore();
}

export function paintDot(context: CanvasRenderingContext2D, x: number, y: number, scale: number): void {
  context.beginPath();
  context.arc(x, y, 3.5 * scale, 0, 2 * Math.PI);
  context.fill();
}

/** Hatched one way, hatched both ways, or empty, inside a line. */
function paintPattern(
  context: CanvasRenderingContext2D,
  look: Look,
  [left, top, width, height]: readonly [number, number, number, number],
  scale: number
): void {
  context.lineWidth = scale;
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.strokeRect(left + scale / 2, top + scale / 2, width - scale, height - scale);
  if (look === "fill3") return;
  const gap = (look === "fill1" ? 3.5 : 6) * scale;
  context.beginPath();
  for (let at = left - height; at < left + width; at += gap) {
    context.moveTo(at, top + height);
    context.lineTo(at + height, top);
  }
  context.stroke();
}
