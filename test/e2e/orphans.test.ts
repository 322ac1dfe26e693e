import * as assert from "node:assert/strict";
import {readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {isRunning, type RunningEngine, runningEngines} from "../harness/installed";
import {useWorkbench} from "../harness/useWorkbench";

/** How long an engine may outlive its extension host. It hears of it by a closed channel: at once, but for a busy machine. */
const momentMs = 5_000;
const graceSeconds = 2;

describe("The engine process", () => {
  // A window that is gone without a word may come back: its extension host, and so the engine, stay for the grace.
  const workbench = useWorkbench({reconnectionGraceSeconds: graceSeconds});

  /** The only engine, once it has counted. */
  async function startEngine(): Promise<RunningEngine> {
    const vscode = workbench();
    await vscode.openFile("retry.py");
    await vscode.statusBar("Tokens").waitFor();
    await vscode.goTo(3);
    await vscode.statusBar(/\d+ tokens/).waitFor();
    const engines = runningEngines();
    assert.equal(engines.length, 1, JSON.stringify(engines));
    const [engine] = engines;
    assert.ok(engine !== undefined && isExtensionHost(engine.parent));
    return engine;
  }

  it("ends with an extension host that is killed while it computes, and the next one gets its own", async function () {
    this.timeout(120_000);
    const vscode = workbench();
    const engine = await startEngine();
    const text = vscode.fileText("retry.py");
    writeFileSync(path.join(vscode.server.workspace, "long.py"), text.repeat(Math.ceil(400_000 / text.length)));
    await vscode.openFile("long.py");
    await vscode.runCommand("Tokenscope: Perplexity of Selection");
    await vscode.notification(/Tokenscope|Perplexity|tokens/i).waitFor();
    const before = processorTicks(engine.pid);
    await vscode.page.waitForTimeout(300);
    assert.ok(processorTicks(engine.pid) > before + 10, "it computes");

    process.kill(engine.parent, "SIGKILL");
    await gone([engine.parent, engine.pid]);
    // VS Code starts another extension host by itself.
    await vscode.until("another engine counts", async () => {
      await vscode.goTo(5);
      await vscode.goTo(7);
      return runningEngines().length === 1 || undefined;
    });
    assert.notEqual(runningEngines()[0]?.pid, engine.pid);
  });

  it("ends with the extension host of a window that is closed, while the server goes on", async () => {
    const engine = await startEngine();
    await workbench().page.close();
    await gone([engine.parent, engine.pid], graceSeconds * 1000 + 20_000);
    assert.deepEqual(runningEngines(), []);
    assert.ok(isRunning(workbench().server.processId));
  });
});

for (const [signal, how] of [
  ["SIGTERM", "is stopped"],
  ["SIGKILL", "is killed"]
] as const)
  describe(`The engine process, when VS Code's server ${how}`, () => {
    const workbench = useWorkbench();

    it("ends with it, without being killed itself", async () => {
      const vscode = workbench();
      await vscode.openFile("retry.py");
      await vscode.statusBar("Tokens").waitFor();
      await vscode.goTo(3);
      await vscode.statusBar(/\d+ tokens/).waitFor();
      const [engine] = runningEngines();
      assert.ok(engine);
      // The server only, not the group: what it started must notice by itself.
      process.kill(vscode.server.processId, signal);
      await gone([vscode.server.processId, engine.parent, engine.pid], 20_000);
      assert.deepEqual(runningEngines(), []);
    });
  });

/** Waits until all have ended; the last, the engine, must not run for longer than a moment without the ones before. */
async function gone(pids: readonly number[], timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let alone: number | undefined;
  while (pids.some(isRunning)) {
    assert.ok(Date.now() < deadline, `still running after ${timeoutMs} ms: ${pids.filter(isRunning).join(", ")}`);
    if (!pids.slice(0, -1).some(isRunning)) {
      alone ??= Date.now();
      assert.ok(Date.now() - alone < momentMs, "an engine has outlived its extension host");
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isExtensionHost(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=extensionHost");
}

/** The processor time that a process has taken, in hundredths of a second. */
function processorTicks(pid: number): number {
  const [, , , , , , , , , , , user, system] =
    readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(user) + Number(system);
}
