// Takes the README's pictures from the packaged extension, in the same way as the e2e tests.
// usage: npm run package && node esbuild.mjs --harness && node scripts/pictures.mjs
import {mkdirSync, mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {installVsix} from "../out/test/harness/vscodeServer.js";
import {Workbench} from "../out/test/harness/workbench.js";
import {root} from "./root.mjs";
import {vsixFile} from "./vsix.mjs";

const pictures = path.join(root, "media/readme");
mkdirSync(pictures, {recursive: true});
const extensionsDir = mkdtempSync(path.join(tmpdir(), "tokenscope-extensions-"));
await installVsix(vsixFile(), extensionsDir);
const workbench = await Workbench.open({workspace: path.join(root, "sample"), extensionsDir});
const {page} = workbench;

async function take(name, clip) {
  await page.screenshot({path: path.join(pictures, `${name}.png`), ...(clip ? {clip} : {})});
}

try {
  await workbench.setTheme("dark");
  // No side bar and no minimap, to have more room.
  await workbench.setSettings({"editor.minimap.enabled": false, "workbench.layoutControl.enabled": false});
  await workbench.openFile("retry.py");
  await page.keyboard.press("Control+B");

  await workbench.selectLines(26, 29);
  await workbench.statusBar(/tokens selected/).waitFor();
  const hover = await workbench.hoverSelection();
  await hover.getByText("tokens,").waitFor();
  const box = await hover.boundingBox();
  await take("hover", {x: 52, y: Math.max(0, box.y - 60), width: box.x + box.width - 40, height: box.height + 150});

  await page.keyboard.press("Escape");
  await workbench.runCommand("Tokenscope: Perplexity of Selection");
  await page.locator(".quick-input-list").getByText("Cross entropy").waitFor();
  // Moves the mouse away from the input box, which has a tooltip.
  await page.mouse.move(1200, 700);
  await page.locator(".monaco-hover:visible").waitFor({state: "detached"});
  const list = await page.locator(".quick-input-widget").boundingBox();
  await take("perplexity", {x: list.x - 12, y: 0, width: list.width + 24, height: list.height + 20});
  await page.keyboard.press("Escape");

  await workbench.goTo(1);
  await workbench.runCommand("Tokenscope: Show Logprobs");
  const view = await workbench.webview("#tokens .token");
  await view.locator("#tokens .token").first().click();
  for (let i = 0; i < 3; i++) await page.keyboard.press("n");
  await view.locator(".chart li").first().waitFor();
  await take("logprobs");
  const details = await view.locator("#details").boundingBox();
  await take("alternatives", {x: details.x, y: details.y, width: details.width, height: details.height});
  await page.keyboard.press("Control+W");

  await workbench.openFile("wordCount.ts");
  await workbench.goTo(1);
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.type("import path from");
  await workbench.runCommand("Tokenscope: Complete at Cursor");
  await workbench.ghostText.first().waitFor();
  const ghost = await workbench.ghostText.first().boundingBox();
  await take("completion", {x: 52, y: Math.max(0, ghost.y - 60), width: 760, height: 240});
} finally {
  await workbench.close();
  rmSync(extensionsDir, {recursive: true, force: true});
}
process.exit(0);
