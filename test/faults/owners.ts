import {fork} from "node:child_process";
import {once} from "node:events";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {root} from "../harness/paths";
import {worst} from "./figures";
import {type Harm, harmSignal, harmVariable} from "./harm";
import {isRunning} from "./holdings";
import type {Row} from "./row";
import {demonstration, programs} from "./site";

/** What an engine does when it loses its owner. */
const states: readonly {readonly name: string; readonly harm?: Harm}[] = [
  {name: "it computes"},
  {name: "its main thread hangs", harm: "spin"}
];

/** An engine that still runs after this long (ms) is an orphan. Ending takes a tiny part of it. */
const patience = 240_000;

/** Kills the owners of engines, and checks that the engines end too. */
export async function owners(kills: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const {name, harm} of states) {
    const times: number[] = [];
    let orphans = 0;
    for (let kill = 0; kill < kills; kill++) {
      const time = await killOwner(harm);
      if (time === undefined) orphans++;
      else times.push(time);
    }
    rows.push({
      part: "deaths",
      name: `its owner is killed while ${name}`,
      figures: {tried: kills, orphans, "gone after, ms: worst": worst(times)},
      goal: "no orphan",
      reached: orphans === 0
    });
  }
  return rows;
}

/** Time until the engine ended (ms). Undefined if it never did; then it is killed. */
async function killOwner(harm: Harm | undefined): Promise<number | undefined> {
  const program = harm === undefined ? programs.real : programs.faulty;
  const owner = fork(path.join(root, "out/test/engine/fixtures/owner.js"), [program, JSON.stringify(demonstration)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {...process.env, [harmVariable]: harm}
  });
  const [engine] = (await once(owner, "message")) as [number];
  if (harm !== undefined) process.kill(engine, harmSignal);
  // The engine handles the signal a little later.
  await setTimeout(100);
  const killed = performance.now();
  owner.kill("SIGKILL");
  while (isRunning(engine) && performance.now() - killed < patience) await setTimeout(2);
  if (!isRunning(engine)) return performance.now() - killed;
  process.kill(engine, "SIGKILL");
  return undefined;
}
