import {strict as assert} from "node:assert";
import {isDeviceLost} from "../../src/engine/llama/deviceLost";
import {type CrashedProcess, EvaluatorPolicy} from "../../src/host/engine/evaluatorPolicy";
import {isNativeCrash} from "../../src/host/engine/nativeCrash";

const onDevice: CrashedProcess = {guarded: false, unguarded: "vulkan", computing: true};

describe("the policy of the evaluator", () => {
  it("takes the other way after a crash on a device, and stays with it", () => {
    const policy = new EvaluatorPolicy();
    assert.equal(policy.isGuarded, false);
    assert.equal(policy.recordCrash(onDevice), "vulkan");
    assert.equal(policy.isGuarded, true);
    assert.equal(policy.recordCrash({...onDevice, unguarded: null, guarded: true}), null);
    assert.equal(policy.isGuarded, true);
  });

  it("has no third way: what crashes in the other one changes nothing", () => {
    const policy = new EvaluatorPolicy();
    assert.equal(policy.recordCrash({...onDevice, guarded: true}), null);
    assert.equal(policy.isGuarded, false);
  });

  it("knows a process that was started before the first had been missed", () => {
    const policy = new EvaluatorPolicy();
    assert.deepEqual([policy.recordCrash(onDevice), policy.recordCrash(onDevice)], ["vulkan", "vulkan"]);
    assert.equal(policy.isGuarded, true);
  });

  it("changes nothing after a crash on the CPU, nor of a process that was not to compute", () => {
    const policy = new EvaluatorPolicy();
    for (const unguarded of [null, "cpu"] as const) assert.equal(policy.recordCrash({...onDevice, unguarded}), null);
    assert.equal(policy.recordCrash({...onDevice, computing: false}), null);
    assert.equal(policy.isGuarded, false);
  });

  it("forgets with another device", () => {
    const policy = new EvaluatorPolicy();
    policy.recordCrash(onDevice);
    policy.reset();
    assert.equal(policy.isGuarded, false);
    assert.equal(policy.recordCrash({...onDevice, unguarded: "cuda"}), "cuda");
  });
});

describe("a crash in native code", () => {
  it("is what the loss of a device is taken for, and not the lack of its memory", () => {
    assert.ok(isDeviceLost(new Error("vk::Queue::submit: ErrorDeviceLost")));
    assert.ok(isDeviceLost(new Error("vk::Device::getFenceStatus: ErrorDeviceLost")));
    assert.ok(!isDeviceLost(new Error("vk::Device::allocateMemory: ErrorOutOfDeviceMemory")));
  });

  it("is known by how the process ends", () => {
    const ends = (end: Partial<Parameters<typeof isNativeCrash>[0]>, platform: NodeJS.Platform) =>
      isNativeCrash({code: null, signal: null, hung: false, ...end}, platform);
    assert.ok(ends({signal: "SIGILL"}, "linux"));
    for (const code of [0xc0000005, 3, 134]) assert.ok(ends({code}, "win32"));
    assert.ok(!ends({code: 0xc0000005}, "linux"));
    assert.ok(!ends({code: 1}, "win32"));
    assert.ok(!ends({signal: "SIGKILL"}, "linux"));
    assert.ok(!ends({signal: "SIGKILL", hung: true}, "linux"));
  });
});
