// Hurts the engine in every way there is and prints one table of what came of it: `node bench/faults.mjs`.
import {parseArgs} from "node:util";
import {deaths} from "./deaths";
import {longSizes, pressure, shortSizes} from "./pressure";
import type {Row} from "./row";
import {tableOf} from "./table";

/** Each part with its sizes; `short` is what the test suites run. */
const parts: {readonly [P in Row["part"]]?: (short: boolean) => Promise<readonly Row[]>} = {
  deaths: (short) =>
    deaths({...(short ? {perFault: 1, kills: 1} : {perFault: 25, kills: 50}), atOnce: 1, within: 3000, seed: 1}),
  pressure: (short) => pressure(short ? shortSizes : longSizes)
};

async function main(): Promise<void> {
  const {values} = parseArgs({options: {short: {type: "boolean"}, part: {type: "string", multiple: true}}});
  const asked = values.part ?? Object.keys(parts);
  const unknown = asked.filter((part) => !(part in parts));
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(", ")}: ${Object.keys(parts).join(", ")}.`);
  const rows: Row[] = [];
  for (const part of Object.keys(parts) as Row["part"][])
    if (asked.includes(part)) rows.push(...((await parts[part]?.(values.short ?? false)) ?? []));
  process.stdout.write(`${tableOf(rows)}\n`);
  process.exitCode = rows.every(({reached}) => reached) ? 0 : 1;
}

void main();
