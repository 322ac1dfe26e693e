// Counts chats under real chat templates (llama.cpp's models/templates) and compares with llama-server's /apply-template and
// /tokenize. Prints a row for each template: chats that are the same, and what differs. Any difference gives exit code 1.
// usage: node esbuild.mjs --production --tests && node bench/chatTemplates.mjs [--record FILE] [--all] [TEMPLATE]...
// A template is named by a part of its file's name; without one, sixteen are compared, with --all all that there are.
// --record writes what the server has answered as JSON, for test/fixtures/chatTemplates.json; only a run without differences is worth it.
import {spawn} from "node:child_process";
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import net from "node:net";
import {tmpdir} from "node:os";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {parseArgs} from "node:util";
import {modelSpec, startEngine} from "./engine.mjs";
import {checkOut, peerProgram, source} from "./peer.mjs";

const {withChatTemplates, withWeights} = (await import("../out/test/harness/chatModel.js")).default;
const {chats} = (await import("../out/test/harness/chats.js")).default;

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    record: {type: "string"},
    all: {type: "boolean", default: false},
    verbose: {type: "boolean", default: false}
  }
});

const usual = [
  "Qwen-Qwen2.5-7B-Instruct",
  "Qwen-Qwen3-0.6B",
  "Qwen3-Coder",
  "meta-llama-Llama-3.1-8B-Instruct",
  "meta-llama-Llama-3.2-3B-Instruct",
  "meta-llama-Llama-3.3-70B-Instruct",
  "microsoft-Phi-3.5-mini-instruct",
  "google-gemma-2-2b-it",
  "mistralai-Mistral-Nemo-Instruct-2407",
  "Mistral-Small-3.2-24B-Instruct-2506",
  "deepseek-ai-DeepSeek-R1-Distill-Llama-8B",
  "NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use",
  "ibm-granite-granite-3.3-2B-Instruct",
  "CohereForAI-c4ai-command-r7b-12-2024-tool_use",
  "HuggingFaceTB-SmolLM3-3B",
  "openai-gpt-oss-120b"
];

/** The vocabulary of llama.cpp's tests that is a template's own, or the nearest. */
const vocabularies = [
  [/qwen3\.5/i, "qwen35"],
  [/qwen|qwq/i, "qwen2"],
  [/phi/i, "phi-3"],
  [/gemma-4/i, "gemma-4"],
  [/gemma|mistral|devstral/i, "llama-spm"],
  [/command|cohere/i, "command-r"],
  [/deepseek.*v3|deepseek.*v4/i, "deepseek-llm"],
  [/./, "llama-bpe"]
];

if (process.env.LLAMA_SOURCE === undefined) checkOut();
const models = path.join(process.env.LLAMA_SOURCE ?? source, "models");
const names = readdirSync(path.join(models, "templates"))
  .filter((file) => file.endsWith(".jinja"))
  .map((file) => path.basename(file, ".jinja"))
  .filter((name) =>
    positionals.length > 0 ? positionals.some((part) => name.includes(part)) : values.all || usual.includes(name)
  );

