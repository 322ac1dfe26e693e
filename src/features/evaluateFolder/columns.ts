import {type Metric, type MetricKey, metricEntries} from "../../metrics/metrics";

/** A metric with a column in a table of files. */
export type Column = readonly [key: MetricKey, metric: Metric];

export const csvColumns = metricEntries.filter(([, {csvColumn}]) => csvColumn);
export const reportColumns = metricEntries.filter(([, {reportColumn}]) => reportColumn);

/** The columns, with what files are ranked by in front. */
export function rankedFirst(columns: readonly Column[]): readonly Column[] {
  const isRanked = ([key]: Column): boolean => key === "bitsPerByte";
  return [...columns.filter(isRanked), ...columns.filter((column) => !isRanked(column))];
}
