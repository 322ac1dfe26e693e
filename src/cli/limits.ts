import {type Metric, metricEntries} from "../metrics/metrics";

/** A limit that the command line may set for a metric. */
export interface LimitOption {
  /** "max-bits-per-byte". */
  readonly option: `max-${string}`;
  /** "bits per byte". */
  readonly name: string;
  readonly verb: "is" | "are";
  readonly of: Metric["of"];
}

export const limitOptions: readonly LimitOption[] = metricEntries.flatMap(([, {limit, of}]) =>
  limit ? [{...limit, name: limit.option.slice("max-".length).replaceAll("-", " "), of}] : []
);
