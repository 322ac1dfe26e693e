import * as assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import path from "node:path";
import type {Frame} from "playwright-core";
import {installedFolder} from "../harness/installed";
import {useOwnServer} from "../harness/useWorkbench";

/** Texts to see in a language. */
interface Words {
  readonly resting: RegExp;
  readonly count: RegExp;
  readonly selected: RegExp;
  readonly perplexityOf: RegExp;
  readonly perplexity: string;
  readonly number: RegExp;
  readonly scoreAgain: string;
  readonly facts: readonly string[];
  readonly percent: RegExp;
  readonly help: string;
  readonly noModel: RegExp;
  readonly useDemonstrationModel: string;
}

const languages: Readonly<Record<string, Words>> = {
  de: {
    resting: /^\s*Token\s*$/,
    count: /^\s*\d+ Token$/,
    selected: /\d+ Token ausgewählt/,
    perplexityOf: /Perplexität von wordCount\.ts, Zeilen 10–16/,
    perplexity: "Perplexität",
    number: /\d+,\d+ ± \d+,\d+/,
    scoreAgain: "Erneut bewerten",
    facts: ["Wahrscheinlichkeit", "Logprob", "Surprisal", "Rang", "Entropie"],
    percent: /^(> )?\d+(,\d+)?( · 10[⁻⁰-⁹¹²³]+)? %$/,
    help: "Zwischen wie vielen gleich wahrscheinlichen Token",
    noModel: /Es gibt keine Modelldatei „nowhere\.gguf“: eine andere wählen\./,
    useDemonstrationModel: "Demonstrationsmodell verwenden"
  },
  "zh-cn": {
    resting: /^\s*词元\s*$/,
    count: /^\s*\d+ 个词元$/,
    selected: /已选择 \d+ 个词元/,
    perplexityOf: /wordCount\.ts，第 10–16 行 的困惑度/,
    perplexity: "困惑度",
    number: /\d+\.\d+ ± \d+\.\d+/,
    scoreAgain: "重新评分",
    facts: ["概率", "对数概率", "惊异度", "排名", "熵"],
    percent: /^(> )?\d+(\.\d+)?( · 10[⁻⁰-⁹¹²³]+)?%$/,
    help: "平均而言，模型相当于在多少个等可能的词元之间选择",
    noModel: /没有模型文件“nowhere\.gguf”：请选择其他文件。/,
    useDemonstrationModel: "使用演示模型"
  }
};

/** A command's title in a language, or in English if package.json still has the text itself. */
function titleOf(command: string, locale: string): string {
  const read = (file: string) => JSON.parse(readFileSync(path.join(installedFolder(), file), "utf8"));
  const commands: {command: string; title: string}[] = read("package.json").contributes.commands;
  const title = commands.find((one) => one.command === command)?.title ?? "";
  return `Tokenscope: ${/^%.*%$/.test(title) ? read(`package.nls.${locale}.json`)[title.slice(1, -1)] : title}`;
}

for (const [locale, words] of Object.entries(languages))
  describe(`Tokenscope where VS Code's display language is ${locale}`, () => {
    const workbench = useOwnServer({locale});
    let view: Frame;

    it("counts in the language", async () => {
      const vscode = workbench();
      await vscode.page.keyboard.press("Escape");
      await vscode.openFile("wordCount.ts");
      // Once the extension runs, the first key or click in the file counts it.
      await vscode.statusBar(words.resting).waitFor();
      await vscode.goTo(2);
      await vscode.statusBar(words.count).waitFor();
      await vscode.selectLines(10, 16);
      await vscode.statusBar(words.selected).waitFor();
      await vscode.hoverSelection();
      await vscode.screenshot(`l10n-${locale}-count`);
    });

    it("tells the perplexity with the language's numbers", async () => {
      const vscode = workbench();
      await vscode.runCommand(titleOf("tokenscope.perplexity", locale));
      const result = vscode.quickInputWidget.filter({hasText: words.perplexityOf});
      await result.waitFor();
      assert.match((await result.textContent()) ?? "", words.number);
      await vscode.screenshot(`l10n-${locale}-perplexity`);
      await vscode.page.keyboard.press("Escape");
    });

    it("speaks the language in the logprobs view, and says to screen readers which it is", async () => {
      const vscode = workbench();
      await vscode.focusEditor();
      await vscode.runCommand(titleOf("tokenscope.showLogprobs", locale));
      view = await vscode.webview("#tokens .token");
      assert.equal(await view.locator("html").getAttribute("lang"), locale);
      assert.match((await view.locator(".numbers .main").textContent()) ?? "", new RegExp(words.perplexity));
      await view.locator(".numbers").click();
      const [row] = await view.locator("#sheet .summary > div").all();
      assert.match((await row?.getAttribute("title")) ?? "", new RegExp(words.help));
      await view.locator(".numbers").click();
      await view.getByRole("button", {name: words.scoreAgain}).waitFor();
      await view.locator('#tokens .token[data-token="5"]').hover();
      await view.locator("#details ol.chart li").nth(9).waitFor();
      const facts = await view.locator("#details dl.facts dt").allTextContents();
      for (const fact of words.facts) assert.ok(facts.includes(fact), `${fact} among ${facts.join(", ")}`);
      for (const share of await view.locator("#details .share").allTextContents()) assert.match(share, words.percent);
    });

    for (const theme of ["light", "dark", "highContrast"] as const)
      it(`has room for its words in the theme for ${theme}`, async () => {
        const vscode = workbench();
        await vscode.setTheme(theme);
        await vscode.screenshot(`l10n-${locale}-logprobs-${theme}`);
        // Tokens and names of models may be cut, because they contain any text.
        const cut = await view.locator("header *, dl *, .legend *, #details *").evaluateAll((elements) =>
          elements
            .filter(
              (element) => element.matches(":not(.spoken-only):not(code):not(.model)") && element.children.length === 0
            )
            .filter(({scrollWidth, clientWidth}) => clientWidth > 0 && scrollWidth > clientWidth + 1)
            .map(({textContent}) => textContent)
        );
        assert.deepEqual(cut, []);
      });

    it("gets the engine's errors in the language, with a way out", async () => {
      const vscode = workbench();
      await vscode.setSettings({"tokenscope.model": "/nowhere.gguf"});
      await vscode.focusEditor();
      await vscode.runCommand(titleOf("tokenscope.countTokens", locale));
      const error = vscode.notification(words.noModel);
      await error.waitFor();
      await error.getByText(words.useDemonstrationModel).waitFor();
      await vscode.screenshot(`l10n-${locale}-error`);
    });
  });
