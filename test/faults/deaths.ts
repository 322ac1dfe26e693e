import {readdirSync} from "node:fs";
import {setTimeout} from "node:timers/promises";
import {HumanError} from "../../src/contract/errors";
import {type Fault, faults} from "./faults";
import {median, worst} from "./figures";
import {halfWritten} from "./halfWritten";
import {atStart} from "./harm";
import {isRunning, settledHoldings} from "./holdings";
import {restartLimit} from "./limit";
import {type Moment, moments} from "./moments";
import {owners} from "./owners";
import {Random} from "./random";
import type {Row} from "./row";
import {Site} from "./site";

export interface DeathSizes {
  /** How often each fault is tried, each time at another moment. */
  readonly perFault: number;
  /** How many faults are tried concurrently, each on its own engine. */
  readonly atOnce: number;
  /** How often the owner of an engine, or the writer of a file, is killed. */
  readonly kills: number;
  /** Time limit of the next good answer (ms). Default: none. */
  readonly within?: number;
  readonly seed: number;
}

/** A hang guard for answers (ms), many times what it takes to notice a hang at the start. */
const patience = 300_000;

const memory = "memory, MB";
/** Maximum growth of memory in MB. JavaScript keeps compiled code; a leak at each death would be more. */
const maxMemory = 30;

/** The outcome of one fault. */
interface Outcome {
  readonly fault: Fault;
  readonly moment: Moment;
  /** Time until a request failed because of it (ms); undefined if none failed. */
  readonly noticed: number | undefined;
  /** Time from then until the next good answer (ms). */
  readonly next: number;
  /** What went wrong; undefined if nothing. */
  readonly problem: string | undefined;
}

/** Tries every fault at every moment, and checks requests, files and this process. */
export async function deaths({
  perFault,
  atOnce,
  kills,
  within = Number.POSITIVE_INFINITY,
  seed
}: DeathSizes): Promise<readonly Row[]> {
  const waiting = Array.from({length: perFault}, (_, turn) =>
    faults.map((fault, at) => [fault, moments[(at + turn) % moments.length] as Moment] as const)
  ).flat();
  const random = new Random(seed);
  const sites = await Promise.all(Array.from({length: atOnce}, () => Site.open(random)));
  const [site] = sites as [Site];
  let warnings = 0;
  const onWarning = (): void => {
    warnings++;
  };
  process.on("warning", onWarning);
  try {
    // What is created only once is no leak.
    await site.score(site.client("real", "engine"));
    await site.rest();
    const before = await settledHoldings();
    const outcomes: Outcome[] = [];
    await Promise.all(
      sites.map(async (site) => {
        for (let one = waiting.shift(); one !== undefined; one = waiting.shift())
          outcomes.push(await strike(site, ...one));
        await site.rest();
      })
    );
    const others = [await restartLimit(site), ...(await owners(kills)), ...(await halfWritten(site, kills))];
    await site.rest();
    const after = await settledHoldings(before);
    const sum = (numberOf: (site: Site) => number): number => sites.reduce((total, site) => total + numberOf(site), 0);
    const left = {
      orphans: sum((site) => [...site.processes].filter(isRunning).length),
      descriptors: after.descriptors - before.descriptors,
      handles: after.handles - before.handles,
      listeners: after.listeners - before.listeners + sum((site) => site.token.listeners.size) + warnings,
      "temporary files": sum((site) => readdirSync(site.temporary).length),
      ...(globalThis.gc && {[memory]: (after.memory - before.memory) / 1e6})
    };
    return [
      ...faults.map((fault) =>
        rowOf(
          fault.name,
          outcomes.filter((one) => one.fault === fault),
          within
        )
      ),
      ...moments.map((moment) =>
        rowOf(
          `while ${moment.name}`,
          outcomes.filter((one) => one.moment === moment),
          within
        )
      ),
      {
        part: "deaths",
        name: `left after ${sum(({deaths}) => deaths)} deaths`,
        figures: left,
        goal: `nothing, and not ${maxMemory} MB of memory`,
        reached: Object.entries(left).every(([name, number]) => number < (name === memory ? maxMemory : 1))
      },
      ...others
    ];
  } finally {
    process.off("warning", onWarning);
    for (const site of sites) await site.close();
  }
}

/** Tries a fault at a moment, and repeats the next request until it is answered. */
async function strike(site: Site, fault: Fault, moment: Moment): Promise<Outcome> {
  const client = site.client(fault.harm === undefined ? "real" : "faulty", moment.role);
  if (fault.harm !== undefined) {
    client.restart();
    site.harm = moment.atStart ? `${fault.harm} ${atStart}` : fault.harm;
  }
  // Else the engine would not restart after the fourth death within a minute.
  client.resetCrashCount();
  const {running, next, halfWritten} = await moment.reach(site, client);
  site.harm = undefined;
  const struck = performance.now();
  const processId = client.processId;
  // A process that fails at its start does not react to a signal.
  if (processId !== undefined && !(fault.harm && moment.atStart)) await fault.strike(processId);
  const problems: string[] = [];
  let noticed: number | undefined;
  const failed = (error: unknown): void => {
    if (isForPeople(error)) return;
    problems.push(`failed with ${String(error)}`);
    // A lost request must not hold up the others.
    client.restart();
  };
  if (running !== undefined)
    try {
      if (!(await inTime(running))) problems.push("gave a wrong answer");
    } catch (error) {
      noticed = performance.now() - struck;
      failed(error);
    }
  if (halfWritten?.()) problems.push("something half-written stands under its name");
  let asked = performance.now();
  for (;;) {
    if (processId !== undefined && client.processId === processId) await fault.lift?.(processId);
    try {
      if (!(await inTime(next()))) problems.push("gave a wrong answer to the next request");
      break;
    } catch (error) {
      failed(error);
      if (noticed !== undefined) {
        problems.push(`failed the next request too: ${String(error)}`);
        break;
      }
      // The process was idle, or had answered before it died: this request noticed the death.
      asked = performance.now();
      noticed = asked - struck;
    }
  }
  return {fault, moment, noticed, next: performance.now() - asked, problem: problems.join("; ") || undefined};
}

/** Fails if there is no answer: a lost request. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const waiting = new AbortController();
  const never = setTimeout(patience, undefined, {signal: waiting.signal}).then(() => {
    throw new Error(`Nothing came within ${patience} ms.`);
  });
  try {
    return await Promise.race([answer, never]);
  } finally {
    waiting.abort();
  }
}

/** Whether an error is a sentence for people. */
function isForPeople(error: unknown): boolean {
  return error instanceof HumanError && /^[A-Z][^.]*[a-z]\.$/.test(error.message);
}

function rowOf(name: string, outcomes: readonly Outcome[], within: number): Row {
  const lost = outcomes.filter(({problem}) => problem !== undefined);
  const notices = outcomes.flatMap(({noticed}) => noticed ?? []);
  const nexts = outcomes.map(({next}) => next);
  return {
    part: "deaths",
    name,
    figures: {
      tried: outcomes.length,
      lost: lost.length,
      "noticed, ms": median(notices),
      "at worst": worst(notices),
      "next good answer, ms": median(nexts),
      worst: worst(nexts),
      ...(lost[0] && {first: `${lost[0].fault.name} while ${lost[0].moment.name}: ${lost[0].problem}`})
    },
    goal: Number.isFinite(within) ? `0 lost, next within ${within / 1000} s` : "0 lost",
    reached: lost.length === 0 && nexts.every((time) => time <= within)
  };
}
