import * as assert from "node:assert/strict";
import {readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {setTimeout} from "node:timers/promises";
import {isRunning, type RunningProcess, runningEngines} from "../harness/installed";
import {useOwnServer} from "../harness/useWorkbench";
import {patience} from "../harness/workbench";

const graceSeconds = 2;

describe("The engine process", () => {
  // A lost window may come back: its extension host, and so the engine, stay for the grace time.
  const workbench = useOwnServer({reconnectionGraceSeconds: graceSeconds});

  /** The only engine, after it has counted. */
  async function startEngine(): Promise<RunningProcess> {
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

  it("ends with an extension host that is killed while it computes, and the next one gets its own", async () => {
    const vscode = workbench();
    const engine = await startEngine();
    const text = vscode.fileText("retry.py");
    writeFileSync(path.join(vscode.workspace, "long.py"), text.repeat(Math.ceil(1_000_000 / text.length)));
    await vscode.openFile("long.py");
    await vscode.runCommand("Tokenscope: Perplexity of Selection");
    await vscode.notification(/Tokenscope|Perplexity|tokens/i).waitFor();
    const before = processorTicks(engine.pid);
    await vscode.until("it computes", async () => processorTicks(engine.pid) > before + 10 || undefined);

    const atTheEnd = processorTicks(engine.pid);
    process.kill(engine.parent, "SIGKILL");
    let last = atTheEnd;
    await gone([engine.parent, engine.pid], () => {
      last = Math.max(last, processorTicks(engine.pid));
    });
    // Scoring the whole text would have taken many times as long.
    assert.ok(last - atTheEnd < 1000, `it went on computing: ${last - atTheEnd} hundredths of a second`);
    // VS Code starts a new extension host by itself.
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
    await gone([engine.parent, engine.pid]);
    assert.deepEqual(runningEngines(), []);
    assert.ok(isRunning(workbench().server.processId));
  });
});

for (const [signal, how] of [
  ["SIGTERM", "is stopped"],
  ["SIGKILL", "is killed"]
] as const)
  describe(`The engine process, when VS Code's server ${how}`, () => {
    const workbench = useOwnServer({}, "test");

    it("ends with it, without being killed itself", async () => {
      const vscode = workbench();
      await vscode.openFile("retry.py");
      await vscode.statusBar("Tokens").waitFor();
      await vscode.goTo(3);
      await vscode.statusBar(/\d+ tokens/).waitFor();
      const [engine] = runningEngines();
      assert.ok(engine);
      // Only the server is killed, not the group: its child processes must notice by themselves.
      process.kill(vscode.server.processId, signal);
      await gone([vscode.server.processId, engine.parent, engine.pid]);
      assert.deepEqual(runningEngines(), []);
    });
  });

/** Waits until all have ended by themselves. An idle engine would run for a quarter of an hour. */
async function gone(pids: readonly number[], meanwhile: () => void = () => undefined): Promise<void> {
  const deadline = Date.now() + patience;
  while (pids.some(isRunning)) {
    meanwhile();
    assert.ok(Date.now() < deadline, `still running: ${pids.filter(isRunning).join(", ")}`);
    await setTimeout(20);
  }
}

function isExtensionHost(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=extensionHost");
}

/** A process's processor time in hundredths of a second; 0 if it has ended. */
function processorTicks(pid: number): number {
  try {
    const [, , , , , , , , , , , user, system] =
      readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return Number(user) + Number(system);
  } catch {
    return 0;
  }
}
