/** The headless runner: the same engine without VS Code. One JSON document on stdout, messages on stderr. */
import {readFile, stat} from "node:fs/promises";
import path from "node:path";
import {buffer as readAll} from "node:stream/consumers";
import {parseArgs} from "node:util";
import {type EngineMethod, type EngineRequests, HumanError, type ModelSpec, type ScoreMode} from "./engine/api";
import {Models} from "./engine/models";
import {handlers} from "./engine/requests";
import {scoreHeader} from "./metrics/scoreHeader";

const usage = `Usage: node dist/cli.js COMMAND [options]

  tokenize FILE                    the tokens of a text, with their byte offsets
  score FILE                       perplexity and the logprob of every token
  complete --prefix-file FILE      what the model would write next

FILE may be - for standard input. Options:
  --model FILE.gguf                the model (without it: the demonstration model)
  --gpu auto|metal|cuda|vulkan|off (auto)
  --threads N                      CPU threads (0: all cores but one)
  --context-size N                 tokens of context (0: what the model was trained on, 4096 at most)
  --special                        tokenize, score: read special tokens written in the text
  --mode document|llama-perplexity score: how the text is cut into windows (document)
  --window N, --stride N           score: tokens per window, new tokens per later window
  --top K                          score: rank, entropy and the K best alternatives of every token
  --suffix-file FILE               complete: the text after the cursor
  --max-tokens N                   complete: at most so many tokens (64)
  --verbose                        the engine's log on stderr
`;

/** A mistake in the command line. */
class UsageError extends Error {}

async function main(): Promise<unknown> {
  const {values, positionals} = parse();
  const [command, file, ...rest] = positionals;
  if (values.help) {
    process.stdout.write(usage);
    return undefined;
  }
  if (command === undefined) throw new UsageError("which command? tokenize, score or complete");
  if (rest.length > 0) throw new UsageError(`one FILE at a time, please: "${rest[0]}" is one too many`);
  const model: ModelSpec = {
    path:
      values.model === undefined
        ? path.join(__dirname, "..", "media", "models", "tokenscope-tiny-q8_0.gguf")
        : path.resolve(values.model),
    gpu: choice("gpu", values.gpu ?? "auto", ["auto", "metal", "cuda", "vulkan", "off"] as const),
    threads: wholeNumber("threads", values.threads) ?? 0,
    contextSize: wholeNumber("context-size", values["context-size"]) ?? 0
  };
  const special = values.special ?? false;
  const models = new Models((level, message) => {
    if (values.verbose) process.stderr.write(`${level}: ${message}\n`);
  });
  const request = <M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]["params"]
  ): Promise<EngineRequests[M]["result"]> =>
    handlers[method](models, params, {signal: new AbortController().signal, onProgress: () => undefined});

  switch (command) {
    case "tokenize": {
      const list = await request("tokenize", {model, text: await readText(file), special});
      return {
        model: list.model,
        count: list.ids.length,
        tokens: Array.from(list.ids, (id, i) => ({id, text: list.texts[i], ...span(list.ends, i)}))
      };
    }
    case "score": {
      const text = await readText(file);
      const top = wholeNumber("top", values.top) ?? 0;
      const window = wholeNumber("window", values.window);
      const stride = wholeNumber("stride", values.stride);
      const scores = await request("score", {
        model,
        text,
        special,
        mode: choice("mode", values.mode ?? "document", [
          "document",
          "llama-perplexity"
        ] as const satisfies readonly ScoreMode[]),
        top,
        ...(window === undefined ? {} : {window}),
        ...(stride === undefined ? {} : {stride})
      });
      const rivals = scores.detail?.topIds.filter((id) => id >= 0) ?? new Int32Array();
      const ids = Int32Array.from(new Set([...scores.ids, ...rivals]));
      const texts = await request("tokenTexts", {model, ids});
      const textOf = new Map(Array.from(ids, (id, i) => [id, texts[i] ?? ""]));
      const {summary} = scores;
      return {
        ...scoreHeader(scores, summary),
        tokens: Array.from(scores.ids, (id, i) => {
          const logprob = scores.logprobs[i] ?? Number.NaN;
          const token = {
            id,
            text: textOf.get(id),
            ...span(scores.ends, i),
            logprob: Number.isNaN(logprob) ? null : logprob
          };
          const {detail} = scores;
          if (detail === null || Number.isNaN(logprob)) return token;
          const alternatives = [];
          for (let k = i * detail.top; k < (i + 1) * detail.top; k++) {
            const rival = detail.topIds[k] ?? -1;
            if (rival >= 0) alternatives.push({id: rival, text: textOf.get(rival), logprob: detail.topLogprobs[k]});
          }
          return {...token, rank: detail.ranks[i], entropy: detail.entropies[i], top: alternatives};
        })
      };
    }
    case "complete": {
      if (file !== undefined) throw new UsageError("complete takes its text from --prefix-file and --suffix-file");
      if (values["prefix-file"] === undefined) throw new UsageError("complete needs --prefix-file FILE");
      if (values["prefix-file"] === "-" && values["suffix-file"] === "-")
        throw new UsageError("only one of --prefix-file and --suffix-file can be standard input");
      const completion = await request("complete", {
        model,
        prefix: await readText(values["prefix-file"]),
        suffix: values["suffix-file"] === undefined ? "" : await readText(values["suffix-file"]),
        maxTokens: wholeNumber("max-tokens", values["max-tokens"]) ?? 64,
        extent: "unlimited"
      });
      return {
        model: completion.model,
        text: completion.text,
        tokens: Array.from(completion.ids, (id, i) => ({
          id,
          text: completion.texts[i],
          logprob: completion.logprobs[i]
        })),
        stop: completion.stop,
        infill: completion.infill,
        promptTokens: completion.promptTokens,
        evaluatedPromptTokens: completion.evaluatedPromptTokens,
        milliseconds: completion.milliseconds
      };
    }
    default:
      throw new UsageError(`there is no command "${command}"`);
  }
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        model: {type: "string"},
        gpu: {type: "string"},
        threads: {type: "string"},
        "context-size": {type: "string"},
        special: {type: "boolean"},
        mode: {type: "string"},
        window: {type: "string"},
        stride: {type: "string"},
        top: {type: "string"},
        "prefix-file": {type: "string"},
        "suffix-file": {type: "string"},
        "max-tokens": {type: "string"},
        verbose: {type: "boolean"},
        help: {type: "boolean", short: "h"}
      }
    });
  } catch (error) {
    // Some of parseArgs' messages have several lines.
    throw new UsageError((error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " "));
  }
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,9}$/.test(value)) throw new UsageError(`--${name} takes a whole number`);
  return Number(value);
}

