import * as l10n from "@vscode/l10n";
import {differenceText, originText, totalsText} from "../../metrics/branchText";
import {type BranchTree, branchRows, pathOf, restCost, totalsOf} from "../../metrics/branchTree";
import {codeSpan, escapeMarkdown} from "../../text/markdownText";
import {percent} from "../../text/numberText";
import {shortLabel} from "../../text/tokenLabel";
import {visibleText} from "../../text/visibleText";
import type {BranchPlace} from "./protocol";

/** A tree as a nested list of Markdown. */
export function treeMarkdown(place: BranchPlace, tree: BranchTree): string {
  const {title, token, rest, model} = place;
  const own = token.logprob === null ? "" : ` ${percent(token.logprob)}`;
  const head = `**${escapeMarkdown(title)}** · ${escapeMarkdown(model.name)}`;
  const lines = branchRows(tree).map(({branch, level}) => {
    const name = branch.name === "" ? "" : `**${escapeMarkdown(branch.name)}** `;
    const cost =
      branch.rest &&
      restCost(
        rest.map(({logprob}) => logprob),
        branch.rest
      );
    const parts = [
      `${name}${codeSpan(shortLabel(visibleText(branch.labels.join(""))))}`,
      originText(branch),
      totalsText(totalsOf(pathOf(tree, branch.id).logprobs)),
      ...(cost && cost.after.tokens > 0
        ? [l10n.t("the rest of the text: {0}", differenceText(cost.before.logprob - cost.after.logprob))]
        : [])
    ];
    return `${"  ".repeat(level - 1)}- ${parts.join(" · ")}`;
  });
  return `${head}\n\n${l10n.t("In place of {0}:", `${codeSpan(visibleText(token.label))}${own}`)}\n\n${lines.join("\n")}\n`;
}
