import * as l10n from "@vscode/l10n";
import {skipText} from "../../host/skipText";
import {csvCell, inOneCell} from "../../text/csvCell";
import {jsonText} from "../../text/jsonText";
import {count, listText, plural} from "../../text/numberText";
import {visibleText} from "../../text/visibleText";
import {isFolder, type TreeFile, type TreeFolder} from "./countTree";
import {percentOf, shareText} from "./shareText";
import type {ShownCounts} from "./shownCounts";

/**
 * The counts as Markdown, JSON and CSV, in pieces: the caller can yield between two of them. Each format names the model and
 * the date, and says where the counts are not complete.
 */

/** The tree as a table, in the order of the view, and what was skipped. */
export function* markdownPieces(shown: ShownCounts): Generator<string> {
  const {title, tree, model, date, notReached} = shown;
  const {top} = tree;
  const totals = listText([plural(top.tokens, "token"), plural(top.fileCount, "file")]);
  yield `# ${l10n.t("Tokens in {0}", code(title))}\n\n${totals}\n\n`;
  if (model !== null)
    yield `${l10n.t("Model")}: ${code(`${model.name} ${model.quantization}, ${model.file}`)}  \n${l10n.t("Counted")}: ${date.toISOString()}\n\n`;
  if (notReached > 0) yield `${l10n.t("**Partial:** stopped with {0} not counted.", plural(notReached, "file"))}\n\n`;
  yield `| ${l10n.t("Path")} | ${l10n.t("Tokens")} | ${l10n.t("Share")} |\n| --- | ---: | ---: |\n`;
  for (const node of tree.all())
    yield `| ${cell(node.path)} | ${count(node.tokens)} | ${shareText(node.tokens, top.tokens)} |\n`;
  if (tree.skippedCount === 0) return;
  yield `\n## ${l10n.t("Skipped")}\n\n| ${l10n.t("Path")} | ${l10n.t("Why")} |\n| --- | --- |\n`;
  for (const {path, skipped} of tree.skipped) yield `| ${cell(path)} | ${skipText(skipped)} |\n`;
}

/** Totals, folders and files, in the order of the view. */
export function* jsonPieces(shown: ShownCounts): Generator<string> {
  const {title, tree, model, date, state, notReached, cut, warnings} = shown;
  const {top} = tree;
  const head = {
    title,
    model,
    date: date.toISOString(),
    finished: state === "done",
    notReached,
    cut,
    ...numbers(top, top),
    files: top.fileCount,
    ...(warnings.length > 0 && {warnings})
  };
  yield `${jsonText(head, 2).slice(0, -2)},\n  "tree": [`;
  let comma = "";
  for (const node of tree.all()) {
    const kind = isFolder(node) ? {folder: node.path, files: node.fileCount} : {file: node.path};
    yield `${comma}\n    ${jsonText({...kind, ...numbers(node, top)})}`;
    comma = ",";
  }
  yield `${comma && "\n  "}],\n  "skipped": [`;
  comma = "";
  for (const {path, skipped} of tree.skipped) {
    yield `${comma}\n    ${jsonText({file: path, reason: skipped})}`;
    comma = ",";
  }
  yield `${comma && "\n  "}]\n}\n`;
}

/** A row for each folder, file and skipped file (RFC 4180), in the order of the view. */
export function* csvPieces({tree, model, date}: ShownCounts): Generator<string> {
  const {top} = tree;
  const about = [csvCell(inOneCell(model?.file ?? "")), date.toISOString()];
  yield "path,kind,tokens,percent,characters,bytes,files,reason,model,date\r\n";
  const row = (kind: string, node: TreeFolder | TreeFile, files: number | string): string => {
    const {tokens, percent, characters, bytes} = numbers(node, top);
    const cells = [csvCell(node.path), kind, tokens, percent, characters, bytes, files, "", ...about];
    return `${cells.join(",")}\r\n`;
  };
  for (const node of tree.all()) yield isFolder(node) ? row("folder", node, node.fileCount) : row("file", node, "");
  for (const {path, skipped} of tree.skipped)
    yield `${[csvCell(path), "skipped", "", "", "", "", "", skipped, ...about].join(",")}\r\n`;
}

function numbers({tokens, characters, bytes}: TreeFolder | TreeFile, top: TreeFolder) {
  return {tokens, percent: Number(percentOf(tokens, top.tokens).toFixed(3)), characters, bytes};
}

/** A text as code, in which nothing means anything to Markdown. */
function code(text: string): string {
  const visible = visibleText(text) || "–";
  const longest = Math.max(0, ...Array.from(visible.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = longest > 0 ? " " : "";
  return `${fence}${space}${visible}${space}${fence}`;
}

/** {@link code} in a table. */
function cell(text: string): string {
  return code(text).replaceAll("|", "\\|");
}
