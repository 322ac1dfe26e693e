/** One line of the table. */
export interface Row {
  readonly part: "deaths" | "fuzz" | "pressure" | "idle";
  readonly name: string;
  /** Header → what was measured, with its unit in the header ("worst, ms"). */
  readonly figures: Readonly<Record<string, number | string>>;
  /** What was wanted, and whether it was reached. */
  readonly goal: string;
  readonly reached: boolean;
}
