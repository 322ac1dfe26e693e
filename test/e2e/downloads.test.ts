import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import type {Locator} from "playwright-core";
import {ModelServer} from "../harness/modelServer";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";

const model = readFileSync(path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf"));

describe("downloading a model, as a person", () => {
  let server: ModelServer;
  const machineSettings: Record<string, unknown> = {};
  let tries = 0;

  before(async () => {
    server = await ModelServer.start();
    machineSettings["tokenscope.huggingFaceEndpoint"] = server.url;
  });
  const current = useWorkbench({machineSettings});
  after(() => server.stop());

  const dialog = (): Locator => current().page.locator(".monaco-dialog-box");

  async function ask(uri: string): Promise<void> {
    await current().runCommand("Tokenscope: Download Model…");
    const input = current().quickInputWidget.locator("input").first();
    await input.waitFor();
    await input.fill("no address");
    await current().quickInputWidget.getByText("Write a URL that begins with https://").waitFor();
    await input.fill(uri);
    await current().page.keyboard.press("Enter");
    await dialog().waitFor();
  }

  it("asks first, and takes no for an answer", async () => {
    const uri = server.serve("tiny-f16.gguf", model);
    await ask(uri);
    const text = (await dialog().textContent()) ?? "";
    assert.match(text, /Download tiny-f16\.gguf\?/);
    assert.match(text, /Size: 6\.6 MB, from 127\.0\.0\.1/);
    assert.match(text, /Free on the disk: /);
    for (const theme of ["light", "dark", "highContrast"] as const) {
      await current().setTheme(theme);
      await current().screenshot(`download-question-${theme}`);
    }
    await dialog().getByRole("button", {name: "Cancel"}).click();
    await dialog().waitFor({state: "hidden"});
    assert.ok(server.sent < 1_200_000);
  });

  it("pauses, survives a reload and a broken connection, and ends with the model in use", async () => {
    const name = `tiny-f16-${++tries}.gguf`;
    const uri = server.serve(name, {content: model, crawls: {from: 1 << 21}});
    await ask(uri);
    await dialog().getByRole("button", {name: "Download"}).click();
    const downloading = `Downloading ${name}`;
    const progress = current().notification(downloading);
    await progress.getByText(/MB of 6\.6 MB, .*\/s, .* left/).waitFor();
    for (const theme of ["light", "dark", "highContrast"] as const) {
      await current().setTheme(theme);
      await current().screenshot(`download-progress-${theme}`);
    }
    await current().pressInNotification(downloading, "Cancel");
    await current().notification(`The download of ${name} is paused`).waitFor();
    await current().screenshot("download-paused");

    await current().reload();
    const offer = `The download of ${name} is incomplete`;
    await current().notification(offer).waitFor();
    await current().screenshot("download-offer");
    server.serve(name, {content: model, breaks: [1 << 20, 1 << 20]});
    server.forget();
    await current().pressInNotification(offer, "Resume");
    const done = `${name} was downloaded.`;
    await current().notification(done).waitFor();
    await current().screenshot("download-done");
    assert.ok(server.requests.length >= 3);
    assert.ok(server.sent < model.length, `${server.sent} bytes of ${model.length}`);
    await current().pressInNotification(done, "Use Model");
    await current()
      .notification(/Tokenscope (uses|measures and completes with)|F16/)
      .waitFor();
    await current().screenshot("download-in-use");
  });

  it("says what is wrong, in one sentence with a way out", async () => {
    server.serveHub({"gated.gguf": model}, {repository: "user/gated", token: "hf_0123456789"});
    await current().runCommand("Tokenscope: Download Model…");
    const input = current().quickInputWidget.locator("input").first();
    await input.fill("hf:user/gated/gated.gguf");
    await current().page.keyboard.press("Enter");
    const denied = "gives this model only with an access token";
    await current().notification(denied).waitFor();
    await current().screenshot("download-denied");
    await current().pressInNotification(denied, "Set Access Token…");
    await current()
      .quickInputWidget.getByText(/secret storage/)
      .waitFor();
    await current().screenshot("download-token");
    await current().page.keyboard.press("Escape");
  });
});
