import uPlot from "uplot";
import type {Chart} from "./chart";
import {type Palette, paintBox} from "./palette";
import {makePlot} from "./plot";

/** Pixels of the picture for each of the screen. */
const enlargement = 2;

const margin = 12;

/** A PNG of the chart with its title, sentence and legend, twice as large as on the screen. */
export async function pictureOf(chart: Chart, palette: Palette, width: number, height: number): Promise<Uint8Array> {
  const plot = await drawnPlot(chart, palette, width, height);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The browser has no canvas.");
  const line = palette.fontSize * 1.5;
  const font = (weight: string, size: number) => `${weight} ${size}px ${palette.font}`;
  context.font = font("normal", palette.fontSize);
  const sentence = wrapped(context, chart.sentence, width);
  const legend = placedLegend(context, chart, width, line);
  const top = margin + line * 1.4;
  const total = top + legend.height + height + 4 + sentence.length * line + margin;
  canvas.width = Math.round((width + 2 * margin) * enlargement);
  canvas.height = Math.round(total * enlargement);
  context.scale(enlargement, enlargement);
  context.fillStyle = palette.background;
  context.fillRect(0, 0, width + 2 * margin, total);
  context.textBaseline = "top";
  context.fillStyle = palette.text;
  context.font = font("bold", palette.fontSize * 1.25);
  context.fillText(chart.title, margin, margin, width);
  context.font = font("normal", palette.fontSize);
  for (const {look, label, x, y} of legend.items) {
    paintBox(context, look, palette, [margin + x, top + y + 2, 18, palette.fontSize - 2], 1);
    context.fillText(label, margin + x + 23, top + y);
  }
  context.drawImage(plot.ctx.canvas, margin, top + legend.height, width, height);
  for (const [index, text] of sentence.entries())
    context.fillText(text, margin, top + legend.height + height + 4 + index * line);
  plot.destroy();
  return await pngOf(canvas);
}

/** A plot that is not on the page, with as many pixels as the picture has for it. */
async function drawnPlot(chart: Chart, palette: Palette, width: number, height: number): Promise<uPlot> {
  const scale = enlargement / uPlot.pxRatio;
  return await new Promise((resolve) => {
    const plot: uPlot = makePlot({
      chart,
      palette: () => palette,
      width: width * scale,
      height: height * scale,
      scale,
      onDrawn: () => resolve(plot)
    });
  });
}

function placedLegend(context: CanvasRenderingContext2D, chart: Chart, width: number, line: number) {
  let [x, y] = [0, 0];
  const items = chart.legend.map((item) => {
    const needed = 23 + context.measureText(item.label).width;
    if (x > 0 && x + needed > width) [x, y] = [0, y + line];
    const place = {...item, x, y};
    x += needed + 16;
    return place;
  });
  return {items, height: items.length === 0 ? 0 : y + line + 4};
}

/** Lines that fit. Breaks at spaces, or anywhere where there are none. */
function wrapped(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines = [""];
  const fits = (line: string) => context.measureText(line).width <= width;
  for (const word of text.split(/(?<= )/)) {
    const line = (lines.at(-1) ?? "") + word;
    if (fits(line.trimEnd())) lines[lines.length - 1] = line;
    else if (fits(word.trimEnd())) lines.push(word);
    else
      for (const letter of word) {
        const longer = (lines.at(-1) ?? "") + letter;
        if (fits(longer)) lines[lines.length - 1] = longer;
        else lines.push(letter);
      }
  }
  return lines.map((line) => line.trimEnd());
}

async function pngOf(canvas: HTMLCanvasElement): Promise<Uint8Array> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("The browser could not write the picture.");
  return new Uint8Array(await blob.arrayBuffer());
}
