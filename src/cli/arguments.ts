import {parseArgs} from "node:util";
import {type LimitOption, limitOptions} from "./limits";

export const usage = `Usage: node dist/cli.js COMMAND [options]

  count PATH…                      how many tokens files, folders and globs have
  tokenize FILE                    the tokens of a text, with their byte offsets
  score FILE…                      perplexity and the logprob of every token
  complete --prefix-file FILE      what the model would write next
  choose FILE.jsonl                multiple choice: the logprob of each choice, and the accuracy
  next FILE                        what may come next: the model's distribution, and what samplers leave of it
  sample FILE                      continuations of a text, drawn with a seed

FILE and PATH may be - for standard input. It is read as VS Code reads it: UTF-8, or UTF-16, a byte order mark left out. Options:
  --model FILE.gguf                the model (without it: the demonstration model)
  --gpu auto|metal|cuda|vulkan|off (auto)
  --gpu-layers N|auto              layers of the model that go on the GPU (auto: as many as its memory holds)
  --threads N                      CPU threads, as many as cores at most (0: all cores but one)
  --context-size N                 tokens of context (0: what the model was trained on, 4096 at most)
  --kv-cache f16|q8_0|q4_0         type of keys and values: the smaller ones take less memory and change scores (f16)
  --special                        count, tokenize, score: read special tokens written in the text
  --budget N|context|none          count: exit with 2 if a file has more tokens than this
  --budget PATTERN=N|context|none  count: the same, for some files; of several that match, the last counts
  --tree                           count: by folder, the largest first
  --json                           count: one JSON document
  --mode document|llama-perplexity score: how the text is cut into windows (document)
  --window N, --stride N           score: tokens per window, new tokens per later window
  --top K                          score: rank, entropy and the K best alternatives of every token; next: the K best (20)
  --context-file FILE              score: what stands before the text; the model reads it, it is not scored
  --no-tokens                      score: the text's numbers only
  --full                           score: also Min-K%, counts and versions, as in exported files
  --format json|csv                score: csv has a line for each token, under "# name: value" lines; one FILE (json)
${limitOptions.map(limitLine).join("\n")}
  --suffix-file FILE               complete: the text after the cursor
  --template TEXT                  choose: what stands before a choice, with the line's fields as {field}
  --choice-prefix TEXT             choose: what stands between that and each choice (a space)
  --letters                        choose: score the choices' letters; {choices} in a template is the list of them
  --max-tokens N                   complete, sample: at most N tokens (64)
  --draws N                        next: draw N tokens, and count them
  --count N, -n N                  sample: N continuations (1)
  --seed S                         next, sample: the random numbers; continuation i has those of S + i (0)
  --stop TEXT                      sample: end before this text; may be given several times
  --grammar-file, --schema-file    sample: only what a GBNF grammar, or a JSON Schema, allows; score: what it decides of a text
  --verbose                        the engine's log on stderr

Samplers of next and sample, as llama.cpp has them; without any, the model's own distribution (temperature 1):
  --preset NAME                    model, llama-cpp, ollama, ollama-engine, vllm, greedy or creative; other options change it
  --samplers A;B;C                 the order in which they act: penalties;dry;top_k;typ_p;top_p;min_p;xtc;temperature
  --temp, --top-k, --top-p, --min-p, --typical-p, --xtc-probability, --xtc-threshold, --repeat-penalty, --repeat-last-n,
  --presence-penalty, --frequency-penalty, --dry-multiplier, --dry-base, --dry-allowed-length, --dry-penalty-last-n: a number
  each, a negative one as --repeat-last-n=-1; --dry-sequence-breaker TEXT may be given several times

A folder is searched with the folders in it, without what a .gitignore names, .git, and symbolic links. In a PATTERN and in a
PATH, *, ? and [] mean what they mean in a .gitignore, and ** any folders; put such a PATH in quotes.

On stdout, from count: a line for each file. Else one JSON document, on one line. Infinite numbers are the strings "Infinity" and "-Infinity"; null means that there
is no value. "warnings", if there are any, are sentences on why the numbers differ from what you may expect. For several
FILEs there is a document for each that was scored, in their order, with the FILE as "file", then {"corpus": …} with the
numbers of all tokens together. If stderr is a terminal, it shows the progress.

Exit codes: 0; 1 if something can't be done, with a line on stderr for each problem (other FILEs still get their numbers);
2 if a text is above a limit or its budget (its numbers are printed, with a line on stderr); 130 after Ctrl+C.
`;

