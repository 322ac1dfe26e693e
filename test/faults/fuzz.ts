import {truncateSync, writeFileSync} from "node:fs";
import {mkdir, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {HumanError} from "../../src/contract/errors";
import type {ModelRef} from "../../src/contract/models";
import {EngineClient} from "../../src/host/engine/engineClient";
import {modelRef} from "../harness/modelRef";
import {root} from "../harness/paths";
import {allBases, type Kind, type Mutation, mutations} from "./mutations";
import {Random} from "./random";
import type {Row} from "./row";

/**
 * `answered`: the file worked and gave numbers. `refused`: an error in one sentence. `contained`: the engine died, with
 * an error in one sentence. `unexplained`: an error that is no sentence for people, or numbers that are not finite.
 * `hung`: no answer within {@link patience}.
 */
export type Ending = "answered" | "refused" | "contained" | "unexplained" | "hung";

export interface Outcome {
  /** The number of the file in this run, from 0. */
  readonly number: number;
  readonly mutation: Mutation;
  readonly ending: Ending;
  /** The error's sentence; empty if it answered. */
  readonly sentence: string;
  readonly milliseconds: number;
  /** The engine's peak memory in bytes; 0 if the system doesn't tell. */
  readonly memory: number;
  /** The engine's last output, which tells why it died. */
  readonly log: readonly string[];
}

/** A hang guard for answers (ms). */
const patience = 240_000;
/** Maximum memory of a refusal in bytes (issue 5). */
const maxMemory = 2 * 2 ** 30;

/**
 * Gives the engine lying files, one after the other. Each is described, scored and completed, so that files that look
 * good reach native code.
 */
export async function fuzz({
  mutations: count,
  seed,
  within = Number.POSITIVE_INFINITY,
  only,
  onOutcome = () => undefined
}: {
  readonly mutations: number;
  readonly seed: number;
  /** Time limit of each answer or refusal (ms). Default: none. */
  readonly within?: number;
  /** Numbers of the files to try again. Default: all. */
  readonly only?: ReadonlySet<number>;
  readonly onOutcome?: (outcome: Outcome) => void;
}): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "tokenscope-fuzz-"));
  const lines: string[] = [];
  const log = (line: string) => {
    lines.push(line);
    if (lines.length > 20) lines.shift();
  };
  const client = new EngineClient({
    program: path.join(root, "dist/engine.js"),
    log: {error: log, warn: log, info: log, debug: log, trace: log},
    cancelled: () => new Error("cancelled")
  });
  let outside = 0;
  const escaped = () => {
    outside++;
  };
  process.on("uncaughtException", escaped);
  process.on("unhandledRejection", escaped);
  const tallies = new Map<Kind, Tally>();
  try {
    let number = -1;
    const random = new Random(seed);
    for (const mutation of mutations(random, allBases(random), count)) {
      number++;
      if (only?.has(number) === false) continue;
      const own = path.join(folder, String(number));
      await mkdir(own);
      await writeFiles(own, mutation);
      lines.length = 0;
      const outcome = {number, ...(await tried(client, mutation, own)), log: [...lines]};
      // The next file gets a new engine, and deaths don't count as a crash loop.
      if (outcome.ending === "contained" || outcome.ending === "hung") client.restart();
      await rm(own, {recursive: true, force: true});
      onOutcome(outcome);
      const tally = tallies.get(mutation.kind) ?? new Tally(within);
      tally.add(outcome);
      tallies.set(mutation.kind, tally);
    }
  } finally {
    client.dispose();
    process.off("uncaughtException", escaped);
    process.off("unhandledRejection", escaped);
    await rm(folder, {recursive: true, force: true});
  }
  return [...tallies]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, tally]) => tally.row(kind))
    .concat(all([...tallies.values()], within, outside));
}

/** The counts of all files of one kind. */
class Tally {
  readonly endings: Record<Ending, number> = {answered: 0, refused: 0, contained: 0, unexplained: 0, hung: 0};
  slowest = 0;
  /** The peak memory of refusals. */
  memory = 0;

  constructor(private readonly within: number) {}

  add({ending, milliseconds, memory}: Outcome): void {
    this.endings[ending]++;
    this.slowest = Math.max(this.slowest, milliseconds);
    if (ending !== "answered") this.memory = Math.max(this.memory, memory);
  }

  row(name: string): Row {
    const {answered, refused, contained, unexplained, hung} = this.endings;
    return {
      part: "fuzz",
      name,
      figures: {
        files: answered + refused + contained + unexplained + hung,
        answered,
        refused,
        "engine died": contained,
        unexplained,
        hung,
        "worst, ms": Math.round(this.slowest),
        "worst memory, MB": Math.round(this.memory / 1e6)
      },
      goal: `one sentence each${Number.isFinite(this.within) ? `, in ${this.within / 1000} s` : ""}, under 2 GB`,
      reached: unexplained + hung === 0 && this.slowest < this.within && this.memory < maxMemory
    };
  }
}

