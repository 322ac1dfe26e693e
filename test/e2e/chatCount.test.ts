import * as assert from "node:assert/strict";
import {readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import {withChatTemplates} from "../harness/chatModel";
import {chats, exampleTemplate} from "../harness/chats";
import {root} from "../harness/paths";
import {useWorkbench} from "../harness/useWorkbench";

describe("Count Tokens as Chat in the workbench", () => {
  const workbench = useWorkbench();

  before(async () => {
    const vscode = workbench();
    const demonstration = readFileSync(path.join(root, "media/models/tokenscope-tiny-q8_0.gguf"));
    const model = path.join(vscode.workspace, "..", "chat.gguf");
    writeFileSync(model, withChatTemplates(demonstration, {standard: exampleTemplate}));
    writeFileSync(path.join(vscode.workspace, "weather.prompt.json"), JSON.stringify(chats.toolAnswer, null, 2));
    await vscode.setSettings({"tokenscope.model": model});
  });

  for (const theme of ["dark", "light", "highContrast"] as const)
    it(`shows the parts of a chat: ${theme}`, async () => {
      const vscode = workbench();
      await vscode.setTheme(theme);
      await vscode.openFile("weather.prompt.json");
      await vscode.runCommand("Tokenscope: Count Tokens as Chat");
      const result = vscode.quickInputWidget.filter({hasText: "weather.prompt.json as a chat"});
      await result.waitFor();
      const text = (await result.textContent()) ?? "";
      for (const part of [
        /in all/,
        /user: How is the weather in Oslo\?/,
        /assistant: get_weather/,
        /the template's own/
      ])
        assert.match(text, part);
      await vscode.screenshot(`chat-count-${theme}`);
      await vscode.page.setViewportSize({width: 1024, height: 640});
      await vscode.screenshot(`chat-count-${theme}-small`);
      await vscode.page.setViewportSize({width: 1280, height: 800});
      await vscode.page.keyboard.press("Escape");
    });

  it("goes to a message in the editor, and shows what the model sees", async () => {
    const vscode = workbench();
    await vscode.openFile("weather.prompt.json");
    await vscode.runCommand("Tokenscope: Count Tokens as Chat");
    const row = vscode.quickInputWidget.locator(".quick-input-list-entry", {hasText: "And tomorrow?"});
    await row.hover();
    await row.locator(".codicon-go-to-file").click();
    await vscode.screenshot("chat-count-message");
    await vscode.runCommand("Tokenscope: Count Tokens as Chat");
    await vscode.quickInputWidget.getByText("Show What the Model Sees").click();
    await vscode.page.getByText("<|assistant|>").first().waitFor();
    await vscode.screenshot("chat-count-rendered");
  });
});
