import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {ModelDetails, ModelPage, Rope, SpecialToken} from "../../src/features/modelInfo/protocol";
import type {ModelFacts} from "../../src/gguf/facts";
import {byteSize, count} from "../../src/text/numberText";
import {shown} from "./shownText";

interface Fact {
  readonly label: string;
  readonly value: string | null;
  readonly help?: string;
}

/** Facts about the model, one line each. Unknown facts are left out. */
export function factList(page: ModelPage): TemplateResult {
  const rows = [...modelRows(page), ...detailRows(page)].filter(({value}) => value !== null && value !== "");
  return html`<dl class="facts">
    ${rows.map(
      ({label, value, help}) => html`<div title=${help ?? nothing}>
        <dt>${label}</dt>
        <dd>${value}</dd>
      </div>`
    )}
  </dl>`;
}

function modelRows({facts, file}: ModelPage): Fact[] {
  if (facts === null) return [];
  const {capabilities, contextLength, embeddingLength, layers, vocabularySize} = facts;
  return [
    {label: l10n.t("Architecture"), value: shown(facts.architecture)},
    {label: l10n.t("Parameters"), value: facts.parameters === null ? l10n.t("unknown") : count(facts.parameters)},
    {label: l10n.t("Quantization"), value: facts.quantization === null ? null : shown(facts.quantization)},
    {
      label: l10n.t("Bits per parameter"),
      value: bitsPerWeight(facts.tensorBytes, facts.parameters),
      help: l10n.t("The size of all tensors, divided by the number of parameters")
    },
    {label: l10n.t("Files"), value: file.parts > 1 ? count(file.parts) : null},
    {
      label: l10n.t("Context length"),
      value: contextLength === null ? null : l10n.t("{0} tokens", count(contextLength)),
      help: l10n.t("How many tokens it was trained to see at once")
    },
    {label: l10n.t("Layers"), value: numberOrNull(layers)},
    {
      label: l10n.t("Attention heads"),
      value: heads(facts),
      help: l10n.t("Number of heads, and of those with their own keys and values")
    },
    {label: l10n.t("Head size"), value: headSize(facts), help: l10n.t("Numbers in a key and in a value of one head")},
    {label: l10n.t("Embedding length"), value: numberOrNull(embeddingLength)},
    {
      label: l10n.t("Experts"),
      value: experts(facts),
      help: l10n.t("How many there are, and how many work on each token")
    },
    {label: l10n.t("Vocabulary"), value: vocabularySize === null ? null : l10n.t("{0} tokens", count(vocabularySize))},
    {label: l10n.t("Can"), value: abilities(capabilities)},
    {label: l10n.t("Licence"), value: facts.licence === null ? null : shown(facts.licence)}
  ];
}

function detailRows({details}: ModelPage): Fact[] {
  if (details === null) return [];
  const {rope, vocabulary, version} = details;
  return [
    {label: l10n.t("Tokenizer"), value: tokenizer(details)},
    {
      label: l10n.t("Adds BOS"),
      value: yesOrNo(vocabulary.addsBos),
      help: l10n.t("Whether it puts a token for the beginning in front of a text")
    },
    {
      label: l10n.t("Adds EOS"),
      value: yesOrNo(vocabulary.addsEos),
      help: l10n.t("Whether it puts a token for the end after a text")
    },
    {label: l10n.t("RoPE"), value: ropeBase(rope), help: l10n.t("How positions are written into keys and queries")},
    {label: l10n.t("RoPE scaling"), value: ropeScaling(rope)},
    {label: l10n.t("GGUF version"), value: count(version)}
  ];
}

function numberOrNull(value: number | null): string | null {
  return value === null ? null : count(value);
}

function yesOrNo(value: boolean | null): string | null {
  if (value === null) return null;
  return value ? l10n.t("yes") : l10n.t("no");
}

export function bitsPerWeight(bytes: number | null, parameters: number | null): string | null {
  return bytes === null || parameters === null || parameters === 0 ? null : ((bytes * 8) / parameters).toFixed(2);
}

function heads({heads: all, kvHeads}: ModelFacts): string | null {
  if (all === null) return null;
  if (kvHeads === null) return count(all);
  return l10n.t(
    "{0}, keys and values: {1}",
    count(all),
    typeof kvHeads === "number" ? count(kvHeads) : ofLayers(kvHeads)
  );
}

/** "8", or "4 to 8, by layer". */
function ofLayers(numbers: readonly number[]): string {
  const [least, most] = numbers.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, 0]
  );
  return least >= most ? count(most) : l10n.t("{0} to {1}, by layer", count(least), count(most));
}

function headSize({keyLength, valueLength}: ModelFacts): string | null {
  if (keyLength === null || keyLength === valueLength || valueLength === null) return numberOrNull(keyLength);
  return l10n.t("{0}, of values: {1}", count(keyLength), count(valueLength));
}

function experts({experts: some}: ModelFacts): string | null {
  return some === null ? null : l10n.t("{0}, at work: {1}", count(some.count), count(some.used));
}

function abilities({complete, infill, embed}: ModelFacts["capabilities"]): string {
  const able = [
    complete ? l10n.t("complete") : "",
    infill === true ? l10n.t("fill in the middle") : "",
    embed ? l10n.t("embed") : ""
  ];
  return able.filter(Boolean).join(", ");
}

function tokenizer({vocabulary: {model, preTokenizer}}: ModelDetails): string | null {
  if (model === null) return null;
  return preTokenizer === null ? shown(model) : l10n.t("{0}, splits as {1}", shown(model), shown(preTokenizer));
}

function ropeBase({base, dimensions}: Rope): string | null {
  if (base === null) return dimensions === null ? null : l10n.t("{0} dimensions", count(dimensions));
  const text = Number.isInteger(base) ? count(base) : String(base);
  return dimensions === null ? l10n.t("base {0}", text) : l10n.t("base {0}, {1} dimensions", text, count(dimensions));
}

function ropeScaling({scaling, factor, originalContext}: Rope): string | null {
  if (scaling === null && factor === null) return null;
  const name = scaling === null ? l10n.t("linear") : shown(scaling);
  const by = factor === null ? name : l10n.t("{0}, by {1}", name, String(Number(factor.toPrecision(6))));
  return originalContext === null ? by : l10n.t("{0}, from {1} tokens", by, count(originalContext));
}

/** Special tokens by their role, as a table. */
export function tokenTable(caption: string, tokens: readonly SpecialToken[]): TemplateResult | typeof nothing {
  if (tokens.length === 0) return nothing;
  return html`<table class="tokens">
    <caption>${caption}</caption>
    <thead>
      <tr><th scope="col">${l10n.t("Role")}</th><th scope="col" class="number">${l10n.t("Id")}</th><th scope="col">${l10n.t("Text")}</th></tr>
    </thead>
    <tbody>
      ${tokens.map(
        ({role, id, text}) => html`<tr>
          <th scope="row">${shown(role)}</th>
          <td class="number">${count(id)}</td>
          <td>${text === null ? html`<span class="muted">${l10n.t("not in the vocabulary")}</span>` : html`<code>${shown(text)}</code>`}</td>
        </tr>`
      )}
    </tbody>
  </table>`;
}

export function sizeOrUnknown(bytes: number | null): string {
  return bytes === null ? "–" : byteSize(bytes);
}
