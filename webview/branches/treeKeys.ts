import type {BranchRow} from "../../src/metrics/branchTree";

/** What a key does in the tree. */
export interface TreeKey {
  readonly does: "select" | "open" | "close" | "prune" | "rename" | "enter";
  readonly branch: number;
}

/** What a key does with the selected row; null: nothing. As in VS Code's own trees. */
export function treeKey(
  key: string,
  rows: readonly BranchRow[],
  selected: number | null,
  isOpen: (id: number) => boolean
): TreeKey | null {
  const at = rows.findIndex(({branch}) => branch.id === selected);
  const row = rows[at];
  if (row === undefined) return null;
  const {branch, children} = row;
  const to = (index: number): TreeKey | null => {
    const other = rows[index];
    return other ? {does: "select", branch: other.branch.id} : null;
  };
  switch (key) {
    case "ArrowDown":
      return to(at + 1);
    case "ArrowUp":
      return to(at - 1);
    case "Home":
      return to(0);
    case "End":
      return to(rows.length - 1);
    case "ArrowRight":
      if (children === 0) return null;
      return isOpen(branch.id) ? to(at + 1) : {does: "open", branch: branch.id};
    case "ArrowLeft":
      if (children > 0 && isOpen(branch.id)) return {does: "close", branch: branch.id};
      return branch.parent === null ? null : {does: "select", branch: branch.parent};
    case "Delete":
    case "Backspace":
      return {does: "prune", branch: branch.id};
    case "F2":
      return {does: "rename", branch: branch.id};
    case "Enter":
      return {does: "enter", branch: branch.id};
    default:
      return null;
  }
}

/** The row that is selected when a branch goes with all that grows from it: the next one, or else the one before. */
export function afterPruning(rows: readonly BranchRow[], id: number): number | null {
  const at = rows.findIndex(({branch}) => branch.id === id);
  const level = rows[at]?.level ?? 0;
  const next = rows.slice(at + 1).find((row) => row.level <= level);
  // The parent rather than another branch of the grandparent.
  const beside = next && next.level === level ? next : rows[at - 1];
  return (beside ?? next)?.branch.id ?? null;
}
