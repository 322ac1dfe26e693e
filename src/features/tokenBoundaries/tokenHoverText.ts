import * as l10n from "@vscode/l10n";
import type {TokenInfo, TokenKind} from "../../contract/tokenInfo";
import {codeSpan} from "../../text/markdownText";
import {count, decimal} from "../../text/numberText";
import {shortLabel, tokenLabel} from "../../text/tokenLabel";
import {visibleText} from "../../text/visibleText";

/** Bytes that a hover shows of a token. */
const maxBytes = 32;

/** What a hover tells: a token, or several that share a character. */
export interface AboutTokens {
  readonly tokens: readonly TokenInfo[];
  /** How many tokens of the document come before. */
  readonly first: number;
  /** Of the document. */
  readonly count: number;
  /** By id, the tokens that make these when they are joined. */
  readonly joined: ReadonlyMap<number, TokenInfo>;
}

/** The hover as Markdown without HTML. Tokens are always shown as text, whatever they contain. */
export function tokenHoverText({tokens, first, count: all, joined}: AboutTokens): string {
  const label = (info: TokenInfo): string => codeSpan(tokenLabel(info.bytes));
  const whole = codeSpan(tokenLabel(Uint8Array.from(tokens.flatMap(({bytes}) => [...bytes]))));
  const place =
    tokens.length === 1
      ? l10n.t("token {0} of {1}", count(first + 1), count(all))
      : l10n.t(
          "tokens {0}–{1} of {2}, which share a character",
          count(first + 1),
          count(first + tokens.length),
          count(all)
        );
  const facts = tokens.map((info) => factsOf(info, joined));
  // A row for each fact that one of them has.
  const rows = factNames()
    .map((name, row) => [name, ...facts.map((fact) => fact[row] ?? "")])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ""));
  const head = ["", ...(tokens.length === 1 ? [""] : tokens.map(label))];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const table = [line(head), line(head.map(() => ":--")), ...rows.map(line)].join("\n");
  return [`${whole} · ${place}`, table].join("\n\n");
}

/** What the rows of the table are called, in the order of {@link factsOf}. */
function factNames(): readonly string[] {
  return [
    l10n.t("id"),
    l10n.t("bytes"),
    l10n.t("kind"),
    l10n.t("written as"),
    l10n.t("made of"),
    l10n.t("merge"),
    l10n.t("score")
  ];
}

function factsOf(info: TokenInfo, joined: AboutTokens["joined"]): readonly string[] {
  const {id, bytes, kind, merge, score, written} = info;
  const parts = merge && [merge.left, merge.right].map((part) => writtenOf(joined.get(part)?.written ?? ""));
  return [
    // Not count(): an id is a name.
    String(id),
    hex(bytes),
    kindName(kind),
    written === info.text ? "" : writtenOf(written),
    parts === null ? "" : parts.join(" + "),
    merge === null ? "" : count(merge.rank + 1),
    score === null ? "" : decimal(score, 2)
  ];
}

function writtenOf(written: string): string {
  return codeSpan(shortLabel(visibleText(written)));
}

function hex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, maxBytes), (byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
  return bytes.length > maxBytes ? `${shown.join(" ")} …` : shown.join(" ");
}

function kindName(kind: TokenKind): string {
  const names: Readonly<Record<TokenKind, () => string>> = {
    normal: () => l10n.t("normal"),
    control: () => l10n.t("control"),
    byte: () => l10n.t("byte"),
    userDefined: () => l10n.t("user-defined"),
    unknown: () => l10n.t("unknown"),
    unused: () => l10n.t("unused")
  };
  return names[kind]();
}
