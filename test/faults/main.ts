// Tries all faults on the engine and prints a table of the outcomes: `node bench/faults.mjs`.
import path from "node:path";
import {parseArgs} from "node:util";
import {deaths} from "./deaths";
import {fuzz} from "./fuzz";
import {idle} from "./idle";
import {longSizes, pressure, shortSizes} from "./pressure";
import type {Row} from "./row";
import {tableOf} from "./table";

/**
 * Each part with its sizes; `short` is for a first look. `model` is a file for `idle` instead of the demonstration
 * model.
 */
const parts: {readonly [P in Row["part"]]: (short: boolean, model?: string) => Promise<readonly Row[]>} = {
  deaths: (short) =>
    deaths({...(short ? {perFault: 1, kills: 1} : {perFault: 25, kills: 50}), atOnce: 1, within: 3000, seed: 1}),
  fuzz: (short) => fuzz({mutations: short ? 100 : 5000, seed: 1, within: 10_000}),
  pressure: (short) => pressure(short ? shortSizes : longSizes),
  idle: (short, model) => idle({seconds: short ? 5 : 60, ...(model !== undefined && {model: path.resolve(model)})})
};

async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {short: {type: "boolean"}, model: {type: "string"}, part: {type: "string", multiple: true}}
  });
  const asked = values.part ?? Object.keys(parts);
  const unknown = asked.filter((part) => !(part in parts));
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(", ")}: ${Object.keys(parts).join(", ")}.`);
  const rows: Row[] = [];
  for (const [part, run] of Object.entries(parts))
    if (asked.includes(part)) rows.push(...(await run(values.short ?? false, values.model)));
  console.log(tableOf(rows));
  process.exitCode = rows.every(({reached}) => reached) ? 0 : 1;
}

void main();
