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
  /** How often each fault strikes: one moment after the other. */
  readonly perFault: number;
  /** How many strike at the same time, each its own engine. */
  readonly atOnce: number;
  /** How often what owns an engine, or writes a file, is killed. */
  readonly kills: number;
  /** Milliseconds within which the next good answer has to come. Default: however long it takes. */
  readonly within?: number;
  readonly seed: number;
}

/** Milliseconds after which an answer never comes: many times what a hang at the start takes to be noticed. */
const patience = 300_000;

const memory = "memory, MB";
/** JavaScript keeps what it has compiled; what each death left would be more. */
const maxMemory = 30;

/** What came of one fault. */
interface Outcome {
  readonly fault: Fault;
  readonly moment: Moment;
  /** Milliseconds until a request failed of it; undefined where none did. */
  readonly noticed: number | undefined;
  /** Milliseconds from then until the next good answer. */
  readonly next: number;
  /** What should not have been; undefined where all was well. */
  readonly problem: string | undefined;
}

/** Lets every fault strike the engine at every moment, and looks at what becomes of requests, files and this process. */
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
    // What is made once is no leak.
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

/** Lets a fault strike at a moment, and asks the next thing until it is answered. */
async function strike(site: Site, fault: Fault, moment: Moment): Promise<Outcome> {
  const client = site.client(fault.harm === undefined ? "real" : "faulty", moment.role);
  if (fault.harm !== undefined) {
    client.restart();
    site.harm = moment.atStart ? `${fault.harm} ${atStart}` : fault.harm;
  }
  // Else the fourth death within a minute were the last.
  client.resetCrashCount();
  const {running, next, halfWritten} = await moment.reach(site, client);
  site.harm = undefined;
  const struck = performance.now();
  const processId = client.processId;
  // One that comes to harm at its start knows no signal.
  if (processId !== undefined && !(fault.harm && moment.atStart)) await fault.strike(processId);
  const problems: string[] = [];
  let noticed: number | undefined;
  const failed = (error: unknown): void => {
    if (isForPeople(error)) return;
    problems.push(`failed with ${String(error)}`);
    // What is lost is not to hold up the others.
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
      // Idle until now, or it had answered before it died: this request was the one to notice.
      asked = performance.now();
      noticed = asked - struck;
    }
  }
  return {fault, moment, noticed, next: performance.now() - asked, problem: problems.join("; ") || undefined};
}

/** Fails where nothing comes: a lost request. */
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

/** One sentence with what to do next. */
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
