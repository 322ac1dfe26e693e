import {strict as assert} from "node:assert";
import {CrashPolicy} from "../../src/host/engine/crashPolicy";

const minute = 60_000;

function crashedAt(...times: readonly number[]): CrashPolicy {
  const policy = new CrashPolicy();
  for (const time of times) policy.recordCrash(time);
  return policy;
}

describe("the crash policy", () => {
  it("starts again after three crashes within a minute, and not after the fourth", () => {
    assert.equal(crashedAt().isStopped, false);
    assert.equal(crashedAt(0, 1, 2).isStopped, false);
    const stopped = crashedAt(0, 1, 2, minute - 1);
    assert.deepEqual([stopped.isStopped, stopped.crashes], [true, 4]);
  });

  it("counts no crash that is a minute older than the last", () => {
    const policy = crashedAt(0, 1, 2, minute);
    assert.deepEqual([policy.isStopped, policy.crashes], [false, 3]);
    policy.recordCrash(minute);
    assert.equal(policy.isStopped, true);
  });

  it("never stops an engine that crashes every twenty seconds or more rarely", () => {
    const policy = new CrashPolicy();
    for (let time = 0; time < 100 * minute; time += minute / 3) {
      policy.recordCrash(time);
      assert.equal(policy.isStopped, false, String(time));
    }
  });

  it("forgets the crashes with a reset", () => {
    const policy = crashedAt(0, 1, 2, 3);
    policy.reset();
    assert.deepEqual([policy.isStopped, policy.crashes], [false, 0]);
    for (const time of [4, 5, 6]) policy.recordCrash(time);
    assert.equal(policy.isStopped, false);
    policy.recordCrash(7);
    assert.equal(policy.isStopped, true);
  });
});
