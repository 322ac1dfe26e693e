import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import type {DeviceState} from "../../src/contract/devices";
import type {GpuChoice} from "../../src/contract/models";
import {BrokenDriverWatch} from "../../src/features/gpu/brokenDriver";
import {showOtherEvaluator} from "../../src/features/gpu/otherEvaluator";
import {deviceItems} from "../../src/features/gpu/showGpu";
import {blamedDriver, storeBlamedDriver} from "../../src/host/blamedDriver";
import type {Death, EngineClient} from "../../src/host/engine/engineClient";
import type {Host} from "../../src/host/host";
import {userSettings} from "./support/editors";
import {noProcesses} from "./support/engineProcess";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

const device: DeviceState = {
  device: "vulkan",
  works: true,
  inUse: false,
  names: ["A [GPU](command:x)"],
  features: [],
  total: 8e9,
  free: 6e9,
  problem: null
};

describe("A driver that crashes the engine at the start of a model", () => {
  const window = watchWindow();
  const host = ownHost();
  const set = userSettings();

  before(function () {
    if (noProcesses !== undefined) this.skip();
  });
  afterEach(async () => {
    await storeBlamedDriver(host().globalState, undefined);
    host().settings.avoidGpu(false);
    host().engine.restart();
  });

  /** A host on a machine with these devices. */
  function hostWith(...states: DeviceState[]): Host {
    const engine = {request: async () => states, dispose: () => undefined} as unknown as EngineClient;
    return {...host(), spareEngine: () => engine};
  }

  /** Kills an engine while it starts the model on the device in the settings. */
  async function crashed(suspicion: BrokenDriverWatch, signal: NodeJS.Signals): Promise<Death> {
    const {engine, settings} = host();
    const deaths: Death[] = [];
    const listening = engine.onDidDie((death) => deaths.push(death));
    const counting = engine.request("count", {model: settings.scoringModel(), text: "x"}).catch(() => undefined);
    process.kill(engine.processId as number, signal);
    await counting;
    const death = await until(() => deaths[0]);
    listening.dispose();
    await suspicion.onDeath(death);
    return death;
  }

  const question =
    "The model's process ended while \"tokenscope-tiny-q8_0.gguf\" was starting on Vulkan (A [GPU] (command:x)), which may be its driver's fault: compute on the CPU from now on?";

  it("is asked about, and on Use the CPU the CPU is used, also in the next session", async () => {
    window().answer("Use the CPU");
    const {unproven} = await crashed(new BrokenDriverWatch(hostWith(device)), "SIGSEGV");
    assert.deepEqual(
      unproven.map((model) => model.kind === "gguf" && model.gpu),
      ["auto"]
    );
    await until(() => host().settings.avoidsGpu);
    assert.deepEqual(window().messages, [
      {severity: "warning", text: question, buttons: ["Use the CPU", "Try Again", "Show Log"]}
    ]);
    assert.equal(host().settings.scoringModel().gpu, "off");
    assert.equal(blamedDriver(host().globalState)?.avoided, true);
  });

  it("is given a second chance, and after a second crash the CPU is used without asking again", async () => {
    const suspicion = new BrokenDriverWatch(hostWith(device));
    window().answer("Try Again");
    await crashed(suspicion, "SIGABRT");
    assert.equal(host().settings.scoringModel().gpu, "auto");
    await crashed(suspicion, "SIGABRT");
    assert.equal(host().settings.scoringModel().gpu, "off");
    assert.equal(window().messages.length, 2);
    assert.match(
      window().messages[1]?.text ?? "",
      /ended on Vulkan .* again: Tokenscope computes on the CPU from now on/
    );
    assert.ok(blamedDriver(host().globalState)?.avoided);
  });

  it("is another one on another device: that is asked about, too", async () => {
    await crashed(new BrokenDriverWatch(hostWith(device)), "SIGSEGV");
    await crashed(new BrokenDriverWatch(hostWith({...device, device: "cuda"})), "SIGSEGV");
    assert.equal(host().settings.avoidsGpu, false);
    assert.equal(blamedDriver(host().globalState)?.crashes, 1);
  });

  it("may crash what tries it, too", async () => {
    await crashed(new BrokenDriverWatch(hostWith({...device, works: false, names: [], problem: "failed"})), "SIGSEGV");
    assert.match(window().messages[0]?.text ?? "", /was starting on Vulkan, which/);
  });

  it("was chosen by name: the setting is changed, and only when that is wanted", async () => {
    await set("gpu", "vulkan");
    const suspicion = new BrokenDriverWatch(hostWith(device));
    for (let crash = 0; crash < 2; crash++) await crashed(suspicion, "SIGSEGV");
    assert.deepEqual(
      window().messages.map(({text}) => text),
      [question, question]
    );
    const gpu = () => vscode.workspace.getConfiguration("tokenscope").get<GpuChoice>("gpu");
    assert.equal(gpu(), "vulkan");
    window().answer("Use the CPU");
    await crashed(suspicion, "SIGSEGV");
    await until(() => gpu() === "off");
  });

  it("is not to blame where the model crashes on the CPU, too", async () => {
    const suspicion = new BrokenDriverWatch(hostWith(device));
    for (let crash = 0; crash < 2; crash++) await crashed(suspicion, "SIGSEGV");
    assert.equal(host().settings.scoringModel().gpu, "off");
    await crashed(suspicion, "SIGSEGV");
    assert.equal(host().settings.scoringModel().gpu, "auto");
    window().forget();
    host().engine.resetCrashCount();
    await crashed(suspicion, "SIGSEGV");
    assert.deepEqual(window().messages, []);
  });

  it("is looked for on this machine by an engine of its own, which is ended again", async () => {
    const engines: EngineClient[] = [];
    const spareEngine = () => {
      const engine = host().spareEngine();
      engines.push(engine);
      return engine;
    };
    await crashed(new BrokenDriverWatch({...host(), spareEngine}), "SIGSEGV");
    assert.equal(engines.length, 1);
    assert.equal(engines[0]?.processId, undefined);
  });

  it("is not to blame for a machine without a device, for too little memory, nor for a model that had started", async () => {
    const cpu: DeviceState = {...device, device: "cpu", names: ["A Processor"]};
    await crashed(new BrokenDriverWatch(hostWith(cpu, {...device, works: false, problem: "noDriver"})), "SIGSEGV");
    await crashed(new BrokenDriverWatch(hostWith(device)), "SIGKILL");
    const {engine, settings} = host();
    await engine.request("count", {model: settings.scoringModel(), text: "x"});
    const {unproven} = await crashed(new BrokenDriverWatch(hostWith(device)), "SIGSEGV");
    assert.deepEqual(unproven, []);
    assert.deepEqual(window().messages, []);
    assert.equal(blamedDriver(host().globalState), undefined);
  });

  it("is not blamed while there is another way to evaluate on the device, which is told of once", async () => {
    const model = host().settings.scoringModel();
    const death: Death = {code: null, signal: "SIGABRT", hung: false, unproven: [model], guardedOn: "vulkan"};
    await new BrokenDriverWatch(hostWith(device)).onDeath(death);
    assert.deepEqual(window().messages, []);
    assert.equal(blamedDriver(host().globalState), undefined);
    const listeners: ((death: Death) => void)[] = [];
    const onDidDie: EngineClient["onDidDie"] = (listener) => {
      listeners.push(listener);
      return {dispose: () => undefined};
    };
    showOtherEvaluator({...host(), engine: {onDidDie} as EngineClient});
    for (const guardedOn of ["vulkan", "vulkan", null] as const)
      for (const listener of listeners) listener({...death, guardedOn});
    assert.deepEqual(window().messages, [
      {
        severity: "warning",
        text: "The model's process ended while it computed on Vulkan: until the window is reloaded, Tokenscope computes there in a slower way, which survives a driver's errors.",
        buttons: ["Show GPU", "Show Log"]
      }
    ]);
  });

  it("can be tried again under Show GPU", () => {
    const avoided = {device: "vulkan", names: ["A $(gpu)"], version: "1", crashes: 2, avoided: true} as const;
    const items = deviceItems([device], "off", {isInstalled: false, isOffered: true}, avoided);
    const item = items.find(({tryAgain}) => tryAgain);
    assert.deepEqual(
      [item?.label, item?.description, item?.detail],
      [
        "$(debug-restart) Try the GPU Again",
        "Vulkan (A $ (gpu))",
        "The model's process ended on it, so the CPU is used."
      ]
    );
    assert.ok(!items.some(({use}) => use === "auto"));
  });
});
