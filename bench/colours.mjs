// What share of a text's tokens gets each colour, for each measure with its own threshold: five texts, one or more models.
// usage: node esbuild.mjs --production --quiet && node bench/colours.mjs [MODEL.gguf]...
import {spawnSync} from "node:child_process";
import {readFileSync} from "node:fs";
import path from "node:path";
import esbuild from "esbuild";

const root = path.join(import.meta.dirname, "..");
const demonstration = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");
const models = process.argv.length > 2 ? process.argv.slice(2) : [demonstration];

const prose = `The ferry left at seven, an hour late, because the mechanic had taken the wrong key home with him. Nobody on the upper
deck complained. An old couple shared a flask of tea and argued about whether the lighthouse had been painted since the spring;
a boy counted gulls and lost his place at forty. When the engine finally caught, the whole boat shook like a wet dog, and the
pier began to slide away behind us. I had promised my sister that I would telephone before noon. By the time we passed the
second island the signal was gone, the wind had turned to the north, and the captain asked over the loudspeaker if there was a
doctor on board. There was none, but a vet from the mainland stood up, brushed the crumbs off her coat, and followed the steward
down the narrow stairs.`;

const german = `Die Fähre legte erst um sieben ab, eine Stunde zu spät, weil der Mechaniker den falschen Schlüssel mit nach Hause
genommen hatte. Auf dem Oberdeck beschwerte sich niemand. Ein altes Paar teilte sich eine Kanne Tee und stritt darüber, ob der
Leuchtturm seit dem Frühjahr gestrichen worden war; ein Junge zählte Möwen und kam bei vierzig durcheinander. Als der Motor
endlich ansprang, schüttelte sich das ganze Schiff wie ein nasser Hund, und der Steg begann hinter uns wegzugleiten. Ich hatte
meiner Schwester versprochen, vor Mittag anzurufen. Als wir an der zweiten Insel vorbeikamen, gab es keinen Empfang mehr.`;

const sample = (name) => readFileSync(path.join(root, "sample", name), "utf8");
const texts = {
  prose,
  TypeScript: sample("wordCount.ts"),
  Python: sample("retry.py"),
  Markdown: sample("prompt.md"),
  German: german
};

const {colourMeasures, levelLabel, levelsOf} = await ours();
for (const model of models) {
  console.log(`\n${path.basename(model)}: % of the scored tokens by level`);
  const scored = Object.entries(texts).map(([name, text]) => ({name, ...score(model, text)}));
  for (const {name, bitsPerByte, perplexity} of scored)
    console.log(`  ${name}: perplexity ${perplexity.toPrecision(4)}, ${bitsPerByte.toFixed(2)} bits per byte`);
  for (const by of colourMeasures) {
    const choice = {by, threshold: null};
    console.log(`${by}: ${[0, 1, 2, 3, 4].map((level) => levelLabel(choice, level)).join(" | ")}`);
    for (const {name, numbers} of scored) {
      const counts = new Array(6).fill(0);
      for (const level of levelsOf(choice, numbers)) counts[level]++;
      const all = counts.slice(0, 5).reduce((sum, count) => sum + count);
      const shares = counts.slice(0, 5).map((count) => ((100 * count) / all).toFixed(1).padStart(6));
      console.log(`  ${name.padEnd(11)}${shares.join("")}`);
    }
  }
}

function score(model, text) {
  const {stdout, stderr, status} = spawnSync(
    process.execPath,
    [path.join(root, "dist/cli.js"), "score", "--top", "1", "--model", model, "-"],
    {input: text, encoding: "utf8", maxBuffer: 1 << 28}
  );
  if (status !== 0) throw new Error(stderr);
  const {tokens, perplexity, bitsPerByte} = JSON.parse(stdout);
  const numbers = {
    logprobs: Float64Array.from(tokens, ({logprob}) => logprob ?? Number.NaN),
    ranks: Int32Array.from(tokens, ({rank}) => rank ?? 0),
    entropies: Float64Array.from(tokens, ({entropy}) => entropy ?? Number.NaN)
  };
  return {numbers, perplexity, bitsPerByte};
}

/** The product's own levels. */
async function ours() {
  const {outputFiles} = await esbuild.build({
    stdin: {
      contents: 'export * from "./src/metrics/colourChoice"; export * from "./src/metrics/colourScale";',
      resolveDir: root
    },
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
    // @vscode/l10n is CommonJS and requires Node's own modules.
    banner: {js: 'import {createRequire} from "node:module"; const require = createRequire(process.cwd() + "/");'}
  });
  return await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
