import path from "node:path";
import {installedExtensions} from "./installed";
import {root} from "./paths";
import {closeShared, openSharedWindow, sharedBrowser, type WindowOptions} from "./sharedServer";
import {type ServerOptions, startServer} from "./vscodeServer";
import {patience, Workbench, windowOptions} from "./workbench";

/** A hang guard (ms) for a test, which waits for many things, and for the start of a window. */
const testPatience = 5 * patience;

// Outside a describe, this runs at the end of the run.
after(async function () {
  this.timeout(testPatience);
  await closeShared();
});

/**
 * Gives a `describe` a window of VS Code for a new user, with only the packaged extension, on a copy of the sample
 * workspace. A failed test leaves a picture of the window.
 */
export function useWorkbench(options: WindowOptions = {}): () => Workbench {
  return useWindow("describe", () => openSharedWindow(options));
}

/**
 * {@link useWorkbench} with its own VS Code server, for options that the shared one does not have. A test may end the
 * server if each test, and each retry, has its own.
 */
export function useOwnServer(options: Partial<ServerOptions>, each: "describe" | "test" = "describe"): () => Workbench {
  return useWindow(each, async () => {
    const browser = await sharedBrowser();
    const extensionsDir = installedExtensions();
    const server = await startServer({workspace: path.join(root, "sample"), extensionsDir, ...options});
    const context = await browser.newContext(windowOptions);
    const end = async (): Promise<void> => {
      await context.close();
      await server.stop();
    };
    try {
      return await Workbench.openWindow(context, server, server.workspace, end);
    } catch (error) {
      await end();
      throw error;
    }
  });
}

/**
 * For a `describe` whose tests are the steps of one path: once one has failed, the others are skipped, because each would
 * wait in vain.
 */
export function stopAtFirstFailure(): void {
  let hasFailed = false;
  beforeEach(function () {
    if (hasFailed) this.skip();
  });
  afterEach(function () {
    // A test that will be retried has no state yet.
    if (this.currentTest?.state === "failed") hasFailed = true;
  });
}

function useWindow(each: "describe" | "test", open: () => Promise<Workbench>): () => Workbench {
  let workbench: Workbench | undefined;
  const current = () => {
    if (workbench === undefined) throw new Error("The workbench is there within tests only.");
    return workbench;
  };
  const [begin, end] = each === "describe" ? [before, after] : [beforeEach, afterEach];
  begin(async function () {
    this.timeout(testPatience);
    workbench = await open();
  });
  beforeEach(function () {
    this.currentTest?.timeout(testPatience);
  });
  afterEach(async function () {
    this.timeout(testPatience);
    const test = this.currentTest;
    // A test that will be retried has no state yet.
    if (test?.state !== "passed" && !test?.isPending())
      await workbench?.screenshot(`failed-${test?.fullTitle().replace(/\W+/g, "-")}`);
  });
  end(async function () {
    this.timeout(testPatience);
    await workbench?.close();
    workbench = undefined;
  });
  return current;
}
