// Measures a newcomer's path in a real VS Code with the packaged extension, with a fresh profile each time: from the window to the
// walkthrough that opens by itself, and from its second click to the first coloured token.
// usage: npm run package && node esbuild.mjs --harness && node bench/newcomer.mjs [RUNS]
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {installVsix} from "../out/test/harness/vscodeServer.js";
import {Workbench} from "../out/test/harness/workbench.js";
import {vsixFile} from "../scripts/vsix.mjs";

const runs = Number(process.argv[2] ?? 5);
const workspace = path.join(import.meta.dirname, "../sample");
const extensionsDir = mkdtempSync(path.join(tmpdir(), "tokenscope-extensions-"));
const machineSettings = {"workbench.welcomePage.walkthroughs.openOnInstall": true};
await installVsix(vsixFile(), extensionsDir);
const walkthroughs = [];
const logprobs = [];
let clicks = 0;
for (let run = 0; run < runs; run++) {
  const workbench = await Workbench.open({workspace, extensionsDir, machineSettings});
  try {
    const shown = performance.now();
    const step = workbench.page.locator('[data-step-id="tokenscope.tokenscope#firstMinutes#logprobs"]');
    await step.waitFor();
    walkthroughs.push(Math.round(performance.now() - shown));
    clicks = 0;
    const click = async (target) => {
      await target.click();
      clicks++;
    };
    await click(step.locator(".step-title"));
    await click(step.locator(".monaco-button").filter({hasText: "Show Logprobs"}));
    const clicked = performance.now();
    await workbench.webview("#tokens .token");
    logprobs.push(Math.round(performance.now() - clicked));
  } finally {
    await workbench.close();
  }
}
rmSync(extensionsDir, {recursive: true, force: true});
console.log(`${runs} fresh profiles, milliseconds:`);
console.log(`  from the window to the walkthrough:                  ${walkthroughs.join(", ")}`);
console.log(`  from click ${clicks} of ${clicks} to the first token, no engine running: ${logprobs.join(", ")}`);
process.exit(0);
