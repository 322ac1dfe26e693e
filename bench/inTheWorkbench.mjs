// Measures waiting times in a real VS Code with the packaged extension, with a fresh start each time:
// - activation, with no model loaded: what "Developer: Show Running Extensions" says;
// - the first perplexity: from Enter on the command, with no engine running, until the numbers stand there.
// usage: npm run package && node esbuild.mjs --harness && node bench/inTheWorkbench.mjs [RUNS]
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {installVsix} from "../out/test/harness/vscodeServer.js";
import {Workbench} from "../out/test/harness/workbench.js";
import {vsixFile} from "../scripts/vsix.mjs";

const runs = Number(process.argv[2] ?? 5);
const root = path.join(import.meta.dirname, "..");
const extensionsDir = mkdtempSync(path.join(tmpdir(), "tokenscope-extensions-"));
await installVsix(vsixFile(), extensionsDir);
const activations = [];
const perplexities = [];
for (let run = 0; run < runs; run++) {
  const workbench = await Workbench.open({workspace: path.join(root, "sample"), extensionsDir});
  try {
    await workbench.openFile("retry.py");
    // The open file has been counted by now: end its engine.
    await workbench.runCommand("Tokenscope: Restart Engine");
    await workbench.runCommand("Tokenscope: Perplexity of Selection");
    const started = performance.now();
    await workbench.page.locator(".quick-input-list").getByText("Cross entropy").waitFor();
    perplexities.push(Math.round(performance.now() - started));
    await workbench.page.keyboard.press("Escape");

    await workbench.runCommand("Developer: Show Running Extensions");
    const row = workbench.page.locator(".runtime-extensions-editor .monaco-list-row").filter({hasText: "Tokenscope"});
    await workbench.page.locator(".runtime-extensions-editor .monaco-list-row").first().hover();
    const activation = await workbench.until("Tokenscope's activation time is shown", async () => {
      // The slowest extensions come first, and only visible rows exist.
      await workbench.page.mouse.wheel(0, 100);
      const found = await row
        .first()
        .textContent()
        .catch(() => "");
      return /Activation:\s*(\d+)\s*ms/.exec(found)?.[1];
    });
    activations.push(Number(activation));
  } finally {
    await workbench.close();
  }
}
rmSync(extensionsDir, {recursive: true, force: true});
console.log(`${runs} fresh starts, milliseconds:`);
console.log(`  activation:       ${activations.join(", ")}`);
console.log(`  first perplexity: ${perplexities.join(", ")}`);
process.exit(0);
