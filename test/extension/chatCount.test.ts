import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import * as vscode from "vscode";
import {withChatTemplates} from "../harness/chatModel";
import {chats, exampleTemplate} from "../harness/chats";
import {closeEditors, select, showText, temporaryFolder, userSettings} from "./support/editors";
import {demonstrationModel} from "./support/extension";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

interface Numbers {
  readonly tokens: number;
  readonly messages: readonly {readonly role: string; readonly tokens: number | null}[];
  readonly template: number;
  readonly tools: number | null;
  readonly generationPrompt: number | null;
}

describe("Count Tokens as Chat", () => {
  const window = watchWindow();
  const set = userSettings();
  const folder = temporaryFolder();
  const model = folder.write(
    "chat.gguf",
    withChatTemplates(readFileSync(demonstrationModel), {standard: exampleTemplate})
  );
  beforeEach(() => set("model", model));
  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await closeEditors();
  });

  async function count(...subject: unknown[]): Promise<vscode.QuickPick<vscode.QuickPickItem>> {
    await vscode.commands.executeCommand("tokenscope.countTokensAsChat", ...subject);
    assert.deepEqual(window().messages, []);
    const list = window().lists.at(-1);
    assert.ok(list);
    await until(() => list.activeItems.length > 0);
    return list;
  }

  async function accept(list: vscode.QuickPick<vscode.QuickPickItem>, label: string | RegExp): Promise<void> {
    const item = list.items.find(({label: text}) => (typeof label === "string" ? text === label : label.test(text)));
    assert.ok(item, `${label} in ${list.items.map(({label}) => label).join("\n")}`);
    list.activeItems = [item];
    await until(() => list.activeItems[0] === item);
    await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
  }

  async function numbers(...subject: unknown[]): Promise<Numbers> {
    const list = await count(...subject);
    await vscode.env.clipboard.writeText("");
    await accept(list, /Copy as JSON/);
    const found = JSON.parse(await until(async () => (await vscode.env.clipboard.readText()) || undefined)) as Numbers;
    const parts = [found.template, found.tools, found.generationPrompt, ...found.messages.map(({tokens}) => tokens)];
    assert.equal(
      parts.reduce<number>((sum, part) => sum + (part ?? 0), 0),
      found.tokens
    );
    return found;
  }

  it("counts the messages of a JSON file, its tools and the template's share", async () => {
    await showText(JSON.stringify(chats.tools, null, 2), "json");
    const {messages, tools, generationPrompt} = await numbers();
    assert.deepEqual(
      messages.map(({role}) => role),
      ["system", "user"]
    );
    assert.ok(messages.every(({tokens}) => (tokens ?? 0) > 5));
    assert.ok((tools ?? 0) > 50 && (generationPrompt ?? 0) > 0);
  });

  it("takes a Markdown file as one message, and says that the front matter is not counted", async () => {
    await showText("---\nmode: agent\n---\nExplain this.", "markdown");
    const list = await count();
    assert.ok(list.items.some(({description}) => description === "user: Explain this."));
    assert.ok(list.items.some(({label}) => label.includes("The front matter is not counted")));
  });

  it("takes a selection, a hover's place and any other text as one message", async () => {
    const editor = await showText('{"messages": []}\nExplain this.', "json");
    select(editor, 17);
    const selected = await numbers();
    select(editor, 0, 0);
    const place = {uri: editor.document.uri.toString(), start: 17, end: 30};
    assert.deepEqual(await numbers(place), selected);
    await showText("Explain this.");
    assert.deepEqual(await numbers(), selected);
  });

  it("takes a file of the explorer", async () => {
    const file = vscode.Uri.file(folder.write("chat.prompt.json", JSON.stringify(chats.user)));
    assert.equal((await numbers(file, [file])).messages.length, 1);
  });

  it("copies the number chosen", async () => {
    await showText("Explain this.");
    const list = await count();
    const [total] = list.items;
    assert.match(total?.label ?? "", /^\d+ tokens$/);
    assert.match(total?.description ?? "", /^in all, [\d.]+ % of the context of 1,024$/);
    await accept(list, total?.label ?? "");
    await until(async () => `${await vscode.env.clipboard.readText()} tokens` === total?.label);
  });

  it("shows what the model sees, as text that can't be edited", async () => {
    await showText("Explain [this](command:x).");
    await accept(await count(), /Show What the Model Sees/);
    const editor = await until(() => {
      const active = vscode.window.activeTextEditor;
      return active?.document.uri.scheme === "tokenscope-prompt" ? active : undefined;
    });
    assert.equal(
      editor.document.getText(),
      "<|bos|><|user|>\nExplain [this](command:x).<|end|>\n<|assistant|>\n".replace("<|bos|>", "<|endoftext|>")
    );
    assert.equal(editor.document.languageId, "plaintext");
  });

  it("says where a JSON file is wrong", async () => {
    await showText('{"messages": [\n  {"role": "user"}\n]}', "json");
    await vscode.commands.executeCommand("tokenscope.countTokensAsChat");
    assert.match(window().messages.at(-1)?.text ?? "", /Line 2, column 3: the message has no "content"/);
  });

  it("guesses no template for a model without one, and offers another model and the plain count", async () => {
    await set("model", demonstrationModel);
    await showText("Explain this.");
    await vscode.commands.executeCommand("tokenscope.countTokensAsChat");
    const message = window().messages.at(-1);
    assert.match(message?.text ?? "", /has no chat template/);
    assert.deepEqual(message?.buttons, ["Select Model…", "Count Tokens"]);
  });
});
