import * as vscode from "vscode";
import type {FunctionRange} from "../../metrics/functionParts";

/** Kinds of symbols that count as functions. Most languages call accessors properties, and callbacks often have no symbol. */
const callable: ReadonlySet<vscode.SymbolKind> = new Set([
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Constructor,
  vscode.SymbolKind.Operator
]);

/** The functions, methods and constructors in the document's symbols; empty if its language has none. */
export async function documentFunctions(document: vscode.TextDocument): Promise<FunctionRange[]> {
  const symbols = await vscode.commands.executeCommand<
    (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined
  >("vscode.executeDocumentSymbolProvider", document.uri);
  const functions: FunctionRange[] = [];
  const collect = (symbol: vscode.DocumentSymbol | vscode.SymbolInformation, outer: string): void => {
    // VS Code's symbols have the fields of both types. Providers of the old kind leave selectionRange out.
    const nested = "selectionRange" in symbol;
    const container = nested ? outer : symbol.containerName;
    const name = container ? `${container}.${symbol.name}` : symbol.name;
    if (callable.has(symbol.kind)) {
      const range = nested ? symbol.range : symbol.location.range;
      // Without a selectionRange the place of the name is not known, so the first line is shown.
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
