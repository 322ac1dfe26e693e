import {HumanError} from "../../src/contract/errors";
import {isRunning} from "./holdings";
import type {Row} from "./row";
import type {Site} from "./site";

/** After this many deaths within a minute, no engine starts by itself (docs/models-and-gpu.md). */
const most = 4;

/** Kills each engine as soon as it runs. In the end none starts by itself, and one starts on request. */
export async function restartLimit(site: Site): Promise<Row> {
  const client = site.client("real", "engine");
  client.restart();
  const kinds: string[] = [];
  let starts = 0;
  while (kinds.at(-1) !== "engineStopped" && kinds.length <= 2 * most) {
    const running = site.score(client).then(() => "answered", kindOf);
    const {processId} = client;
    if (processId !== undefined && isRunning(processId)) {
      starts++;
      process.kill(processId, "SIGKILL");
    }
    kinds.push(await running);
  }
  client.restart();
  const isRight = await site.score(client);
  const stops = kinds.slice(0, -1).every((kind) => kind === "engineDied") && kinds.at(-1) === "engineStopped";
  return {
    part: "deaths",
    name: "killed at each start",
    figures: {"started by itself": starts, "started when told to": isRight ? 1 : 0},
    goal: `stops after ${most} deaths, until it is told to start`,
    reached: stops && starts === most && isRight
  };
}

function kindOf(error: unknown): string {
  return error instanceof HumanError ? error.kind : String(error);
}
