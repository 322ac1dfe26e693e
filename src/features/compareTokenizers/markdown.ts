import * as l10n from "@vscode/l10n";
import {escapeMarkdown} from "../../text/markdownText";
import {count, decimal} from "../../text/numberText";
import type {Comparison} from "./protocol";

/** The table of a comparison as Markdown. */
export function comparisonMarkdown({title, tokenizers}: Comparison): string {
  const heads = [
    l10n.t("Tokenizer"),
    l10n.t("Tokens"),
    l10n.t("Ratio"),
    l10n.t("Characters per token"),
    l10n.t("Bytes per token"),
    l10n.t("Vocabulary")
  ];
  const rows = tokenizers.map((row) => [
    cell(row.name),
    ...(row.state === "counted"
      ? [
          count(row.tokens),
          decimal(row.ratio, 2),
          decimal(row.charactersPerToken, 2),
          decimal(row.bytesPerToken, 2),
          count(row.vocabularySize)
        ]
      : ["–", "–", "–", "–", "–"])
  ]);
  const lines = [heads, ["---", ...heads.slice(1).map(() => "---:")], ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`
  );
  return `**${escapeMarkdown(title)}**\n\n${lines.join("\n")}\n`;
}

function cell(name: string): string {
  return escapeMarkdown(name).replaceAll("|", "\\|");
}
