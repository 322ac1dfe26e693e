import * as vscode from "vscode";

/** The URI in a command's argument; undefined for anything else, and for one that can't be written as an address (half a character). */
export function uriArgument(argument: unknown): vscode.Uri | undefined {
  if (!(argument instanceof vscode.Uri)) return undefined;
  try {
    argument.toString();
    return argument;
  } catch {
    return undefined;
  }
}

/** What the explorer hands to a command: the files and folders that are selected, or else the one that was clicked. */
export function chosenResources(resource: unknown, selected: unknown): readonly vscode.Uri[] {
  const many = Array.isArray(selected) ? selected.flatMap((one) => uriArgument(one) ?? []) : [];
  const clicked = uriArgument(resource);
  return many.length > 0 || clicked === undefined ? many : [clicked];
}
