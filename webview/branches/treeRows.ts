import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {BranchPlace} from "../../src/features/branches/protocol";
import {differenceText, originText, signedBits, totalsText} from "../../src/metrics/branchText";
import {type BranchRow, type BranchTree, pathOf, restCost, totalsOf} from "../../src/metrics/branchTree";
import {listText, significant} from "../../src/text/numberText";
import {shortLabel} from "../../src/text/tokenLabel";
import {cssVariable} from "../ui/cssVariable";
import {icon} from "../ui/icons";

export interface TreeActions {
  readonly select: (id: number) => void;
  readonly toggle: (id: number, open: boolean) => void;
  readonly key: (event: KeyboardEvent) => void;
}

export interface TreeState {
  readonly place: BranchPlace;
  readonly tree: BranchTree;
  readonly rows: readonly BranchRow[];
  readonly selected: number | null;
  readonly isOpen: (id: number) => boolean;
}

/** The tree as rows: what each branch says, and what it costs. One row is the tab stop. */
export function treeRows(state: TreeState, actions: TreeActions): TemplateResult {
  return html`
    <div class="tree-head muted" aria-hidden="true">
      <span>${l10n.t("Branch")}</span>
      <span class="number">${l10n.t("Perplexity")}</span>
      <span class="number">${l10n.t("Rest, bits")}</span>
    </div>
    <ul class="tree" role="tree" aria-label=${l10n.t("Branches")} @keydown=${actions.key}>
      ${state.rows.map((one) => row(one, state, actions))}
    </ul>
  `;
}

function row({branch, level, place, siblings, children}: BranchRow, state: TreeState, actions: TreeActions) {
  const {id, name, labels} = branch;
  const totals = totalsOf(pathOf(state.tree, id).logprobs);
  const cost =
    branch.rest &&
    restCost(
      state.place.rest.map(({logprob}) => logprob),
      branch.rest
    );
  const difference = cost && cost.after.tokens > 0 ? cost.before.logprob - cost.after.logprob : null;
  const text = shortLabel(labels.join(""));
  const origin = originText(branch);
  const says = [
    ...(name === "" ? [] : [name]),
    `'${text}'`,
    origin,
    totalsText(totals),
    ...(difference === null ? [] : [l10n.t("the rest of the text: {0}", differenceText(difference))])
  ];
  const isSelected = id === state.selected;
  const open = state.isOpen(id);
  return html`<li
    role="treeitem"
    data-branch=${id}
    data-kind=${branch.origin.kind}
    aria-level=${level}
    aria-posinset=${place}
    aria-setsize=${siblings}
    aria-selected=${isSelected}
    aria-expanded=${children === 0 ? nothing : open}
    tabindex=${isSelected ? 0 : -1}
    @click=${() => actions.select(id)}
    ${cssVariable("--level", level - 1)}
  >
    <span class="twisty" aria-hidden="true" @click=${(event: Event) => {
      event.stopPropagation();
      if (children > 0) actions.toggle(id, !open);
    }}>${children === 0 ? nothing : icon(open ? "chevronDown" : "chevronRight")}</span>
    <span class="spoken-only">${listText(says)}</span>
    <span class="says" aria-hidden="true">
      <code class="text">${text}</code>
      <span class="about">${name === "" ? nothing : html`<b>${name}</b> · `}${origin}</span>
    </span>
    <span class="number" aria-hidden="true">${totals.perplexity === null ? "–" : significant(totals.perplexity)}</span>
    <span aria-hidden="true" class="number ${difference === null ? "" : difference > 0 ? "more" : "less"}">${difference === null ? "" : signedBits(difference)}</span>
  </li>`;
}
