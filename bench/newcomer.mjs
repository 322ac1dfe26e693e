// Times a newcomer's ways in a real VS Code with the packaged extension and a fresh profile: from the first click to the first
// coloured tokens, by clicks alone, with no engine running. The walkthrough opens by itself, as after an installation.
// usage: npm run package && node esbuild.mjs --harness && node bench/newcomer.mjs [RUNS]
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {installVsix} from "../out/test/harness/vscodeServer.js";
import {Workbench} from "../out/test/harness/workbench.js";
import {vsixFile} from "../scripts/vsix.mjs";

const runs = Number(process.argv[2] ?? 3);
const workspace = path.join(import.meta.dirname, "../sample");
const machineSettings = {"workbench.welcomePage.walkthroughs.openOnInstall": true};

/** Each way is a list of clicks. */
const ways = {
  walkthrough: [stepTitle, stepButton],
  "title button": [file, titleButton],
  "context menu": [file, textWithRightButton, submenu, menuRow],
  "status bar": [file, statusBar, quickPickRow]
};

const extensionsDir = mkdtempSync(path.join(tmpdir(), "tokenscope-extensions-"));
await installVsix(vsixFile(), extensionsDir);
for (const [name, clicks] of Object.entries(ways)) {
  const times = [];
  for (let run = 0; run < runs; run++) times.push(await timed(clicks));
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  console.log(`${name}: ${clicks.length} clicks, ${median} ms (median of ${times.join(", ")})`);
}
rmSync(extensionsDir, {recursive: true, force: true});
process.exit(0);

/** Milliseconds from the first click to coloured tokens on the screen. */
async function timed(clicks) {
  const workbench = await Workbench.open({workspace, extensionsDir, machineSettings});
  try {
    await step(workbench).waitFor();
    const started = performance.now();
    for (const click of clicks) await click(workbench);
    await workbench.webview("#tokens .token");
    return Math.round(performance.now() - started);
  } finally {
    await workbench.close();
  }
}

function step({page}) {
  return page.locator('[data-step-id="tokenscope.tokenscope#firstMinutes#logprobs"]');
}

async function stepTitle(workbench) {
  await step(workbench).locator(".step-title").click();
}

async function stepButton(workbench) {
  await step(workbench).locator(".monaco-button").filter({hasText: "Show Logprobs"}).click();
}

async function file({page}) {
  await page.locator(".explorer-viewlet .monaco-list-row").filter({hasText: "retry.py"}).click();
  await page.locator(".editor-instance .view-lines .view-line").first().waitFor();
}

async function titleButton({page}) {
  await page.locator(".editor-actions").getByRole("button", {name: "Show Logprobs"}).click();
}

async function textWithRightButton({page}) {
  await page.locator(".editor-instance .view-lines .view-line").nth(2).click({button: "right"});
}

async function submenu({page}) {
  await page.getByRole("menuitem", {name: "Tokenscope"}).click();
}

async function menuRow({page}) {
  await page.getByRole("menuitem", {name: "Show Logprobs"}).click();
}

async function statusBar(workbench) {
  await workbench.statusBar(/Tokens|tokens/).click();
}

async function quickPickRow({page}) {
  await page.locator(".quick-input-list .monaco-list-row").filter({hasText: "Show Logprobs"}).click();
}
