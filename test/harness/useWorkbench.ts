import path from "node:path";
import {root} from "./paths";
import type {ServerOptions} from "./vscodeServer";
import {Workbench} from "./workbench";

/**
 * Gives a `describe` a VS Code of its own, into which nothing but the packaged extension is installed, on a copy of the
 * sample workspace. Where a test fails, a picture shows what there was to see.
 */
export function useWorkbench(options: Partial<ServerOptions> = {}): () => Workbench {
  let workbench: Workbench | undefined;
  const current = () => {
    if (workbench === undefined) throw new Error("The workbench is there within tests only.");
    return workbench;
  };
  before(async function () {
    this.timeout(120_000);
    const extensionsDir = process.env["TOKENSCOPE_EXTENSIONS"];
    if (extensionsDir === undefined) throw new Error("Run these tests by `npm test -- e2e`: it installs the package.");
    workbench = await Workbench.open({workspace: path.join(root, "sample"), extensionsDir, ...options});
  });
  afterEach(async function () {
    // A test that will be tried again has no state yet.
    if (this.currentTest?.state !== "passed")
      await current().screenshot(`failed-${this.currentTest?.fullTitle().replace(/\W+/g, "-")}`);
  });
  after(async function () {
    this.timeout(30_000);
    await workbench?.close();
  });
  return current;
}
