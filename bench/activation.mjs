// What VS Code says that activating Tokenscope costs, with no model loaded: the figure of "Developer: Show Running
// Extensions" for the packaged extension, in a fresh VS Code each time.
// usage: npm run package && node esbuild.mjs --harness && node bench/activation.mjs [RUNS]
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
const milliseconds = [];
for (let run = 0; run < runs; run++) {
  const workbench = await Workbench.open({workspace: path.join(root, "sample"), extensionsDir});
  try {
    await workbench.runCommand("Developer: Show Running Extensions");
    const row = workbench.page.locator(".runtime-extensions-editor .monaco-list-row").filter({hasText: "Tokenscope"});
    const text = await workbench.until("Tokenscope's activation time is shown", async () => {
      const found = await row
        .first()
        .textContent()
        .catch(() => "");
      return /Activation:\s*(\d+)\s*ms/.exec(found)?.[1];
    });
    milliseconds.push(Number(text));
    if (run === 0) await workbench.screenshot("running-extensions");
  } finally {
    await workbench.close();
  }
}
rmSync(extensionsDir, {recursive: true, force: true});
console.log(`Activation of the packaged extension, ${runs} fresh starts, milliseconds: ${milliseconds.join(", ")}`);
process.exit(0);
