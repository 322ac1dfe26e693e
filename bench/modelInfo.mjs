// Measures the cost of opening a model of 20 GB: a sparse file with a real header (579 tensors, 151,936 tokens).
// - reading: from opening the file to the page's data, in this process, and the bytes read for it;
// - filtering: from a text in the filter of 20,000 rows of metadata to the one matching row, in a browser;
// - with --workbench, in a real VS Code with the packaged extension: from the click on the file to the page.
// usage: node esbuild.mjs --harness && node bench/modelInfo.mjs [RUNS] [--workbench, after npm run package]
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import esbuild from "esbuild";
import {writeLargeModel} from "../out/test/harness/largeModel.js";
import {origin, ViewInBrowser} from "../out/test/harness/viewInBrowser.js";

const root = path.join(import.meta.dirname, "..");
const inWorkbench = process.argv.includes("--workbench");
const runs = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 5);
const parts = {script: "/modelInfo.js", styles: "/modelInfo.css"};
const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-bench-"));
try {
  await filtering(await reading());
  if (inWorkbench) await workbench();
} finally {
  rmSync(folder, {recursive: true, force: true});
}
process.exit(0);

async function reading() {
  const program = path.join(folder, "reading.cjs");
  await esbuild.build({
    stdin: {
      contents:
        'export * from "./src/gguf/header"; export * from "./src/gguf/facts"; export * from "./src/gguf/stringLists"; export * from "./src/platform/fileSource"; export * from "./src/features/modelInfo/modelPage"; export * from "./src/features/modelInfo/modelInfoPage"; export * from "./src/host/webviewPage";',
      resolveDir: root
    },
    bundle: true,
    platform: "node",
    outfile: program,
    logLevel: "error"
  });
  const {default: ours} = await import(program);
  const file = path.join(folder, "large.gguf");
  const headerBytes = await writeLargeModel(file);
  const times = [];
  let bytes = 0;
  let page;
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    const source = await ours.fileSource(file);
    bytes = 0;
    const counting = {
      size: source.size,
      read: async (offset, length) => {
        const read = await source.read(offset, length);
        bytes += read.length;
        return read;
      }
    };
    const {header, problem} = await ours.readPossible(counting);
    const tokens = header.metadata.get("tokenizer.ggml.tokens");
    const tokenTexts = await ours.stringsAt(
      counting,
      tokens,
      ours.specialTokens(header).map(({id}) => id)
    );
    page = ours.modelPage({
      file: {
        name: "large.gguf",
        location: file,
        bytes: source.size,
        parts: 1,
        local: true,
        download: false,
        reveal: null
      },
      problem,
      facts: ours.modelFacts(header, source.size),
      header,
      tensors: header.tensors,
      tokenTexts
    });
    JSON.stringify(page);
    times.push(Math.round(performance.now() - started));
    await source.close();
  }
  console.log(`header: ${(headerBytes / 1e6).toFixed(1)} MB; read: ${(bytes / 1e6).toFixed(1)} MB of 20 GB`);
  console.log(`reading, milliseconds: ${times.join(", ")}`);
  return {page, html: ours.webviewPage(ours.modelInfoPage, {...parts, cspSource: origin, canFetch: false, nonce: "n"})};
}

async function filtering({page, html}) {
  const view = await ViewInBrowser.start({html, viewport: {width: 800, height: 800}});
  try {
    const rows = Array.from({length: 20_000}, (_, index) => ({...page.metadata.rows[0], key: `some.key.${index}`}));
    await view.reopen();
    const subject = {uri: "file:///large.gguf", name: "large.gguf"};
    const uses = {measures: false, completes: false};
    await view.tell({type: "show", subject, page: {...page, metadata: {rows, total: rows.length}}, uses});
    const shown = view.page.locator('table[aria-label="Metadata"] tbody tr');
    const filtered = async (text, count) => {
      await view.page.locator("#metadata-filter input").fill(text);
      await view.until(async () => (await shown.count()) === count);
    };
    const times = [];
    for (let run = 0; run < runs; run++) {
      await filtered("", 100);
      const started = performance.now();
      await filtered("19999", 1);
      times.push(Math.round(performance.now() - started));
    }
    console.log(`filtering 20,000 rows, milliseconds: ${times.join(", ")}`);
  } finally {
    await view.close();
  }
}

async function workbench() {
  const {installVsix} = await import("../out/test/harness/vscodeServer.js");
  const {Workbench} = await import("../out/test/harness/workbench.js");
  const {vsixFile} = await import("../scripts/vsix.mjs");
  const extensionsDir = path.join(folder, "extensions");
  await installVsix(vsixFile(), extensionsDir);
  const window = await Workbench.open({workspace: path.join(root, "sample"), extensionsDir});
  try {
    const times = [];
    await writeLargeModel(path.join(window.workspace, "large.gguf"));
    const entry = window.page.locator(".explorer-viewlet .monaco-list-row").filter({hasText: "large.gguf"});
    for (let run = 0; run < runs; run++) {
      await entry.waitFor();
      const started = performance.now();
      await entry.click();
      const view = await window.webview("#metadata-title");
      await view.locator("#metadata-title").waitFor();
      times.push(Math.round(performance.now() - started));
      await window.runCommand("View: Close Editor");
      await window.page.locator(".tab").filter({hasText: "large.gguf"}).waitFor({state: "detached"});
    }
    console.log(`from the click to the page, milliseconds: ${times.join(", ")}`);
  } finally {
    await window.close();
  }
}
