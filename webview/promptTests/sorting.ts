import type {Cell} from "../../src/features/promptTests/protocol";

/** What a table is sorted by. */
export interface Sorting {
  readonly column: number;
  readonly descending: boolean;
}

/** What a press of a column's heading asks for: numbers begin with the largest, texts with the first; the next press turns it. */
export function nextSorting(now: Sorting | null, column: number, isNumber: boolean): Sorting {
  return now?.column === column ? {column, descending: !now.descending} : {column, descending: isNumber};
}

/** The rows' indices in their order. Rows without a value stand last; equal ones stay as they came. */
export function sortedRows(rows: readonly (readonly Cell[])[], sorting: Sorting | null): readonly number[] {
  const indices = rows.map((_, index) => index);
  if (sorting === null) return indices;
  const {column, descending} = sorting;
  const valueIn = (row: number) => {
    const {value = null, isReason = false} = rows[row]?.[column] ?? {};
    return isReason ? null : value;
  };
  return indices.toSorted((a, b) => {
    const [one, other] = [valueIn(a), valueIn(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return descending ? compare(other, one) : compare(one, other);
  });
}

/** A column has values of one kind. */
function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}
