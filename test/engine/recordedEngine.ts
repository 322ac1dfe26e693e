// The engine and the transfers, asked for everything, to be recorded: usage: node recordedEngine.js URL FOLDER
import path from "node:path";
import {EngineClient} from "../../src/host/engine/engineClient";
import {modelRef} from "../harness/modelRef";
import {root} from "../harness/paths";

async function run(uri: string, folder: string): Promise<void> {
  const write = (line: string) => void process.stderr.write(`${line}\n`);
  const client = () =>
    new EngineClient({
      program: path.join(root, "dist/engine.js"),
      runtime: path.join(folder, "runtimes/cuda"),
      log: {error: write, warn: write, info: write, debug: () => undefined, trace: () => undefined},
      cancelled: () => new Error("cancelled")
    });
  const [engine, transfers] = [client(), client()];
  const demonstration = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");
  const model = {...modelRef(demonstration), threads: 1};
  const text = "def add(a, b):\n    return a + b\n";
  try {
    await engine.request("describe", {model});
    await engine.request("count", {model, text});
    await engine.request("tokenize", {model, text});
    await engine.request("score", {model, text});
    await engine.request("complete", {model, prefix: text, suffix: "", maxTokens: 4, extent: "unlimited"});
    await engine.request("estimate", {model, beside: []});
    await engine.request("memory", {model, beside: []});
    await engine.request("devices", {gpu: "auto"});
    const network = {proxy: null, strictSSL: true, huggingFace: "https://huggingface.co/", token: null};
    await transfers.request("download", {uri, folder: path.join(folder, "models"), network, gguf: true});
    process.stdout.write(JSON.stringify({engine: engine.processId, transfers: transfers.processId}));
  } finally {
    engine.dispose();
    transfers.dispose();
  }
}

const [uri = "", folder = ""] = process.argv.slice(2);
void run(uri, folder);
