import * as vscode from "vscode";
import type {FunctionRange} from "./parts";

/** What counts as a function. Accessors are properties to most languages, and callbacks often have no symbol. */
const callable: ReadonlySet<vscode.SymbolKind> = new Set([
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Constructor,
  vscode.SymbolKind.Operator
]);

/** The functions, methods and constructors that the document's language knows of; empty where it has no symbols. */
export async function documentFunctions(document: vscode.TextDocument): Promise<FunctionRange[]> {
  const symbols = await vscode.commands.executeCommand<
    (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined
  >("vscode.executeDocumentSymbolProvider", document.uri);
  const functions: FunctionRange[] = [];
  const collect = (symbol: vscode.DocumentSymbol | vscode.SymbolInformation, outer: string): void => {
    // What VS Code hands out has the fields of both; a provider of the old kind leaves out these.
    const nested = "selectionRange" in symbol;
    const container = nested ? outer : symbol.containerName;
    const name = container ? `${container}.${symbol.name}` : symbol.name;
    if (callable.has(symbol.kind)) {
      const range = nested ? symbol.range : symbol.location.range;
      // Where the name stands in it is not known: its first line is shown.
      const place = nested ? symbol.selectionRange : range.with({end: document.lineAt(range.start.line).range.end});
      functions.push({name, ...offsets(document, range), place: offsets(document, place)});
    }
    if (nested) for (const child of symbol.children) collect(child, name);
  };
  for (const symbol of symbols ?? []) collect(symbol, "");
  return functions;
}

function offsets(document: vscode.TextDocument, {start, end}: vscode.Range): {start: number; end: number} {
  return {start: document.offsetAt(start), end: document.offsetAt(end)};
}
