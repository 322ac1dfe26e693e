import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {Comparison, TokenizerRow} from "../../src/features/compareTokenizers/protocol";
import {count, decimal, listText, plural} from "../../src/text/numberText";
import {visibleText} from "../../src/text/visibleText";
import {busyRing} from "../ui/controls";
import {cssVariable} from "../ui/cssVariable";

/** The number of a tokenizer, by which the lines below name it. */
export function numberOf(tokenizer: number): TemplateResult {
  return html`<span class="number-sign">${tokenizer + 1}</span>`;
}

export function tokenizerTable(comparison: Comparison): TemplateResult {
  const {tokenizers, characters, bytes, files} = comparison;
  const most = Math.max(1, ...tokenizers.map((row) => (row.state === "counted" ? row.tokens : 0)));
  const sizes = [
    ...(files === null ? [] : [plural(files, "file")]),
    plural(characters, "character"),
    plural(bytes, "byte")
  ];
  return html`<div class="wide">
    <table class="tokenizers">
      <caption>${characters === 0 ? nothing : listText(sizes)}</caption>
      <thead>
        <tr>
          <th scope="col">${l10n.t("Tokenizer")}</th>
          <th scope="col" class="number">${l10n.t("Tokens")}</th>
          <th scope="col" class="number">${l10n.t("Ratio")}</th>
          <th scope="col" class="number">${l10n.t("Characters per token")}</th>
          <th scope="col" class="number">${l10n.t("Bytes per token")}</th>
          <th scope="col" class="number vocabulary">${l10n.t("Vocabulary")}</th>
        </tr>
      </thead>
      <tbody>
        ${tokenizers.map((row, i) => tableRow(row, i, most))}
      </tbody>
    </table>
  </div>`;
}

function tableRow(row: TokenizerRow, index: number, most: number): TemplateResult {
  const name = html`<th scope="row" title=${visibleText(row.file)}>${numberOf(index)} ${visibleText(row.name)}</th>`;
  switch (row.state) {
    case "counting":
      return html`<tr>${name}<td colspan="5">${busyRing(l10n.t("Counting"))}</td></tr>`;
    case "failed":
      return html`<tr>${name}<td colspan="5" class="failed">${row.message}</td></tr>`;
    case "counted":
      return html`<tr>
        ${name}
        <td class="number share" ${cssVariable("--share", row.tokens / most)}>${count(row.tokens)}</td>
        <td class="number">${row.ratio === null ? "–" : l10n.t("{0} ×", decimal(row.ratio, 2))}</td>
        <td class="number">${decimal(row.charactersPerToken, 2)}</td>
        <td class="number">${decimal(row.bytesPerToken, 2)}</td>
        <td class="number vocabulary">${count(row.vocabularySize)}</td>
      </tr>`;
    default:
      return row satisfies never;
  }
}
