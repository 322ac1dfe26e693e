import path from "node:path";
import {startBrowser} from "./browser";
import {root, screenshots} from "./paths";
import {startServer} from "./vscodeServer";

export interface ExtensionSuite {
  /** The module whose `run` VS Code calls in its extension host. */
  testsPath: string;
  workspace: string;
  /** Further environment variables of the extension host. */
  env?: Record<string, string>;
  /** Folder of the extension under test. Default: ours. */
  extension?: string;
}

/**
 * Runs an extension suite in a VS Code in the browser. If it hangs, the caller sends SIGTERM; then it throws, with a
 * picture.
 */
export async function runExtensionSuite({
  testsPath,
  workspace,
  env = {},
  extension = root
}: ExtensionSuite): Promise<void> {
  const stopped = new Promise<"stopped">((resolve) => process.once("SIGTERM", () => resolve("stopped")));
  const browser = await startBrowser();
  try {
    const server = await startServer({workspace, payload: true, env});
    try {
      const page = await browser.newPage({viewport: {width: 1280, height: 800}, reducedMotion: "reduce"});
      const ended = new Promise<"ended">((resolve, reject) => {
        page.exposeFunction("codeAutomationExit", () => resolve("ended")).catch(reject);
      });
      await page.exposeFunction("codeAutomationLog", relayLog);
      await page.goto(
        server.address({
          payload: [
            ["extensionDevelopmentPath", server.remoteUri(extension)],
            ["extensionTestsPath", server.remoteUri(testsPath)]
          ]
        })
      );
      if ((await Promise.race([ended, stopped])) === "stopped") {
        const picture = path.join(screenshots, "suite-hung.png");
        await page.screenshot({path: picture});
        throw new Error(
          `The extension suite was stopped. What VS Code shows: ${picture}; what its server printed:\n${server.output().slice(-2000)}`
        );
      }
    } finally {
      // The page is closed first, or it would complain about its lost server.
      await browser.close();
      await server.stop();
    }
  } finally {
    await browser.close();
  }
}

/** The extension host's console, without messages of VS Code's own agent host. */
function relayLog(_type: string, args: unknown[]): void {
  if (!String(args[0]).includes("[AgentHost]")) console.log(...args);
}
