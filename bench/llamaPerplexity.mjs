// Compares llama-perplexity mode with llama-perplexity itself: three texts, two models, the final estimate and its
// error to four significant digits. With --record it writes what llama-perplexity says to
// test/fixtures/llamaPerplexity, which the engine's tests compare with.
// usage: node esbuild.mjs --production && node bench/llamaPerplexity.mjs [--record]
import {readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {demonstrationModel, modelSpec, root, startEngine} from "./engine.mjs";
import {perplexityOf} from "./peer.mjs";

const folder = path.join(root, "test/fixtures/llamaPerplexity");
const models = [demonstrationModel, path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf")];
const record = [];
let differences = 0;
for (const model of models)
  for (const text of ["prose", "code", "unicode"]) {
    const file = path.join(folder, `${text}.txt`);
    const {perplexity, standardError, chunks} = perplexityOf({model, text: file, threads: 1});
    const engine = startEngine();
    const scores = await engine.request("score", {
      model: modelSpec(model),
      text: readFileSync(file, "utf8"),
      mode: "llama-perplexity"
    });
    engine.stop();
    const {summary} = scores;
    const same =
      summary.perplexity.toPrecision(4) === perplexity.toPrecision(4) &&
      summary.standardError.toPrecision(4) === standardError.toPrecision(4);
    if (!same) differences++;
    console.log(
      `${path.basename(model)}, ${text}.txt, ${chunks} chunks: ${perplexity} ± ${standardError} there, ${summary.perplexity.toFixed(4)} ± ${summary.standardError.toFixed(5)} here${same ? "" : ": DIFFERENT"}`
    );
    record.push({model: path.basename(model), text: `${text}.txt`, chunks, perplexity, standardError});
  }
if (process.argv.includes("--record"))
  writeFileSync(path.join(folder, "llamaPerplexity.json"), `${JSON.stringify(record, undefined, 2)}\n`);
process.exit(differences === 0 ? 0 : 1);
