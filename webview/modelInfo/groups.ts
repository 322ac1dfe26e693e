import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {TensorGroup, TensorGroupName} from "../../src/features/modelInfo/protocol";
import {count} from "../../src/text/numberText";
import {cssVariable} from "../ui/cssVariable";
import {bitsPerWeight, sizeOrUnknown} from "./facts";
import {shown} from "./shownText";

/** A table of the tensor groups with their types and sizes, and a bar for each group's share of all bytes. */
export function groupTable(groups: readonly TensorGroup[]): TemplateResult {
  const names = groupNames();
  const all = groups.reduce((sum, {bytes}) => sum + (bytes ?? 0), 0);
  return html`<div class="wide">
    <table class="groups">
      <thead>
        <tr>
          <th scope="col">${l10n.t("Tensors for")}</th>
          <th scope="col">${l10n.t("Stored as")}</th>
          <th scope="col" class="number">${l10n.t("Tensors")}</th>
          <th scope="col" class="number">${l10n.t("Parameters")}</th>
          <th scope="col" class="number" title=${l10n.t("Bits per parameter")}>${l10n.t("Bits")}</th>
          <th scope="col" class="number">${l10n.t("Size")}</th>
          <th scope="col"><span class="spoken-only">${l10n.t("Share of the size")}</span></th>
        </tr>
      </thead>
      <tbody>
        ${groups.map(
          ({name, types, tensors, parameters, bytes}) => html`<tr>
            <th scope="row">${names[name]}</th>
            <td>${types.map(
              ({type, tensors: some}, index) => html`${index > 0 ? ", " : ""}<span class="type"
                  >${shown(type)}${types.length > 1 ? html` <span class="muted">×&#x202F;${count(some)}</span>` : nothing}</span
                >`
            )}</td>
            <td class="number">${count(tensors)}</td>
            <td class="number">${shortCount(parameters)}</td>
            <td class="number">${bitsPerWeight(bytes, parameters) ?? "–"}</td>
            <td class="number">${sizeOrUnknown(bytes)}</td>
            <td class="share">${share(bytes, all)}</td>
          </tr>`
        )}
      </tbody>
    </table>
  </div>`;
}

function share(bytes: number | null, all: number): TemplateResult | string {
  if (bytes === null || all === 0) return "";
  const part = bytes / all;
  return html`<span class="track" aria-hidden="true"><span class="bar" ${cssVariable("--share", part)}></span></span
    ><span class="spoken-only">${l10n.t("{0} %", (part * 100).toFixed(1))}</span>`;
}

/** "512", "6.81 M", "7.62 B". */
function shortCount(value: number): string {
  if (value < 1e6) return count(value);
  if (value < 1e9) return l10n.t("{0} M", (value / 1e6).toPrecision(3));
  return l10n.t("{0} B", (value / 1e9).toPrecision(3));
}

function groupNames(): Record<TensorGroupName, string> {
  return {
    embedding: l10n.t("Embedding"),
    attention: l10n.t("Attention"),
    feedForward: l10n.t("Feed-forward"),
    experts: l10n.t("Experts"),
    recurrent: l10n.t("Recurrent"),
    norms: l10n.t("Norms"),
    output: l10n.t("Output"),
    vision: l10n.t("Vision"),
    audio: l10n.t("Audio"),
    other: l10n.t("Other")
  };
}
