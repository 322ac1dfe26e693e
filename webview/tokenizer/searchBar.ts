import * as l10n from "@vscode/l10n";
import {html, type TemplateResult} from "lit";
import {type TokenKind, tokenKinds} from "../../src/contract/tokenInfo";
import type {MatchOrder, SearchedBy} from "../../src/contract/vocabulary";
import type {Query} from "../../src/features/tokenizer/protocol";
import {checkbox, choice, searchBox} from "../ui/controls";
import {kindText} from "./words";

export const everything: Query = {query: "", by: "text", ignoreCase: false, kinds: tokenKinds, order: "id"};

/** The field and its choices. */
export function searchBar(query: Query, status: TemplateResult, change: (query: Query) => void): TemplateResult {
  const [only] = query.kinds;
  const hasCase = query.by === "text" || query.by === "pattern";
  return html`<div role="search">
    <div class="search-line">
    ${searchBox({
      id: "search",
      label: placeholder(query.by),
      value: query.query,
      onInput: (text) => change({...query, query: text})
    })}
    ${choice<SearchedBy>({
      label: l10n.t("Search by"),
      value: query.by,
      options: [
        ["text", l10n.t("Text")],
        ["pattern", l10n.t("Regular expression")],
        ["bytes", l10n.t("Bytes")],
        ["id", l10n.t("Id")]
      ],
      onChange: (by) => change({...query, by})
    })}
    </div>
    <div class="search-line">
    ${choice<TokenKind | "all">({
      label: l10n.t("Kind"),
      value: query.kinds.length > 1 || only === undefined ? "all" : only,
      options: [["all", l10n.t("All kinds")], ...tokenKinds.map((kind) => [kind, kindText(kind)] as const)],
      onChange: (kind) => change({...query, kinds: kind === "all" ? tokenKinds : [kind]})
    })}
    ${choice<MatchOrder>({
      label: l10n.t("Order"),
      value: query.order,
      options: [
        ["id", l10n.t("By id")],
        ["longest", l10n.t("Longest first")]
      ],
      onChange: (order) => change({...query, order})
    })}
    ${checkbox({
      label: l10n.t("Match case"),
      checked: !query.ignoreCase,
      disabled: !hasCase,
      onChange: (checked) => change({...query, ignoreCase: !checked})
    })}
    ${status}
    </div>
  </div>`;
}

function placeholder(by: SearchedBy): string {
  switch (by) {
    case "text":
      return l10n.t("Search tokens by text");
    case "pattern":
      return l10n.t("Search tokens by regular expression");
    case "bytes":
      return l10n.t("Search tokens by bytes, for example e2 96 81");
    case "id":
      return l10n.t("Search tokens by id, for example 42 or 100-200");
    default:
      return by satisfies never;
  }
}