const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-chats-"));
const engine = startEngine();
const recorded = {now: Date.now(), templates: {}};
let differences = 0;
try {
  for (const name of names) await compare(name);
} finally {
  engine.stop();
  rmSync(folder, {recursive: true, force: true});
}
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(recorded, null, 2)}\n`);
console.log(`${names.length} templates, ${differences} differences`);
process.exitCode = differences > 0 ? 1 : 0;

async function compare(name) {
  const vocabulary = vocabularies.find(([pattern]) => pattern.test(name))[1];
  const standard = readFileSync(path.join(models, "templates", `${name}.jinja`), "utf8");
  const bytes = readFileSync(path.join(models, `ggml-vocab-${vocabulary}.gguf`));
  const file = path.join(folder, `${name}.gguf`);
  writeFileSync(file, withChatTemplates(withWeights(bytes), {standard}));
  const lines = [];
  let same = 0;
  let refused = 0;
  const server = await startServer(file);
  const answers = {};
  recorded.templates[name] = {vocabulary, chats: answers};
  for (const [chat, body] of Object.entries(chats)) {
    const theirs = await askServer(server.port, body);
    const ours = await askEngine(file, body);
    answers[chat] = theirs.count ?? null;
    if (theirs.count === undefined && ours.count === undefined) refused++;
    else if (theirs.count === ours.count) same++;
    else lines.push(...explain(chat, theirs, ours));
    if (ours.problem) lines.push(`    ${chat}: ${ours.problem}`);
  }
  server.stop();
  rmSync(file);
  const different = Object.keys(chats).length - same - refused;
  differences += different;
  console.log(
    `${different > 0 ? "✗" : "✓"} ${name} (${vocabulary}): ${same} the same, ${refused} refused by both, ${different} different`
  );
  for (const line of lines) console.log(line);
}

function explain(chat, theirs, ours) {
  const lines = [`    ${chat}: server ${theirs.count ?? theirs.error}, ours ${ours.count ?? ours.error}`];
  if (theirs.text !== undefined && ours.text !== undefined) {
    let at = 0;
    while (at < theirs.text.length && theirs.text[at] === ours.text[at]) at++;
    lines.push(`      server: ${JSON.stringify(theirs.text.slice(Math.max(0, at - 40), at + 80))}`);
    lines.push(`      ours:   ${JSON.stringify(ours.text.slice(Math.max(0, at - 40), at + 80))}`);
  }
  return lines;
}

async function askEngine(file, body) {
  try {
    const {count, rendered, messages, template, tools, generationPrompt} = await engine.request("countChat", {
      model: modelSpec(file),
      text: JSON.stringify(body),
      form: "json"
    });
    const parts = [template, tools ?? 0, generationPrompt ?? 0, ...messages.map(({tokens}) => tokens ?? 0)];
    const sum = parts.reduce((all, part) => all + part, 0);
    const unknown = messages.filter(({tokens}) => tokens === null).length;
    const problems = [
      sum === count ? "" : `the parts sum up to ${sum}, not ${count}`,
      parts.every((part) => part >= 0) ? "" : `a part is below zero: ${parts}`,
      unknown > 0 ? `${unknown} messages not found` : "",
      body.tools && tools === null ? "tools not told apart" : ""
    ];
    if (values.verbose) problems.push(parts.join(" "));
    return {count, text: rendered, problem: problems.filter(Boolean).join("; ")};
  } catch (error) {
    return {error: error.message};
  }
}

async function askServer(port, body) {
  const asked = async (address, content) => {
    const response = await fetch(`http://127.0.0.1:${port}${address}`, {method: "POST", body: JSON.stringify(content)});
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error?.message ?? response.statusText);
    return answer;
  };
  try {
    const last = body.messages.at(-1).role;
    const {prompt} = await asked("/apply-template", {...body, add_generation_prompt: last !== "assistant"});
    const {tokens} = await asked("/tokenize", {content: prompt, add_special: true, parse_special: true});
    return {count: tokens.length, text: prompt};
  } catch (error) {
    return {error: error.message};
  }
}

async function startServer(model) {
  const port = await freePort();
  const flags = ["-c", "512", "-np", "1", "-t", "1", "--no-warmup", "--no-prefill-assistant", "--jinja"];
  const child = spawn(
    peerProgram("llama-server"),
    ["-m", model, "--host", "127.0.0.1", "--port", String(port), ...flags],
    {
      stdio: ["ignore", "ignore", "pipe"]
    }
  );
  const stop = () => child.kill("SIGKILL");
  process.once("exit", stop);
  let log = "";
  child.stderr.on("data", (data) => {
    log = (log + data).slice(-4000);
  });
  for (let waited = 0; ; waited += 200) {
    if (child.exitCode !== null || waited > 120_000) throw new Error(`llama-server does not start: ${log}`);
    const ready = await fetch(`http://127.0.0.1:${port}/health`).then(
      ({ok}) => ok,
      () => false
    );
    if (ready) return {port, stop: () => process.off("exit", stop) && stop()};
    await setTimeout(200);
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}
