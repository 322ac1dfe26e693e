import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import {ref} from "lit/directives/ref.js";
import type {BranchPlace, Insertion, OtherToken} from "../../src/features/branches/protocol";
import {originText} from "../../src/metrics/branchText";
import {type Branch, type BranchTree, maxNameLength, pathOf, totalsOf} from "../../src/metrics/branchTree";
import {count, nats, percent, significant} from "../../src/text/numberText";
import {button, linkButton} from "../ui/controls";
import {cssVariable} from "../ui/cssVariable";
import {roveOnce} from "../ui/roving";
import {restTable} from "./restTable";

export interface DetailActions {
  readonly insert: (insertion: Insertion) => void;
  readonly more: () => void;
  readonly rest: () => void;
  readonly copy: () => void;
  readonly prune: () => void;
  readonly rename: (name: string) => void;
  /** Back to the branch's row. */
  readonly leave: () => void;
  /** Asks what the model expected at a token of the branch. */
  readonly look: (at: number) => void;
  readonly tryIt: (at: number, id: number) => void;
  readonly moreRest: () => void;
}

export interface DetailState {
  readonly place: BranchPlace;
  readonly tree: BranchTree;
  readonly branch: Branch;
  /** The token of the branch that another word is tried for, and what the model expected there; null: it is asked. */
  readonly looking: {readonly at: number; readonly top: readonly OtherToken[] | null} | null;
  readonly shownRest: number;
}

/** All about the selected branch: its tokens, what it costs, and what one can do with it. */
export function branchDetail(state: DetailState, actions: DetailActions): TemplateResult {
  const {place, branch, shownRest} = state;
  return html`
    <section class="detail" aria-label=${l10n.t("Selected branch")}>
      ${nameField(branch, actions)}
      ${tokens(state, actions)}
      ${state.looking === null ? nothing : others(state, state.looking, actions)}
      ${numbers(state)}
      <div class="buttons">
        ${button({label: l10n.t("Insert"), primary: true, onClick: () => actions.insert("replace"), tooltip: l10n.t("Puts this text in place of '{0}', in one step that can be undone", place.token.label)})}
        ${button({label: l10n.t("Insert Before"), onClick: () => actions.insert("keep"), tooltip: l10n.t("Puts this text before '{0}', which stays", place.token.label)})}
        ${button({label: l10n.t("More Continuations"), onClick: actions.more})}
        ${button({label: l10n.t("Copy Text"), onClick: actions.copy})}
        ${button({label: l10n.t("Delete"), onClick: actions.prune, tooltip: l10n.t("Deletes this branch and all that grows from it")})}
      </div>
      <h2>${l10n.t("The rest of your text")}</h2>
      ${rest(place, branch, shownRest, actions)}
    </section>
  `;
}

function rest(place: BranchPlace, branch: Branch, shown: number, {rest: ask, moreRest}: DetailActions): TemplateResult {
  if (place.rest.length === 0) return html`<p class="muted">${l10n.t("Nothing follows in the text.")}</p>`;
  if (branch.rest === null)
    return html`<p>${linkButton({label: l10n.t("See what the rest of your text costs behind this branch"), onClick: ask})}</p>`;
  return restTable(place, branch.rest, shown, moreRest);
}

function nameField(branch: Branch, {rename, leave}: DetailActions): TemplateResult {
  const label = l10n.t("Name of this branch");
  return html`<div class="name">
    <input
      type="text"
      class="name-field"
      aria-label=${label}
      placeholder=${label}
      maxlength=${maxNameLength}
      spellcheck="false"
      .value=${branch.name}
      @change=${({currentTarget}: Event) => rename((currentTarget as HTMLInputElement).value.trim())}
      @keydown=${(event: KeyboardEvent) => {
        const input = event.currentTarget as HTMLInputElement;
        if (event.key === "Escape") input.value = branch.name;
        if (event.key !== "Escape" && event.key !== "Enter") return;
        event.preventDefault();
        leave();
      }}
    />
    <span class="muted">${originText(branch)}</span>
  </div>`;
}

/** The tokens from the place on. Those of the branch itself are buttons: another word can be tried at each. */
function tokens({tree, branch, looking}: DetailState, {look, leave}: DetailActions): TemplateResult {
  const before = branch.parent === null ? [] : pathOf(tree, branch.parent, branch.at).labels;
  return html`<div
    class="tokens"
    role="toolbar"
    aria-label=${l10n.t("Tokens: choose one to try another word there")}
    ${ref(roveOnce)}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      leave();
    }}
  >${before.map((label) => html`<code class="muted">${label}</code>`)}${branch.labels.map((label, at) => {
    const logprob = branch.logprobs[at] ?? 0;
    const share = Math.min(1, -logprob / Math.LN2 / 8);
    return html`<button
      type="button"
      data-at=${at}
      aria-expanded=${looking?.at === at}
      aria-label=${l10n.t("'{0}', {1}", label, percent(logprob))}
      title=${l10n.t("{0}. Click to try another word here.", percent(logprob))}
      @click=${() => look(at)}
      ${cssVariable("--surprise", share)}
    >${label}</button>`;
  })}</div>
  ${stopText(branch)}`;
}

function stopText({stop}: Branch): TemplateResult | typeof nothing {
  if (stop === "end") return html`<p class="muted">${l10n.t("Here the model would end the text.")}</p>`;
  if (stop === "context") return html`<p class="muted">${l10n.t("Here the model's context is full.")}</p>`;
  if (stop === "stopped") return html`<p class="muted">${l10n.t("It was stopped here.")}</p>`;
  return nothing;
}

function others({branch}: DetailState, {at, top}: NonNullable<DetailState["looking"]>, {tryIt}: DetailActions) {
  const label = l10n.t("In place of '{0}'", branch.labels[at] ?? "");
  if (top === null) return html`<p class="muted">${l10n.t("Asking the model…")}</p>`;
  return html`<div class="others">
    <h2>${label}</h2>
    <ol aria-label=${label}>
      ${top.map(
        ({id, label: text, logprob}) => html`<li class=${id === branch.ids[at] ? "own" : ""}>
          <button type="button" class="other" aria-label=${l10n.t("Try '{0}', {1}", text, percent(logprob))} @click=${() => tryIt(at, id)}>
            <code>${text}</code>
            <span class="track"><span class="bar" ${cssVariable("--share", Math.exp(logprob))}></span></span>
            <span class="number">${percent(logprob)}</span>
          </button>
        </li>`
      )}
    </ol>
  </div>`;
}

function numbers({tree, branch}: DetailState): TemplateResult {
  const {tokens: length, logprob, mean, perplexity} = totalsOf(pathOf(tree, branch.id).logprobs);
  const fact = (name: string, value: string, help: string) =>
    html`<div title=${help}><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="facts">
    ${fact(l10n.t("tokens"), count(length), l10n.t("From the place to the end of the branch."))}
    ${fact(l10n.t("logprob"), nats(logprob), l10n.t("Natural logarithm of the probability that the model gives this text here."))}
    ${fact(l10n.t("per token"), mean === null ? "–" : nats(mean), l10n.t("The mean logprob of a token."))}
    ${fact(l10n.t("perplexity"), perplexity === null ? "–" : significant(perplexity), l10n.t("Of this text in this place."))}
  </dl>`;
}