/** "  --max-perplexity X               score: exit with 2 if a text's perplexity is above X". */
function limitLine({option, name, verb}: LimitOption): string {
  return `${`  --${option} X`.padEnd(35)}score: exit with 2 if a text's ${name} ${verb} above X`;
}

/** A mistake in the command line. */
export class UsageError extends Error {}

export type Options = ReturnType<typeof parse>["values"] & {readonly [Name in LimitOption["option"]]?: string};

const limitArguments: Readonly<Record<LimitOption["option"], {readonly type: "string"}>> = Object.fromEntries(
  limitOptions.map(({option}) => [option, {type: "string"}] as const)
);

export function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        model: {type: "string"},
        gpu: {type: "string"},
        "gpu-layers": {type: "string"},
        threads: {type: "string"},
        "context-size": {type: "string"},
        "kv-cache": {type: "string"},
        special: {type: "boolean"},
        budget: {type: "string", multiple: true},
        tree: {type: "boolean"},
        json: {type: "boolean"},
        mode: {type: "string"},
        window: {type: "string"},
        stride: {type: "string"},
        top: {type: "string"},
        "context-file": {type: "string"},
        "no-tokens": {type: "boolean"},
        full: {type: "boolean"},
        format: {type: "string"},
        ...limitArguments,
        "prefix-file": {type: "string"},
        "suffix-file": {type: "string"},
        "max-tokens": {type: "string"},
        template: {type: "string"},
        "choice-prefix": {type: "string"},
        letters: {type: "boolean"},
        draws: {type: "string"},
        count: {type: "string", short: "n"},
        seed: {type: "string"},
        stop: {type: "string", multiple: true},
        "grammar-file": {type: "string"},
        "schema-file": {type: "string"},
        preset: {type: "string"},
        samplers: {type: "string"},
        temp: {type: "string"},
        "top-k": {type: "string"},
        "top-p": {type: "string"},
        "min-p": {type: "string"},
        "typical-p": {type: "string"},
        "xtc-probability": {type: "string"},
        "xtc-threshold": {type: "string"},
        "repeat-penalty": {type: "string"},
        "repeat-last-n": {type: "string"},
        "presence-penalty": {type: "string"},
        "frequency-penalty": {type: "string"},
        "dry-multiplier": {type: "string"},
        "dry-base": {type: "string"},
        "dry-allowed-length": {type: "string"},
        "dry-penalty-last-n": {type: "string"},
        "dry-sequence-breaker": {type: "string", multiple: true},
        verbose: {type: "boolean"},
        help: {type: "boolean", short: "h"}
      }
    });
  } catch (error) {
    // Some of parseArgs' messages have several lines.
    throw new UsageError((error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " "));
  }
}

/** A number in usual notation: 12, .5, 1e3, 1.5E-2. Undefined for anything else. */
function decimalNumber(value: string): number | undefined {
  return /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined;
}

/** A whole number in any notation. `max` is far above any sensible value. */
function whole(value: string, max: number): number | undefined {
  const number = decimalNumber(value);
  return number !== undefined && Number.isInteger(number) && number <= max ? number : undefined;
}

export function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = whole(value, 999_999_999);
  if (number === undefined) throw new UsageError(`--${name} takes a whole number`);
  return number;
}

/** A whole number, or -1 for all. */
export function wholeOrAll(name: string, value: string | undefined): number | undefined {
  return value === "-1" ? -1 : wholeNumber(name, value);
}

/** A number in usual notation, with or without a sign. */
export function anyNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = decimalNumber(value.replace(/^-/, ""));
  if (number === undefined || !Number.isFinite(number)) throw new UsageError(`--${name} takes a number`);
  return value.startsWith("-") ? -number : number;
}

/** Layers on the device; null for "auto". */
export function layers(value: string): number | null {
  if (value === "auto") return null;
  const number = whole(value, 9999);
  if (number === undefined) throw new UsageError("--gpu-layers takes a whole number, or auto");
  return number;
}

export function positiveNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = decimalNumber(value);
  if (number === undefined || number === 0 || !Number.isFinite(number))
    throw new UsageError(`--${name} takes a number above 0`);
  return number;
}

export function choice<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === value);
  if (found === undefined) throw new UsageError(`--${name} takes one of: ${choices.join(", ")}`);
  return found;
}
