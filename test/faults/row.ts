/** A row of the table. */
export interface Row {
  readonly part: "deaths" | "fuzz" | "pressure" | "idle";
  readonly name: string;
  /** Measurements by header. The header has the unit ("worst, ms"). */
  readonly figures: Readonly<Record<string, number | string>>;
  /** The goal, and whether it was reached. */
  readonly goal: string;
  readonly reached: boolean;
}
