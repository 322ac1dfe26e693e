import path from "node:path";
import type {Page} from "playwright-core";
import {startBrowser} from "./browser";
import {root} from "./paths";
import {startServer} from "./vscodeServer";

export interface ExtensionSuite {
  /** The module whose `run` VS Code calls in its extension host. */
  testsPath: string;
  workspace: string;
  /** Where the suite leaves its counts. */
  resultsFile: string;
  timeoutSeconds: number;
  /** Folder of the extension under test. Default: ours. */
  extension?: string;
}

/** Runs an extension suite in a VS Code in the browser; throws unless it ends by itself. */
export async function runExtensionSuite(suite: ExtensionSuite): Promise<void> {
  const browser = await startBrowser();
  try {
    const server = await startServer({
      workspace: suite.workspace,
      payload: true,
      env: {TOKENSCOPE_TEST_RESULTS: suite.resultsFile}
    });
    try {
      const page = await browser.newPage({viewport: {width: 1280, height: 800}});
      const ended = suiteEnd(page, suite.timeoutSeconds);
      await page.exposeFunction("codeAutomationLog", relayLog);
      await page.goto(
        server.address([
          ["extensionDevelopmentPath", server.remoteUri(suite.extension ?? root)],
          ["extensionTestsPath", server.remoteUri(suite.testsPath)]
        ])
      );
      if ((await ended) === "hung") {
        const picture = path.join(root, "out/screenshots/suite-hung.png");
        await page.screenshot({path: picture});
        throw new Error(
          `The extension suite did not end within ${suite.timeoutSeconds} s. ` +
            `What VS Code shows: ${picture}; what its server printed:\n${server.output().slice(-2000)}`
        );
      }
    } finally {
      // In this order, or the page would complain that its server is gone.
      await browser.close();
      await server.stop();
    }
  } finally {
    await browser.close();
  }
}

async function suiteEnd(page: Page, timeoutSeconds: number): Promise<"ended" | "hung"> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve("hung"), timeoutSeconds * 1000);
    page
      .exposeFunction("codeAutomationExit", () => {
        clearTimeout(timer);
        resolve("ended");
      })
      .catch(reject);
  });
}

/** The extension host's console, without what VS Code's own agent host has to say. */
function relayLog(_type: string, args: unknown[]): void {
  if (!String(args[0]).includes("[AgentHost]")) console.log(...args);
}
