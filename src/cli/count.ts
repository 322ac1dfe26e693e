import {EngineError} from "../contract/errors";
import type {ModelRef} from "../contract/models";
import {count as number, plural} from "../text/numberText";
import {type BudgetSetting, budgetOf} from "../text/tokenBudget";
import {visibleText} from "../text/visibleText";
import {type Options, UsageError} from "./arguments";
import {budgetSetting} from "./budgets";
import type {Console} from "./console";
import {type CountedFile, type Counts, countsJson, countsList, countsTree, type FailedFile} from "./countReport";
import {FileSearch, type FoundFile, type SkippedFile, type SkipReason} from "./findFiles";
import {NoTextError, readText} from "./readText";
import type {Request} from "./score";
import {pathFromUserFolder} from "./userFolder";

/** Files that are read while another one is counted. */
const readAhead = 8;

type ExitCode = 0 | 1 | 2;

interface Engine {
  readonly request: Request;
  readonly signal: AbortSignal;
}

/** `count PATH…`: prints how many tokens each file has, and says which are over their budgets. */
export async function count(
  paths: readonly string[],
  model: ModelRef,
  options: Options,
  engine: Engine,
  console: Console
): Promise<ExitCode> {
  const budgets = budgetSetting(options.budget);
  if (paths.length === 0) throw new UsageError("which PATH?");
  if (options.tree && options.json) throw new UsageError("only one of --tree and --json");
  const run = new Counting(model, options, engine, console);
  const counts = await run.count(paths, budgets);
  const print = options.json ? countsJson : options.tree ? countsTree : countsList;
  await console.answer(print(counts));
  return report(counts, options.verbose ?? false, console);
}

class Counting {
  private readonly failed: FailedFile[] = [];

  constructor(
    private readonly model: ModelRef,
    private readonly options: Options,
    private readonly engine: Engine,
    private readonly console: Console
  ) {}

  async count(paths: readonly string[], budgets: BudgetSetting): Promise<Counts> {
    const {model, engine, console} = this;
    const description = await engine.request("describe", {model}, console.progressOn("counting"));
    const found = await this.find(paths);
    const skipped: SkippedFile[] = [...found.skipped];
    const files: CountedFile[] = [];
    const warnings = new Set<string>();
    for await (const read of readAll(found.files)) {
      engine.signal.throwIfAborted();
      console.tell(() => `counting: ${number(files.length)} of ${plural(found.files.length, "file")}`);
      const {file} = read;
      if ("error" in read) {
        const reason = skipReason(read);
        if (reason === null) this.fail(file, read.error);
        else skipped.push({file, reason});
        continue;
      }
      const counted = await this.countText(file, read.text);
      if (counted === undefined) continue;
      for (const warning of counted.warnings) warnings.add(warning);
      const budget = budgetOf(budgets, pathFromUserFolder(file), description.contextSize);
      files.push({file, ...counted.numbers, budget});
    }
    return {model: description, warnings: [...warnings], files, skipped, failed: this.failed};
  }

  private async find(paths: readonly string[]): Promise<FileSearch> {
    const {engine, console} = this;
    const search: FileSearch = new FileSearch(
      engine.signal,
      (file, error) => this.fail(file, error),
      () => console.tell(() => `looking for files: ${number(search.files.length)}`)
    );
    for (const path of paths) await search.add(path);
    return search;
  }

  private async countText(file: string, text: string) {
    const {model, options, engine} = this;
    try {
      if (options.special) {
        const {ids, ...rest} = await engine.request("tokenize", {model, text, special: true, texts: 0});
        return numbersOf({count: ids.length, ...rest});
      }
      return numbersOf(await engine.request("count", {model, text}));
    } catch (error) {
      if (!(error instanceof EngineError) || error.kind !== "longRun") throw error;
      this.fail(file, new UsageError(`"${visibleText(file)}": ${error.message}`));
      return undefined;
    }
  }

  private fail(file: string, error: UsageError): void {
    this.failed.push({file, reason: error.message});
    this.console.sayError(error);
  }
}

function numbersOf(counted: {count: number; characters: number; bytes: number; warnings: readonly string[]}) {
  const {count, characters, bytes, warnings} = counted;
  return {numbers: {count, characters, bytes}, warnings};
}

/** A file, and its text or why it has none. */
type ReadFile = FoundFile & ({readonly text: string} | {readonly error: UsageError});

/** The files with their texts, in their order. Reads a few files ahead. */
async function* readAll(files: readonly FoundFile[]): AsyncGenerator<ReadFile> {
  const reading = files.slice(0, readAhead).map(read);
  for (const [index] of files.entries()) {
    const next = await reading.shift();
    const another = files[index + readAhead];
    if (another !== undefined) reading.push(read(another));
    if (next !== undefined) yield next;
  }
}

async function read(found: FoundFile): Promise<ReadFile> {
  try {
    return {...found, text: await readText(found.file)};
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return {...found, error};
  }
}

/** Why a file is passed over; null where that would be an error. */
function skipReason({isNamed, error}: {isNamed: boolean; error: UsageError}): SkipReason | null {
  if (isNamed || !(error instanceof NoTextError) || error.problem === "tooLarge") return null;
  return error.problem;
}

/** Says on stderr what a person should know of the counts. */
function report({files, skipped, failed, warnings}: Counts, verbose: boolean, console: Console): ExitCode {
  for (const warning of warnings) console.say(`tokenscope: ${warning}`);
  saySkipped(skipped, verbose, console);
  const over = files.filter(({count, budget}) => budget !== null && count > budget);
  for (const {file, count, budget} of over) {
    const excess = count - (budget ?? 0);
    console.say(
      `tokenscope: "${visibleText(file)}": ${plural(count, "token")}, ${number(excess)} over the budget of ${number(budget ?? 0)}`
    );
  }
  if (failed.length > 0) return 1;
  return over.length > 0 ? 2 : 0;
}

function saySkipped(skipped: readonly SkippedFile[], verbose: boolean, console: Console): void {
  if (skipped.length === 0) return;
  if (verbose)
    for (const {file, reason} of skipped) console.say(`tokenscope: skipped "${visibleText(file)}": ${reasons[reason]}`);
  const sums = Object.entries(reasons).flatMap(([reason, words]) => {
    const many = skipped.filter((one) => one.reason === reason).length;
    return many === 0 ? [] : [`${number(many)} ${words}`];
  });
  console.say(`tokenscope: skipped ${plural(skipped.length, "file")}: ${sums.join(", ")}`);
}

const reasons: Readonly<Record<SkipReason, string>> = {
  binary: "binary",
  encoding: "not UTF-8 or UTF-16",
  link: "symbolic link",
  special: "not a regular file"
};
