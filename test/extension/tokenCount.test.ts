import {strict as assert} from "node:assert";
import {execFile} from "node:child_process";
import path from "node:path";
import {promisify} from "node:util";
import * as vscode from "vscode";
import {root} from "../harness/paths";
import {closeEditors, select, showFile, showText, temporaryFolder} from "./support/editors";
import {referenceText} from "./support/extension";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

/** The Markdown of our hover at an offset; undefined if there is none. */
async function hoverAt(document: vscode.TextDocument, offset: number): Promise<vscode.MarkdownString | undefined> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    document.uri,
    document.positionAt(offset)
  );
  const contents = hovers.flatMap((hover) => hover.contents);
  assert.ok(contents.length <= 1);
  const [content] = contents;
  assert.ok(content === undefined || content instanceof vscode.MarkdownString);
  return content;
}

interface Parts {
  readonly heading: string;
  readonly chips: readonly {readonly text: string; readonly id: number}[];
  readonly more: string | undefined;
  readonly links: string;
}

/** Parses the hover's Markdown with a strict grammar: text is letters, digits, spaces and entities only. */
function partsOf({value}: vscode.MarkdownString): Parts {
  const [heading, shown, links, ...rest] = value.split("\n\n");
  assert.deepEqual(rest, []);
  const title = /^\*\*([\w ,.]+)\*\*$/.exec(heading ?? "")?.[1];
  const [, list, more] = /^(.*?)(?: … ([\d,]+ more tokens?))?$/s.exec(shown ?? "") ?? [];
  assert.ok(title !== undefined && list !== undefined && links !== undefined, value);
  const chips = list.split("&ensp;").map((chip) => {
    const [, text, id] = /^<code>((?:[\p{L}\p{N} ]|&#\d+;)+)<\/code><sub>(\d+)<\/sub>$/u.exec(chip) ?? [];
    assert.ok(text !== undefined, `not a chip: ${chip}`);
    return {text: text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))), id: Number(id)};
  });
  return {heading: title, chips, more, links};
}

describe("the hover over a selection", () => {
  watchWindow();
  after(closeEditors);

  it("shows counts, the first tokens with their ids, and three links to our own commands", async () => {
    const {file, ids} = referenceText("python");
    const editor = await showFile(file);
    const text = editor.document.getText();
    select(editor, 0);
    const markdown = await hoverAt(editor.document, 3);
    assert.ok(markdown);
    const {heading, chips, more, links} = partsOf(markdown);
    const perToken = (text.length / ids.length).toFixed(2);
    assert.equal(
      heading,
      `${ids.length} tokens, ${text.length} characters, ${text.length} bytes, ${perToken} characters per token`
    );
    assert.deepEqual(
      chips.map(({id}) => id),
      ids.slice(0, chips.length)
    );
    assert.equal(more, `${ids.length - chips.length} more tokens`);
    const commands = Array.from(links.matchAll(/\]\(command:([^?]*)\?([^ ]*) "[^"]*"\)/g), ([, command, argument]) => ({
      command,
      argument: JSON.parse(decodeURIComponent(argument ?? "")) as unknown
    }));
    const argument = [{uri: editor.document.uri.toString(), start: 0, end: text.length}];
    assert.deepEqual(commands, [
      {command: "tokenscope.perplexity", argument},
      {command: "tokenscope.showLogprobs", argument},
      {command: "tokenscope.countTokensAsChat", argument}
    ]);
    assert.equal(markdown.value.split("command:").length - 1, commands.length);
    assert.deepEqual(markdown.isTrusted, {enabledCommands: commands.map(({command}) => command)});
  });

  const hostile: Record<string, string> = {
    "the end of a script": "</script><script>alert(1)</script>",
    "an image with a handler": "<img src=x onerror=alert(1)>",
    "a link to a command": "[x](command:workbench.action.quit) <command:workbench.action.quit>",
    "a link to a page and bare addresses":
      "![x](https://example.com/x.png) https://example.com www.example.com a@example.com",
    "code fences and emphasis": "```\n`a` **b** _c_ ~~d~~ # e\n- f\n1. g\n\n    h\n| i |\n|---|\n```",
    "icons and entities": "$(alert) $(sync~spin) &lt;b&gt; &#60;i&#62; &amp;#60;",
    "bidirectional controls": "\u202eabc\u2066def\u2069\u200f\ufeff",
    "NUL and other controls": "\0\x01\x1b[31m\x7f\t",
    "half of a surrogate pair, and a whole one": "a\ud800b\udc00c😀👩‍👩‍👧e\u0301"
  };
  for (const [name, text] of Object.entries(hostile))
    it(`shows ${name} as nothing but text`, async () => {
      const editor = await showText(text);
      select(editor, 0);
      const markdown = await hoverAt(editor.document, 1);
      assert.ok(markdown);
      // The grammar allows no markup.
      const {chips, links} = partsOf(markdown);
      const shown = chips.map((chip) => chip.text).join("");
      assert.doesNotMatch(shown, /\p{C}/u);
      if (/^[\n -~]+$/.test(text)) {
        const written = shown.replaceAll("·", " ").replaceAll("⏎", "\n");
        assert.equal(written, text.slice(0, written.length));
      }
      assert.equal(links.match(/\$\(/g)?.length, 3);
      assert.equal(links.match(/\]\(/g)?.length, 3);
    });

  it("stays away where nothing is selected, and beside the selection", async () => {
    const editor = await showText("one two three\nfour five six\n");
    select(editor, 0, 0);
    assert.equal(await hoverAt(editor.document, 1), undefined);
    select(editor, 0, 7);
    assert.equal(await hoverAt(editor.document, 20), undefined);
    assert.ok(await hoverAt(editor.document, 5));
  });
});

