// Tries lying files (fuzz.ts) and prints the outcomes of those that were neither answered nor refused, with the
// engine's last lines: `node out/test/faults/fuzzed.js COUNT SEED [NUMBER...]`, where NUMBERs are the files to try.
import {fuzz} from "./fuzz";
import {tableOf} from "./table";

async function main(): Promise<void> {
  const [count = 500, seed = 1, ...numbers] = process.argv.slice(2).map(Number);
  const rows = await fuzz({
    mutations: count,
    seed,
    ...(numbers.length > 0 ? {only: new Set(numbers)} : {}),
    onOutcome: ({number, mutation: {base, kind, what}, ending, sentence, milliseconds, memory, log}) => {
      if ((ending === "answered" || ending === "refused") && numbers.length === 0) return;
      const figures = `${Math.round(milliseconds)} ms, ${Math.round(memory / 1e6)} MB`;
      const lines = [`${number} ${ending}: ${kind} of ${base}, ${what} (${figures})`, sentence, ...log];
      process.stdout.write(`${lines.join("\n  ")}\n`);
    }
  });
  process.stdout.write(`${tableOf(rows)}\n`);
}

void main();
