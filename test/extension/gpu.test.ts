import {strict as assert} from "node:assert";
import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {create} from "tar";
import * as vscode from "vscode";
import type {DeviceState} from "../../src/contract/devices";
import type {NoticeParams} from "../../src/contract/requests";
import {CudaRuntime} from "../../src/features/gpu/cudaRuntime";
import {installFromFiles, remove} from "../../src/features/gpu/install";
import {showNotices} from "../../src/features/gpu/notices";
import {offerCudaRuntime} from "../../src/features/gpu/offer";
import {deviceItems} from "../../src/features/gpu/showGpu";
import type {EngineClient} from "../../src/host/engine/engineClient";
import type {Host} from "../../src/host/host";
import type {RuntimePackage} from "../../src/platform/cudaPackages";
import {temporaryFolder, userSettings} from "./support/editors";
import {tokenscope} from "./support/extension";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

const nothing = {works: false, inUse: false, names: [], features: [], total: null, free: null} as const;
const cpu: DeviceState = {
  device: "cpu",
  works: true,
  inUse: true,
  names: ["A Processor"],
  features: ["SSE3", "AVX2", "FMA"],
  total: 32e9,
  free: 20e9,
  problem: null
};
const readyForCuda: DeviceState = {...nothing, device: "cuda", problem: "noRuntime"};

describe("Show GPU", () => {
  const window = watchWindow();
  before(tokenscope);

  it("lists what there is, with the device in use first, and leaves with Escape", async () => {
    const shown = vscode.commands.executeCommand("tokenscope.showGpu");
    const list = await until(() => window().lists.find(({busy, items}) => !busy && items.length > 0));
    const [first] = list.items;
    assert.equal(first?.description, "in use");
    assert.match(first?.detail ?? "", /[\d.]+ GB of [\d.]+ GB free/);
    for (const name of ["CPU", "CUDA", "Vulkan", "Metal"])
      assert.equal(list.items.filter(({label}) => label.endsWith(` ${name}`)).length, 1);
    list.hide();
    await shown;
    assert.deepEqual(window().errors, []);
  });

  it("can be left while it is still looking", async () => {
    const shown = vscode.commands.executeCommand("tokenscope.showGpu");
    const list = await until(() => window().lists[0]);
    list.hide();
    await shown;
    assert.deepEqual(window().errors, []);
  });

  it("says what each device has, or lacks, and does something about it when it is chosen", () => {
    const states: DeviceState[] = [
      {...nothing, device: "metal", problem: "otherSystem"},
      readyForCuda,
      {...cpu, inUse: false},
      {...cpu, device: "vulkan", names: ["GPU", "GPU"], features: [], total: 8e9, free: 6e9}
    ];
    const items = deviceItems(states, "vulkan", {isInstalled: false, isOffered: true});
    const known = items.filter(({label}) => /CPU|CUDA$|Vulkan|Metal/.test(label));
    assert.deepEqual(
      known.map(({label, description, detail, use, command}) => [label, description, detail, use ?? command]),
      [
        ["$(pass-filled) Vulkan", "in use", "GPU · 6.0 GB of 8.0 GB free", undefined],
        ["$(circle-large-outline) CPU", "works, not in use", "A Processor · 20 GB of 32 GB free · AVX2, FMA", "off"],
        [
          "$(circle-slash) CUDA",
          "not installed",
          "The NVIDIA GPU is ready. Choose this to install llama.cpp for it.",
          "tokenscope.installCudaRuntime"
        ],
        ["$(circle-slash) Metal", "not for this system", "The GPU of Macs with Apple silicon.", undefined]
      ]
    );
    assert.ok(items.some(({use}) => use === "auto"));
    assert.ok(items.some(({command}) => command === "tokenscope.installCudaRuntimeFromFile"));
    assert.ok(!items.some(({command}) => command === "tokenscope.removeCudaRuntime"));
  });

  it("tells a missing driver from missing libraries, and from what broke", () => {
    const described = (problem: DeviceState["problem"]) => {
      const [item] = deviceItems([{...nothing, device: "cuda", problem}], "auto", {isInstalled: true, isOffered: true});
      return [item?.description, item?.command];
    };
    assert.deepEqual(described("noDriver"), ["no NVIDIA GPU found", undefined]);
    assert.deepEqual(described("noLibraries"), ["CUDA Toolkit not found", "vscode.open"]);
    assert.deepEqual(described("failed"), ["does not work", "tokenscope.showLog"]);
  });

  it("shows what a driver calls its device as text", () => {
    const [item] = deviceItems([{...cpu, names: ["$(alert) [x](command:y)"]}], "auto", {
      isInstalled: false,
      isOffered: true
    });
    assert.ok(!item?.detail?.includes("$(alert)"), item?.detail);
  });
});