describe("Count Tokens", () => {
  const window = watchWindow();
  const folder = temporaryFolder();
  after(closeEditors);

  /** The command's message about the active editor, and the count in it. */
  async function count(): Promise<{line: string; tokens: number}> {
    const before = window().messages.length;
    await vscode.commands.executeCommand("tokenscope.countTokens");
    const [message, ...more] = window().messages.slice(before);
    assert.ok(message);
    assert.deepEqual(more, []);
    assert.equal(message.severity, "information");
    const tokens = /: ([\d,]+) tokens?,/.exec(message.text)?.[1];
    return {line: message.text, tokens: Number(tokens?.replaceAll(",", ""))};
  }

  /** The count of the same engine without VS Code. */
  async function countOutside(file: string): Promise<number> {
    const {stdout} = await promisify(execFile)(process.execPath, [path.join(root, "dist/cli.js"), "tokenize", file], {
      env: {...process.env, ELECTRON_RUN_AS_NODE: "1"},
      maxBuffer: 1 << 26
    });
    return (JSON.parse(stdout) as {count: number}).count;
  }

  // "unicode" has CRLF line ends, emoji and combining marks.
  for (const name of ["prose", "python", "typescript", "unicode"])
    it(`agrees with another implementation on ${name}.txt`, async () => {
      const {file, ids} = referenceText(name);
      await showFile(file);
      assert.equal((await count()).tokens, ids.length);
    });

  it("counts the whole file where nothing is selected, else the selection, and says which", async () => {
    const {file, ids} = referenceText("prose");
    const editor = await showFile(file);
    select(editor, 0, 0);
    const whole = await count();
    assert.equal(whole.tokens, ids.length);
    assert.match(whole.line, /^prose\.txt: /);
    select(editor, 0, 4);
    const part = await count();
    assert.match(part.line, /^prose\.txt, line 1: \d tokens?, 4 characters, 4 bytes, /);
  });

  it("counts several selections each by itself, and says the sum", async () => {
    const editor = await showText("one two\nthree four\n");
    const at = (line: number, from: number, to: number) => new vscode.Selection(line, from, line, to);
    editor.selections = [at(1, 0, 5), at(0, 4, 7), new vscode.Selection(0, 0, 0, 0)];
    const {line, tokens} = await count();
    assert.match(line, /, 2 selections: \d+ tokens, 8 characters, 8 bytes, /);
    await showText("two");
    const first = (await count()).tokens;
    await showText("three");
    assert.equal(tokens, first + (await count()).tokens);
  });

  it("names the model", async () => {
    await showText("a");
    assert.match((await count()).line, /\(Tokenscope Tiny Coder, Q8_0\)$/);
  });

  it("never counts special tokens written in a text", async () => {
    await showText("<|endoftext|>");
    assert.ok((await count()).tokens > 1);
  });

  it("counts the bytes of a CRLF file as they are", async () => {
    const file = folder.write("crlf.txt", "one\r\ntwo\r\n\r\nthree\r\n");
    const editor = await showFile(file);
    assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
    const {line, tokens} = await count();
    assert.equal(tokens, await countOutside(file));
    assert.match(line, /19 characters, 19 bytes/);
  });

  it("counts emoji by code points, bytes and tokens", async () => {
    const file = folder.write("emoji.txt", "😀👩‍👩‍👧🇩🇪e\u0301\tend");
    await showFile(file);
    const {line, tokens} = await count();
    assert.equal(tokens, await countOutside(file));
    assert.match(line, /14 characters, 37 bytes/);
  });

  it("counts a megabyte on one line", async () => {
    const words = "lorem ipsum ";
    const counted = async (times: number) => {
      await showText(words.repeat(times));
      return (await count()).tokens;
    };
    const [ten, twenty] = [await counted(10), await counted(20)];
    const times = Math.ceil((1 << 20) / words.length);
    assert.equal(await counted(times), ten + ((twenty - ten) / 10) * (times - 10));
  });

  it("can be cancelled, and works again", async () => {
    await showText("lorem ipsum ".repeat(1 << 18));
    const running = vscode.commands.executeCommand("tokenscope.countTokens");
    (await until(() => window().works[0])).cancel();
    await running;
    assert.deepEqual(window().messages, []);
    const {file, ids} = referenceText("python");
    await showFile(file);
    assert.equal((await count()).tokens, ids.length);
  });

  it("says in a sentence, with a way out, that the file is empty", async () => {
    await showText("");
    await vscode.commands.executeCommand("tokenscope.countTokens");
    assert.deepEqual(window().messages, [
      {severity: "error", text: "This file is empty: open one that has text in it.", buttons: ["Go to File…"]}
    ]);
  });

  it("copies the bare number on request", async () => {
    const {file, ids} = referenceText("python");
    await showFile(file);
    window().answer("Copy");
    await count();
    await until(async () => (await vscode.env.clipboard.readText()) === String(ids.length));
  });
});
