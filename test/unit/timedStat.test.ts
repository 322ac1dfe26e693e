import {strict as assert} from "node:assert";
import type {Stats} from "node:fs";
import {stat} from "node:fs/promises";
import {mock} from "node:test";
import {TimedStat} from "../../src/host/models/local/timedStat";

describe("A folder on a network that is gone", () => {
  // A mocked clock, so that a slow machine changes nothing.
  beforeEach(() => mock.timers.enable({apis: ["setTimeout"]}));
  afterEach(() => mock.timers.reset());

  it("is passed over, is not asked twice, and takes no more than two of Node's threads", async () => {
    const asked: string[] = [];
    const answers = new Map<string, () => void>();
    const timeout = 5000;
    const timedStat = new TimedStat(timeout);
    const look = (path: string): Promise<Stats> => {
      asked.push(path);
      if (!path.startsWith("/gone/")) return stat(".");
      // The timeout passes.
      setImmediate(() => mock.timers.tick(timeout));
      return new Promise<Stats>((_, reject) => answers.set(path, () => reject(new Error("back"))));
    };
    const there = async (...paths: string[]): Promise<boolean[]> =>
      (await Promise.all(paths.map((path) => timedStat.ask(path, () => look(path))))).map((status) => status !== null);
    assert.deepEqual(await there("/gone/a", "/here", "/gone/a"), [false, true, false]);
    assert.deepEqual(asked, ["/gone/a", "/here"]);
    assert.deepEqual(await there("/gone/b", "/gone/c", "/here"), [false, false, false]);
    assert.deepEqual(asked, ["/gone/a", "/here", "/gone/b"]);
    for (const answer of answers.values()) answer();
    await new Promise(setImmediate);
    assert.deepEqual(await there("/here", "/gone/c"), [true, false]);
  });
});