function all(tallies: readonly Tally[], within: number, outside: number): Row {
  const sum = new Tally(within);
  for (const {endings, slowest, memory} of tallies) {
    for (const ending of Object.keys(endings) as Ending[]) sum.endings[ending] += endings[ending];
    sum.slowest = Math.max(sum.slowest, slowest);
    sum.memory = Math.max(sum.memory, memory);
  }
  const row = sum.row("all files");
  return {
    ...row,
    figures: {...row.figures, "errors outside the engine": outside},
    goal: `${row.goal}, nothing outside the engine`,
    reached: row.reached && outside === 0
  };
}

async function writeFiles(folder: string, {files}: Mutation): Promise<void> {
  for (const {name, bytes, size} of files) {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    if (size !== undefined) truncateSync(file, size);
  }
}

async function tried(
  client: EngineClient,
  mutation: Mutation,
  folder: string
): Promise<Omit<Outcome, "number" | "log">> {
  const file = path.join(folder, mutation.files[0]?.name ?? "");
  const model: ModelRef = {...modelRef(file), threads: 1};
  await forgetPeak(client.processId);
  const watch = new Peak(() => client.processId);
  const began = performance.now();
  const [ending, sentence] = await Promise.race([
    answers(client, model).then(
      () => ["answered", ""] as const,
      (error: unknown) => judged(error, folder)
    ),
    setTimeout(patience, ["hung", ""] as const, {ref: false})
  ]);
  const milliseconds = performance.now() - began;
  return {mutation, ending, sentence, milliseconds, memory: await watch.end()};
}

async function answers(client: EngineClient, model: ModelRef): Promise<void> {
  await client.request("describe", {model});
  // Concurrent: each must be answered, whatever happens to the other.
  const [completion, scores] = await Promise.allSettled([
    client.request("complete", {model, prefix: "const ", suffix: "\n", maxTokens: 4, extent: "unlimited"}),
    client.request("score", {model, text: "const some = text;\n", top: 2})
  ]);
  if (completion.status === "fulfilled") assertNumbers(completion.value.logprobs);
  if (scores.status === "rejected") throw scores.reason;
  const {windowing, logprobs, summary} = scores.value;
  assertNumbers(windowing.bos ? logprobs : logprobs.subarray(1));
  if (Number.isNaN(summary.perplexity)) throw new NoNumber(`a perplexity of ${summary.perplexity}`);
  if (completion.status === "rejected") throw completion.reason;
}

class NoNumber extends Error {}

function assertNumbers(logprobs: Float64Array): void {
  for (const logprob of logprobs) if (!(logprob <= 1e-6)) throw new NoNumber(`a logprob of ${logprob}`);
}

function judged(error: unknown, folder: string): readonly [Ending, string] {
  if (!(error instanceof HumanError))
    return ["unexplained", error instanceof Error ? (error.stack ?? "") : String(error)];
  const {message} = error;
  const forPeople =
    /^[^\n]{20,400}\.$/.test(message) &&
    !message.includes(folder) &&
    !/\bat \S+:\d+|undefined|NaN(?!\))|\[object|null/.test(message);
  if (!forPeople) return ["unexplained", message];
  return [error.kind === "engineDied" ? "contained" : "refused", message];
}

/** Watches a process's peak memory. It polls, because a dead process can't be asked. */
class Peak {
  private peak = 0;
  private readonly ended = new AbortController();
  private readonly looking: Promise<void>;

  constructor(private readonly processId: () => number | undefined) {
    this.looking = this.look();
  }

  async end(): Promise<number> {
    this.peak = Math.max(this.peak, await peakMemory(this.processId()));
    this.ended.abort();
    await this.looking;
    return this.peak;
  }

  private async look(): Promise<void> {
    while (!this.ended.signal.aborted) {
      await setTimeout(50, undefined, {signal: this.ended.signal}).catch(() => undefined);
      this.peak = Math.max(this.peak, await peakMemory(this.processId()));
    }
  }
}

/** Peak memory in bytes; 0 if the system doesn't tell. */
async function peakMemory(processId: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, "utf8").catch(() => "");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Resets the peak: see proc(5), clear_refs. */
async function forgetPeak(processId: number | undefined): Promise<void> {
  if (processId !== undefined) await writeFile(`/proc/${processId}/clear_refs`, "5").catch(() => undefined);
}