function choice<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === value);
  if (found === undefined) throw new UsageError(`--${name} takes one of: ${choices.join(", ")}`);
  return found;
}

/** The text of a file, or of standard input for "-". Bytes that are no UTF-8 are refused: their offsets would lie. */
async function readText(file: string | undefined): Promise<string> {
  if (file === undefined) throw new UsageError("which FILE?");
  const bytes =
    file === "-"
      ? await readAll(process.stdin)
      : await readFile(file).catch(async (error: NodeJS.ErrnoException) => {
          const folder = await stat(file).then(
            (status) => status.isDirectory(),
            () => false
          );
          throw new UsageError(`can't read "${file}" (${folder ? "it is a folder" : error.code})`);
        });
  try {
    return new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    throw new UsageError(`"${file}" is not UTF-8 text: convert it first`);
  }
}

function span(ends: Uint32Array | null, i: number): {start: number | null; end: number | null} {
  return ends === null ? {start: null, end: null} : {start: i === 0 ? 0 : (ends[i - 1] ?? 0), end: ends[i] ?? 0};
}

main().then(
  (document) => {
    // process.exit: node-llama-cpp keeps threads that would hold the process open.
    if (document === undefined) process.exit(0);
    process.stdout.write(`${JSON.stringify(document)}\n`, () => process.exit(0));
  },
  (error: unknown) => {
    const line =
      error instanceof UsageError
        ? `tokenscope: ${error.message} (--help says more)`
        : error instanceof HumanError
          ? `tokenscope: ${error.message}`
          : `tokenscope: a mistake of ours: ${String(error).split("\n")[0]}`;
    if (process.argv.includes("--verbose") && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.stderr.write(`${line}\n`, () => process.exit(1));
  }
);