describe("CUDA's runtime", () => {
  const window = watchWindow();
  const files = temporaryFolder();
  const host = ownHost();
  const set = userSettings();
  let asked = 0;

  /** A host on a machine with this state of CUDA. */
  function hostWith(state: DeviceState): Host {
    const engine = {
      request: async () => {
        asked++;
        return [state];
      },
      deviceChanged: () => undefined
    } as unknown as EngineClient;
    return {...host(), engine};
  }

  function runtimeOf(packages: readonly RuntimePackage[], folder = path.join(files.path, "runtimes")): CudaRuntime {
    return new CudaRuntime({
      packages,
      folder,
      transfers: host().transfers,
      registry: () => "http://127.0.0.1:9/",
      network: () => host().settings.network(null)
    });
  }

  const one: RuntimePackage = {name: "@node-llama-cpp/linux-x64-cuda", version: "9.9.9", integrity: "sha512-x"};

  beforeEach(async () => {
    asked = 0;
    await host().globalState.update("tokenscope.cudaOffer", undefined);
  });

  it("is offered where the GPU is ready for it, with its size and where it comes from", async () => {
    window().answer("Install");
    assert.equal(await offerCudaRuntime(hostWith(readyForCuda), runtimeOf([one])), true);
    const [message] = window().messages;
    assert.match(message?.text ?? "", /NVIDIA GPU.*320 MB from registry\.npmjs\.org/);
    assert.deepEqual(message?.buttons, ["Install", "Not Now", "Don't Ask Again"]);
  });

  it("is not offered twice, but again for the next version", async () => {
    for (const version of ["9.9.9", "9.9.9", "9.9.10"])
      assert.equal(await offerCudaRuntime(hostWith(readyForCuda), runtimeOf([{...one, version}])), false);
    assert.equal(window().messages.length, 2);
  });

  it("is never offered again to who does not want to be asked, but after an update to who had it", async () => {
    window().answer("Don't Ask Again");
    await offerCudaRuntime(hostWith(readyForCuda), runtimeOf([one]));
    assert.equal(await offerCudaRuntime(hostWith(readyForCuda), runtimeOf([{...one, version: "9.9.10"}])), false);
    assert.equal(window().messages.length, 1);
    const folder = path.join(files.path, "updated");
    mkdirSync(path.join(folder, "9.9.9"), {recursive: true});
    window().answer("Install");
    assert.equal(
      await offerCudaRuntime(hostWith(readyForCuda), runtimeOf([{...one, version: "9.9.10"}], folder)),
      true
    );
    assert.equal(existsSync(path.join(folder, "9.9.9")), false);
  });

  it("is not offered without the GPU, its libraries, a checksum, or room for it in the settings", async () => {
    for (const problem of ["noDriver", "noLibraries", "otherSystem", "failed"] as const)
      assert.equal(await offerCudaRuntime(hostWith({...readyForCuda, problem}), runtimeOf([one])), false);
    asked = 0;
    assert.equal(await offerCudaRuntime(hostWith(readyForCuda), runtimeOf([{...one, integrity: null}])), false);
    assert.equal(await offerCudaRuntime(hostWith(readyForCuda), runtimeOf([])), false);
    for (const gpu of ["off", "vulkan", "metal"]) {
      await set("gpu", gpu);
      assert.equal(await offerCudaRuntime(hostWith(readyForCuda), runtimeOf([one])), false);
    }
    // Devices were not even requested.
    assert.equal(asked, 0);
    assert.deepEqual(window().messages, []);
  });

  it("comes from files that are chosen, is said not to work where it doesn't, and goes again", async () => {
    const home = path.join(files.path, "package");
    mkdirSync(home);
    writeFileSync(path.join(home, "package.json"), "{}");
    const tarball = path.join(files.path, "any.tgz");
    await create({gzip: true, cwd: files.path, file: tarball}, ["package"]);
    const integrity = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
    const runtime = runtimeOf([{...one, integrity}], path.join(files.path, "installed"));
    const showOpenDialog = vscode.window.showOpenDialog;
    let dialog: vscode.OpenDialogOptions | undefined;
    Reflect.set(vscode.window, "showOpenDialog", async (options: vscode.OpenDialogOptions) => {
      dialog = options;
      return [vscode.Uri.file(tarball)];
    });
    try {
      await installFromFiles(hostWith({...readyForCuda, problem: "failed"}), runtime);
    } finally {
      Reflect.set(vscode.window, "showOpenDialog", showOpenDialog);
    }
    assert.match(dialog?.title ?? "", /linux-x64-cuda-9\.9\.9\.tgz/);
    assert.equal(await runtime.isInstalled(), true);
    assert.match(window().messages.at(-1)?.text ?? "", /installed, but CUDA does not work/);
    await remove(hostWith(readyForCuda), runtime);
    assert.equal(await runtime.isInstalled(), false);
    assert.match(window().messages.at(-1)?.text ?? "", /was removed/);
  });

  it("has nothing to remove where it is not installed", async () => {
    await vscode.commands.executeCommand("tokenscope.removeCudaRuntime");
    assert.match(window().messages.at(-1)?.text ?? "", /not installed/);
    assert.deepEqual(window().errors, []);
  });
});

describe("A GPU whose memory is too small", () => {
  const window = watchWindow();
  const host = ownHost();

  it("is told once for each model, with what can be done about it", async () => {
    let tell: (notice: NoticeParams) => void = () => assert.fail("nobody listens");
    const engine = {
      onNotice(listener: typeof tell) {
        tell = listener;
        return {dispose: () => undefined};
      }
    } as unknown as EngineClient;
    const showing = showNotices({...host(), engine});
    for (const model of ["/a.gguf", "/a.gguf", "/b.gguf"]) tell({kind: "fewerLayers", model, message: `Of ${model}.`});
    assert.deepEqual(
      window().messages,
      ["/a.gguf", "/b.gguf"].map((model) => ({
        severity: "warning",
        text: `Of ${model}.`,
        buttons: ["Show GPU", "Open Settings"]
      }))
    );
    showing.dispose();
  });
});
