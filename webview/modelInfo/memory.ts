import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {Memory, MemoryNow, MemoryStep} from "../../src/features/modelInfo/protocol";
import type {KvCacheType} from "../../src/gguf/kvCache";
import {byteSize, count} from "../../src/text/numberText";
import {cssVariable} from "../ui/cssVariable";
import {shown} from "./shownText";

/** Free memory above this multiple of the longest bar gets no line: it would make the bars too short. */
const roomForFree = 1.6;

/** A table of memory by context length. Its bars have a line where free memory ends. */
export function memoryChart(
  steps: readonly MemoryStep[],
  kvCache: KvCacheType,
  now: MemoryNow | null,
  freeHere: Memory | null
): TemplateResult {
  const most = Math.max(...steps.map(totalOf));
  const free = now === null ? freeHere && freeHere.ram + freeHere.vram : freeBytes(now);
  const scale = free === null || free > most * roomForFree ? most : Math.max(most, free);
  const line = free !== null && free <= scale ? free : null;
  return html`
    <ul class="legend" aria-label=${l10n.t("The parts of a bar")}>
      <li><span class="swatch weights" aria-hidden="true"></span>${l10n.t("Weights")}</li>
      <li><span class="swatch cache" aria-hidden="true"></span>${l10n.t("KV cache")}</li>
      <li><span class="swatch compute" aria-hidden="true"></span>${l10n.t("Compute buffers")}</li>
      ${line === null ? nothing : html`<li><span class="swatch free" aria-hidden="true"></span>${l10n.t("Free now")}</li>`}
    </ul>
    <div class="wide">
      <table class="memory">
        <thead>
          <tr>
            <th scope="col" class="number">${l10n.t("Context")}</th>
            <th scope="col" class="chart"><span class="spoken-only">${l10n.t("Chart")}</span></th>
            <th scope="col" class="number">${l10n.t("Weights")}</th>
            <th scope="col" class="number">${l10n.t("KV cache")}</th>
            <th scope="col" class="number">${l10n.t("Compute")}</th>
            <th scope="col" class="number">${l10n.t("Total")}</th>
          </tr>
        </thead>
        <tbody>
          ${steps.map((step) => stepRow(step, scale, line, free !== null && totalOf(step) > free))}
        </tbody>
      </table>
    </div>
    <p class="muted">${l10n.t("Estimated for one context of this length, with keys and values as {0}. Tokenscope keeps two: one for scoring and one for completion.", kvCache)}</p>
  `;
}

function stepRow(step: MemoryStep, scale: number, free: number | null, tooMuch: boolean): TemplateResult {
  const {contextSize, weights, kvCache, compute} = step;
  const part = (kind: string, bytes: number) =>
    html`<span class="part ${kind}" ${cssVariable("--share", bytes / scale)}></span>`;
  return html`<tr class=${tooMuch ? "too-much" : ""}>
    <th scope="row" class="number">${count(contextSize)}</th>
    <td class="chart">
      <span class="stack" aria-hidden="true">
        ${part("weights", weights)}${part("cache", kvCache)}${part("compute", compute)}
        ${free === null ? nothing : html`<span class="free-line" ${cssVariable("--share", free / scale)}></span>`}
      </span>
    </td>
    <td class="number">${byteSize(weights)}</td>
    <td class="number">${byteSize(kvCache)}</td>
    <td class="number">${byteSize(compute)}</td>
    <td class="number sum">${byteSize(totalOf(step))}${
      tooMuch
        ? html`<span class="warning" title=${l10n.t("More than is free now")}>&#x202F;▲<span class="spoken-only"> ${l10n.t("More than is free now")}</span></span>`
        : nothing
    }</td>
  </tr>`;
}

/** The engine's answer: device, free memory, and the estimated and real use. */
export function memoryNow(now: MemoryNow | null): TemplateResult | typeof nothing {
  if (now === null) return nothing;
  const {device, layers, gpuLayers, contextSize, estimated, used, free, total, advice} = now;
  return html`<dl class="facts">
    ${fact(l10n.t("Device"), deviceText(device, gpuLayers, layers))}
    ${fact(l10n.t("Configured context"), l10n.t("{0} tokens", count(contextSize)))}
    ${fact(l10n.t("Estimated"), memoryText(estimated))}
    ${fact(l10n.t("Really used"), used === null ? l10n.t("not loaded") : memoryText(used))}
    ${fact(l10n.t("Free now"), freeText(free, total))}
  </dl>
  ${advice === null ? nothing : html`<p class="advice">${shown(advice, 500)}</p>`}`;
}

function fact(label: string, value: string): TemplateResult {
  return html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
}

function deviceText(device: string, gpuLayers: number, layers: number): string {
  const names: Readonly<Record<string, string>> = {cpu: "CPU", cuda: "CUDA", metal: "Metal", vulkan: "Vulkan"};
  const name = names[device] ?? device;
  return device === "cpu" ? name : l10n.t("{0}, {1} of {2} layers on it", name, count(gpuLayers), count(layers));
}

/** "1.2 GB", or "1.2 GB + 3.4 GB on the device". */
function memoryText({ram, vram}: Memory): string {
  if (vram === 0) return byteSize(ram);
  return l10n.t("{0} + {1} on the device", byteSize(ram), byteSize(vram));
}

/** "8.0 GB of 16 GB", and the same for the device if it has memory. */
function freeText(free: Memory, total: Memory): string {
  const main = l10n.t("{0} of {1}", byteSize(free.ram), byteSize(total.ram));
  if (total.vram === 0) return main;
  return l10n.t("{0}, on the device {1} of {2}", main, byteSize(free.vram), byteSize(total.vram));
}

/** Metal devices share the main memory. */
function freeBytes({free, device}: MemoryNow): number {
  return device === "metal" ? Math.max(free.ram, free.vram) : free.ram + free.vram;
}

function totalOf({weights, kvCache, compute}: MemoryStep): number {
  return weights + kvCache + compute;
}
