import * as l10n from "@vscode/l10n";
import type {NextDistribution} from "../../contract/sampling";
import {markdownTable} from "../../text/markdownTable";
import {codeSpan, escapeMarkdown} from "../../text/markdownText";
import {bits, count, inBits, percent, plural} from "../../text/numberText";
import {tokenLabel} from "../../text/tokenLabel";
import type {NextOptions, TableFormat} from "./protocol";

/** What is copied of a distribution. */
export interface CopiedNext {
  readonly title: string;
  /** The last visible characters before the cursor. */
  readonly tail: string;
  readonly next: NextDistribution;
  readonly options: NextOptions;
}

export function tableText(copied: CopiedNext, format: TableFormat): string {
  return format === "markdown" ? markdown(copied) : `${JSON.stringify(json(copied), null, 2)}\n`;
}

function markdown({title, tail, next, options}: CopiedNext): string {
  const {model, entropy, promptTokens, top, rest} = next;
  const {draws} = options;
  const about = [
    `**${escapeMarkdown(title)}**`,
    codeSpan(`…${tail}`),
    escapeMarkdown(model.name),
    l10n.t("{0} before the cursor", plural(promptTokens, "token")),
    l10n.t("entropy {0}", inBits(bits(entropy)))
  ];
  const drawn = (value: number | undefined) => (draws ? [count(value ?? 0)] : []);
  const rows = top.map((token) => [
    codeSpan(tokenLabel(token.bytes)),
    String(token.id),
    percent(token.logprob),
    percent(Math.log(token.after)),
    ...drawn(token.drawn)
  ]);
  const last = [
    l10n.t("{0} others", count(rest.tokens)),
    "",
    percent(Math.log(rest.probability)),
    percent(Math.log(rest.after)),
    ...drawn(rest.drawn)
  ];
  const head = [
    l10n.t("Token"),
    l10n.t("Id"),
    l10n.t("Before"),
    l10n.t("After"),
    ...(draws ? [l10n.t("Of {0} drawn, seed {1}", count(draws.count), draws.seed)] : [])
  ];
  const align = head.map((_, column) => (column === 0 ? ("left" as const) : ("right" as const)));
  return `${about.join(" · ")}\n\n${markdownTable(head, align, [...rows, last])}\n`;
}

function json({title, tail, next, options}: CopiedNext): object {
  const {model, promptTokens, cut, entropy, top, rest, stages, after, warnings} = next;
  return {
    title,
    after: tail,
    model,
    promptTokens,
    cut,
    entropy,
    samplers: options.samplers,
    draws: options.draws,
    stages,
    left: after,
    tokens: top.map(({bytes, ...token}) => ({
      ...token,
      bytes: Array.from(bytes),
      probability: Math.exp(token.logprob)
    })),
    rest,
    warnings
  };
}
