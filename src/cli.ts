/** The headless runner: the same engine without VS Code. Answers on stdout, messages on stderr. */
import "./engine/home";
import "./engine/noDebugger";
import path from "node:path";
import {choice, layers, type Options, parse, UsageError, usage, wholeNumber} from "./cli/arguments";
import {Console} from "./cli/console";
import {count} from "./cli/count";
import {next} from "./cli/next";
import {readText} from "./cli/readText";
import {sample} from "./cli/sample";
import {type Request, score} from "./cli/score";
import {leaveUserFolder, userFile} from "./cli/userFolder";
import {gpuChoices, type ModelRef} from "./contract/models";
import {handlers} from "./engine/handlers";
import {ModelPool} from "./engine/modelPool";
import {kvCacheTypes} from "./gguf/kvCache";
import {tokenSpan} from "./metrics/scoreExport";
import {jsonText} from "./text/jsonText";

const output = new Console(process.stdout, process.stderr);
const interrupted = new AbortController();
/** The engine works on a request. */
let asking = false;

/** Milliseconds that what can't be stopped (a model that is being loaded) may still take after Ctrl+C. */
const grace = 2000;

async function main(): Promise<number> {
  const {values, positionals} = parse();
  const [command, ...files] = positionals;
  if (values.help) {
    await output.answer(usage);
    return 0;
  }
  leaveUserFolder();
  const request = engine(values);
  switch (command) {
    case undefined:
      throw new UsageError("which command? count, tokenize, score, complete, next or sample");
    case "count":
      return await count(files, modelOf(values), values, {request, signal: interrupted.signal}, output);
    case "tokenize":
      await output.answer(`${jsonText(await tokenize(files, values, request))}\n`);
      return 0;
    case "score":
      return await score(files, modelOf(values), values, request, output);
    case "complete":
      await output.answer(`${jsonText(await complete(files, values, request))}\n`);
      return 0;
    case "next":
      await output.answer(`${jsonText(await next(files, modelOf(values), values, request))}\n`);
      return 0;
    case "sample":
      await output.answer(`${jsonText(await sample(files, modelOf(values), values, request, output))}\n`);
      return 0;
    default:
      throw new UsageError(`there is no command "${command}"`);
  }
}

function engine({verbose = false}: Options): Request {
  const models = new ModelPool(
    (level, message) => {
      if (verbose) output.say(`${level}: ${message}`);
    },
    ({message}) => output.say(`tokenscope: ${message}`)
  );
  return async (method, params, onProgress = () => undefined) => {
    asking = true;
    try {
      return await handlers[method](models, params, {signal: interrupted.signal, onProgress});
    } finally {
      asking = false;
    }
  };
}

function modelOf(values: Options): ModelRef {
  return {
    kind: "gguf",
    path:
      values.model === undefined
        ? path.join(__dirname, "..", "media", "models", "tokenscope-tiny-q8_0.gguf")
        : path.resolve(userFile(values.model)),
    gpu: choice("gpu", values.gpu ?? "auto", gpuChoices),
    gpuLayers: layers(values["gpu-layers"] ?? "auto"),
    threads: wholeNumber("threads", values.threads) ?? 0,
    contextSize: wholeNumber("context-size", values["context-size"]) ?? 0,
    kvCache: choice("kv-cache", values["kv-cache"] ?? "f16", kvCacheTypes)
  };
}

async function tokenize([file, extra]: readonly string[], values: Options, request: Request): Promise<object> {
  if (extra !== undefined) throw new UsageError(`one FILE at a time, please: "${extra}" is one too many`);
  const params = {model: modelOf(values), text: await readText(file), special: values.special ?? false};
  const {model, ids, ends, texts, warnings} = await request("tokenize", params);
  return {
    model,
    count: ids.length,
    ...(warnings.length === 0 ? {} : {warnings}),
    tokens: Array.from(ids, (id, i) => ({id, text: texts[i], ...tokenSpan(ends, i)}))
  };
}

async function complete(files: readonly string[], values: Options, request: Request): Promise<object> {
  const {"prefix-file": prefix, "suffix-file": suffix} = values;
  if (files.length > 0) throw new UsageError("complete takes its text from --prefix-file and --suffix-file");
  if (prefix === undefined) throw new UsageError("complete needs --prefix-file FILE");
  if (prefix === "-" && suffix === "-")
    throw new UsageError("only one of --prefix-file and --suffix-file can be standard input");
  const {ids, logprobs, texts, warnings, ...completion} = await request("complete", {
    model: modelOf(values),
    prefix: await readText(prefix),
    suffix: suffix === undefined ? "" : await readText(suffix),
    maxTokens: wholeNumber("max-tokens", values["max-tokens"]) ?? 64,
    extent: "unlimited"
  });
  return {
    model: completion.model,
    text: completion.text,
    tokens: Array.from(ids, (id, i) => ({id, text: texts[i], logprob: logprobs[i]})),
    stop: completion.stop,
    infill: completion.infill,
    ...(completion.ropeFactors === undefined ? {} : {ropeFactors: completion.ropeFactors}),
    promptTokens: completion.promptTokens,
    evaluatedPromptTokens: completion.evaluatedPromptTokens,
    milliseconds: completion.milliseconds,
    ...(warnings.length === 0 ? {} : {warnings})
  };
}

/** process.exit: node-llama-cpp keeps threads that would hold the process open. */
function exit(code: number): void {
  output.clear();
  process.exit(interrupted.signal.aborted ? 130 : code);
}

process.on("SIGINT", () => {
  // Twice: at once.
  if (interrupted.signal.aborted) exit(130);
  interrupted.abort();
  // An answer that is on its way is handed over whole; a request ends at the next batch.
  setTimeout(() => void output.idle.then(() => exit(130)), asking ? grace : 0);
});

// Nobody reads any more.
process.stdout.on("error", () => exit(1));

main().then(exit, (error: unknown) => {
  if (interrupted.signal.aborted) exit(130);
  output.sayError(error);
  if (process.argv.includes("--verbose") && error instanceof Error) output.say(String(error.stack));
  process.stderr.write("", () => exit(1));
});
