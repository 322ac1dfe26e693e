import {existsSync, readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {type GgufModel, isSameModel} from "../../src/contract/models";
import {EngineClient} from "../../src/host/engine/engineClient";
import {modelRef} from "../harness/modelRef";
import {root} from "../harness/paths";
import {silentLog} from "../harness/withoutVsCode";
import type {Row} from "./row";

/** Minimum share of a model's memory that must be free again. */
const givenBackGoal = 95;

/** Maximum processor time in percent of a core, and maximum wake-ups of all threads per second. */
const [busyGoal, wakeUpsGoal] = [0.5, 1];

/** Wake-ups of one run of V8's garbage collector, which wakes all of its threads some seconds after work. */
const collection = 120;

const demonstration = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");

/**
 * Measures an idle engine, and the memory that it gives back. `seconds` is the length of the rest (default: not
 * measured), and `model` the path of a model (default: the demonstration model). Linux only, because it reads /proc.
 */
export async function idle({seconds, model}: {readonly seconds?: number; readonly model?: string}): Promise<Row[]> {
  const spec = modelRef(model ?? demonstration);
  let idleLimit = 0;
  const [first, second] = [client(() => idleLimit), client(() => 0)];
  try {
    const available = availableMemory();
    await load(first, spec);
    const pid = processOf(first);
    const loaded = availableMemory();
    const alone = mapped(pid, spec.path);
    await load(second, spec);
    const together = [pid, processOf(second)].map((one) => mapped(one, spec.path));
    await end(second, () => second.unload());
    const switching = await switched(spec);
    // By now the engine has been idle for some seconds.
    const resting = seconds === undefined ? [] : await restRows(pid, seconds);
    const held = residentMemory(pid);
    idleLimit = 100;
    await end(first, () => first.idleLimitChanged());
    const left = existsSync(`/proc/${pid}`) ? residentMemory(pid).all : 0;
    return [
      ...resting,
      {
        part: "idle",
        name: "unloaded after some time",
        figures: {
          "held: all, not of files, MB": megabytes(held.all, held.own),
          "given back, %": Math.round((1 - left / held.all) * 1000) / 10,
          "less free in the system: loaded, unloaded, MB": megabytes(available - loaded, available - availableMemory())
        },
        goal: `at least ${givenBackGoal} % given back`,
        reached: left <= held.all * (1 - givenBackGoal / 100)
      },
      shareRow(alone, together),
      switching
    ];
  } finally {
    first.dispose();
    second.dispose();
  }
}

interface Rest {
  /** Processor time of all threads (ms). */
  readonly busy: number;
  readonly wakeUps: number;
}

async function restRows(pid: number, seconds: number): Promise<Row[]> {
  const before = {engine: activity(pid), owner: activity(process.pid)};
  await setTimeout(seconds * 1000);
  const after = {engine: activity(pid), owner: activity(process.pid)};
  const during = (of: keyof typeof before): Rest => ({
    busy: after[of].busy - before[of].busy,
    wakeUps: after[of].wakeUps - before[of].wakeUps
  });
  return [
    restRow("idle engine", seconds, during("engine")),
    restRow("the process that owns it", seconds, during("owner"))
  ];
}

function restRow(name: string, seconds: number, {busy, wakeUps}: Rest): Row {
  return {
    part: "idle",
    name,
    figures: {seconds, "processor time, ms": busy, "wake-ups": wakeUps},
    goal: `at most ${busyGoal} % of a core, ${wakeUpsGoal} wake-up a second`,
    // Processor time is counted in ticks of 10 ms.
    reached: busy <= 20 + seconds * 10 * busyGoal && wakeUps <= collection + seconds * wakeUpsGoal
  };
}

/** Two engines on one file must share its mapped pages. */
function shareRow(alone: Mapped, together: readonly Mapped[]): Row {
  const total = (of: keyof Mapped): number => together.reduce((sum, one) => sum + one[of], 0);
  return {
    part: "idle",
    name: "two windows on one model",
    figures: {
      "one sees, MB": megabytes(alone.seen),
      "both see, MB": megabytes(total("seen")),
      "both have, MB": megabytes(total("real"))
    },
    goal: "mapped files are there once",
    // Other programs that map the file only make the number smaller.
    reached: alone.seen > 0 && total("real") <= alone.seen * 1.05
  };
}

/** Replaces a model by another in the same process. */
async function switched(spec: GgufModel): Promise<Row> {
  const engine = client(() => 0);
  const small = modelRef(path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf"));
  try {
    await load(engine, small);
    const pid = processOf(engine);
    const before = residentMemory(pid);
    await load(engine, spec);
    const loaded = residentMemory(pid);
    engine.retain([small]);
    while (engine.state.holding?.models.length !== 1) await setTimeout(10);
    const after = residentMemory(pid);
    return {
      part: "idle",
      name: "another model takes its place",
      figures: {
        "own memory before, loaded, after, MB": megabytes(before.own, loaded.own, after.own),
        "with mapped files, MB": megabytes(before.all, loaded.all, after.all)
      },
      goal: "mapped files go at once",
      reached: after.all - after.own <= (before.all - before.own) * 1.1 + 1e6
    };
  } finally {
    engine.dispose();
  }
}

function client(idleLimit: () => number): EngineClient {
  return new EngineClient({
    program: path.join(root, "dist/engine.js"),
    log: silentLog,
    cancelled: () => new Error("cancelled"),
    idleLimit
  });
}

/** Loads a model like its first use, and reads all of its weights. */
async function load(engine: EngineClient, model: GgufModel): Promise<void> {
  await engine.request("score", {model, text: "It was a dark and stormy night. ".repeat(8)});
  while (engine.state.holding?.models.some((held) => isSameModel(held.model, model)) !== true) await setTimeout(10);
}

function processOf({processId}: EngineClient): number {
  if (processId === undefined) throw new Error("No engine process runs.");
  return processId;
}

/** Ends an engine, and waits until its process is gone. */
async function end(engine: EngineClient, begin: () => void): Promise<void> {
  const pid = processOf(engine);
  begin();
  while (existsSync(`/proc/${pid}`)) await setTimeout(10);
}

function activity(pid: number): Rest {
  const [user, system] = statOf(pid).slice(11, 13).map(Number);
  const statuses = readdirSync(`/proc/${pid}/task`).map((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8")
  );
  return {
    // The unit is a hundredth of a second.
    busy: ((user ?? 0) + (system ?? 0)) * 10,
    wakeUps: statuses.reduce((sum, status) => sum + numberIn(status, "voluntary_ctxt_switches"), 0)
  };
}

/**
 * The fields of /proc/PID/stat from the third on. The second is the program's name in brackets, which may contain
 * anything.
 */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Bytes in main memory, and the part of them that is not mapped from files. */
function residentMemory(pid: number): {readonly all: number; readonly own: number} {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {all: numberIn(status, "VmRSS") * 1024, own: numberIn(status, "RssAnon") * 1024};
}

/** Bytes of a file mapped into a process's memory. */
interface Mapped {
  readonly seen: number;
  /** Shared pages are divided among the processes. */
  readonly real: number;
}

function mapped(pid: number, file: string): Mapped {
  const mappings = readFileSync(`/proc/${pid}/smaps`, "utf8")
    .split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/)
    .filter((mapping) => mapping.split("\n", 1)[0]?.endsWith(file));
  const total = (name: string): number => mappings.reduce((sum, mapping) => sum + numberIn(mapping, name) * 1024, 0);
  return {seen: total("Rss"), real: total("Pss")};
}

function availableMemory(): number {
  return numberIn(readFileSync("/proc/meminfo", "utf8"), "MemAvailable") * 1024;
}

function numberIn(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
}

function megabytes(...bytes: readonly number[]): string {
  return bytes.map((value) => Math.round(value / 1e6)).join(", ");
}
