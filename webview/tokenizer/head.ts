import * as l10n from "@vscode/l10n";
import {html, nothing, type TemplateResult} from "lit";
import type {RoleToken, SpecialRole} from "../../src/contract/vocabulary";
import type {Facts, ShownModel} from "../../src/features/tokenizer/protocol";
import {plural} from "../../src/text/numberText";
import {shortLabel} from "../../src/text/tokenLabel";
import {visibleText} from "../../src/text/visibleText";
import {busyRing, button, linkButton} from "../ui/controls";
import {kindNames, roleNames} from "./words";

/** What most people look for; the others are behind a disclosure. */
const firstRoles: ReadonlySet<SpecialRole> = new Set(["bos", "eos", "eot", "unknown", "padding"]);

export interface HeadActions {
  readonly goTo: (id: number) => void;
  readonly toggle: (open: boolean) => void;
}

/** The model's name and what its tokenizer is, on two lines. */
export function head({name}: ShownModel, facts: Facts, isOpen: boolean, actions: HeadActions): TemplateResult {
  const first = facts.special.filter(({role}) => firstRoles.has(role));
  const others = facts.special.filter(({role}) => !firstRoles.has(role));
  return html`<header>
    <div class="titles">
      <h1>${name}</h1>
      <p class="muted about">${factTexts(facts).join(" · ")}</p>
    </div>
    ${facts.special.length === 0 ? nothing : html`<div class="roles">${roleList(first, actions)}${otherRoles(others, isOpen, actions)}</div>`}
  </header>`;
}

function factTexts(facts: Facts): string[] {
  const {size, kind, preTokenizer, addsBos, addsSpace, addsEos} = facts;
  const bos = addsBos ? ["BOS"] : [];
  const space = addsSpace ? [l10n.t("a space")] : [];
  const front = [...bos, ...space];
  return [
    plural(size, "token"),
    kind === "none" ? l10n.t("no tokenizer") : kindNames[kind],
    ...(preTokenizer === null ? [] : [l10n.t("pre-tokenizer {0}", shortLabel(visibleText(preTokenizer)))]),
    front.length === 0 ? l10n.t("nothing added in front") : l10n.t("added in front: {0}", front.join(" + ")),
    ...(addsEos ? [l10n.t("added at the end: EOS")] : [])
  ];
}

function otherRoles(
  roles: readonly RoleToken[],
  isOpen: boolean,
  actions: HeadActions
): TemplateResult | typeof nothing {
  if (roles.length === 0) return nothing;
  return html`<details ?open=${isOpen} @toggle=${({target}: Event) => actions.toggle((target as HTMLDetailsElement).open)}>
    <summary>${l10n.t("{0} more with a role", roles.length)}</summary>
    ${roleList(roles, actions)}
  </details>`;
}

function roleList(roles: readonly RoleToken[], {goTo}: HeadActions): TemplateResult {
  return html`<ul class="role-list">
    ${roles.map(({role, id, text}) => {
      const label = shortLabel(visibleText(text));
      return html`<li>
        <span class="muted">${roleNames[role]}</span>
        ${linkButton({label: html`<code>${label}</code> ${id}`, spoken: l10n.t("Go to {0}, {1}, id {2}", roleNames[role], label, id), onClick: () => goTo(id)})}
      </li>`;
    })}
  </ul>`;
}

export function loading({name}: ShownModel): TemplateResult {
  return html`<section class="state" aria-busy="true">
    <h1>${name}</h1>
    <p class="waiting">${busyRing(l10n.t("Reading the vocabulary"))}<span>${l10n.t("Reading the vocabulary…")}</span></p>
  </section>`;
}

export function failure({name}: ShownModel, message: string, tryAgain: () => void): TemplateResult {
  return html`<section class="state" role="alert">
    <h1>${name}</h1>
    <p>${message}</p>
    <div class="buttons">${button({label: l10n.t("Try Again"), onClick: tryAgain, primary: true})}</div>
  </section>`;
}
