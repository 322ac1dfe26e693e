import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import {closeEditors, placeCursor, select, showText} from "./support/editors";
import {engineProcess, engineProcesses, killEngine, noProcesses} from "./support/engineProcess";
import {hoversAt, hoversDespite} from "./support/hovers";
import {until} from "./support/until";
import {watchWindow} from "./support/watchedWindow";

const code = "def add(a, b):\n    return \n";

const ended = (doing: string) => ({
  severity: "error",
  text: `The model's process ended while ${doing}: try again, a new one starts by itself.`,
  buttons: ["Show Log", "Use Demonstration Model"]
});

describe("the engine process, killed in the middle of", () => {
  const window = watchWindow();
  before(function () {
    if (noProcesses !== undefined) this.skip();
  });
  afterEach(async () => {
    // A failed test may leave an engine held, which must not hold up the next tests.
    await killEngine();
    // Else the many deaths would stop the engine.
    await vscode.commands.executeCommand("tokenscope.restartEngine");
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
  });
  after(closeEditors);

  /**
   * Stops the engine, which then answers nothing until it is killed. So a request is surely pending, however fast the
   * engine is.
   */
  async function holdEngine(): Promise<void> {
    await vscode.commands.executeCommand("tokenscope.countTokens");
    assert.equal(window().messages.at(-1)?.severity, "information");
    window().forget();
    process.kill(await engineProcess(), "SIGSTOP");
  }

  /** Counts a part of the text in front. The engine is asked each time; the count of the whole text is known without it. */
  async function countPart(): Promise<void> {
    assert.ok(vscode.window.activeTextEditor);
    select(vscode.window.activeTextEditor, 0, 14);
    await vscode.commands.executeCommand("tokenscope.countTokens");
  }

  async function nextWorks(): Promise<void> {
    window().forget();
    await countPart();
    assert.match(window().messages[0]?.text ?? "", /\d tokens?, /);
    assert.deepEqual(window().errors, []);
    assert.equal(engineProcesses().length, 1);
  }

  /** Shows a text, and checks that its content and version are unchanged at the end. */
  async function untouched(content: string, work: (editor: vscode.TextEditor) => Promise<void>): Promise<void> {
    const editor = await showText(content, "python");
    const {version} = editor.document;
    await work(editor);
    assert.equal(editor.document.version, version);
    assert.ok(editor.document.getText() === content);
  }

  it("counting, fails that count clearly; the next one works", async () => {
    await untouched(code, async () => {
      await holdEngine();
      const running = countPart();
      await until(() => window().works[0]);
      await killEngine();
      await running;
      assert.deepEqual(window().messages, [ended("counting tokens")]);
      await nextWorks();
    });
  });

  it("opening a text, fails its count clearly; the next one works", async () => {
    await showText(code);
    await holdEngine();
    await untouched("one two three four five", async () => {
      const running = vscode.commands.executeCommand("tokenscope.countTokens");
      await until(() => window().works[0]);
      await killEngine();
      await running;
      assert.deepEqual(window().messages, [ended("counting tokens")]);
      await vscode.commands.executeCommand("tokenscope.countTokens");
      assert.match(window().messages[1]?.text ?? "", /\d tokens, /);
      await nextWorks();
    });
  });

  it("counting a long text in earnest, fails that count clearly; the next one works", async () => {
    await untouched("lorem ipsum ".repeat(1 << 19), async () => {
      // The running engine may be counting for the status bar.
      await vscode.commands.executeCommand("tokenscope.restartEngine");
      await until(() => engineProcesses().length === 0);
      const running = vscode.commands.executeCommand("tokenscope.countTokens");
      await until(() => window().works[0]);
      await engineProcess();
      await killEngine();
      await running;
      assert.deepEqual(window().messages, [ended("counting tokens")]);
    });
    await showText(code);
    await nextWorks();
  });

  it("splitting a selection for the hover, is said in the hover; the next one works", async () => {
    await untouched(code, async (editor) => {
      await holdEngine();
      select(editor, 0, 14);
      const textOf = ([shown]: vscode.Hover[]) =>
        (shown?.contents[0] as vscode.MarkdownString | undefined)?.value ?? "";
      const hover = await hoversDespite(editor.document, 3, killEngine);
      assert.match(textOf(hover), /^The model&#39;s process ended while splitting text into tokens/);
      assert.deepEqual(window().messages, []);
      assert.match(textOf(await hoversAt(editor.document, 3)), /^\*\*\d+ tokens/);
      await nextWorks();
    });
  });

  it("counting for the status bar, disturbs nobody; the next one works", async () => {
    await untouched(code, async (editor) => {
      await nextWorks();
      await killEngine();
      window().forget();
      // Only the status bar sends requests now, so the new engine runs for its count.
      select(editor, 0, 7);
      await engineProcess();
      await killEngine();
      assert.deepEqual(window().messages, []);
      await nextWorks();
    });
  });

  it("scoring, fails that score clearly; the next one works", async () => {
    await untouched("def add(a, b):\n    return a + b\n\n".repeat(3000), async (editor) => {
      const running = vscode.commands.executeCommand("tokenscope.perplexity");
      const work = await until(() => window().works[0]);
      await until(() => work.reports.some(({increment = 0}) => increment > 0));
      await killEngine();
      await running;
      assert.deepEqual(window().messages, [ended("scoring")]);
      assert.deepEqual(window().lists, []);
      await vscode.commands.executeCommand("tokenscope.perplexity", {
        uri: editor.document.uri.toString(),
        start: 0,
        end: 100
      });
      assert.equal(window().lists.length, 1);
    });
  });

  it("completing, fails that completion clearly and writes nothing; the next one works", async () => {
    let editor: vscode.TextEditor | undefined;
    await untouched(code, async (shown) => {
      editor = shown;
      await holdEngine();
      placeCursor(shown, "return ");
      const running = vscode.commands.executeCommand("tokenscope.complete");
      await until(() => window().works.find(({title}) => title === "Completing"));
      await killEngine();
      await running;
      await until(() => window().errors[0]);
      assert.deepEqual(window().messages, [ended("completing")]);
      await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
    });
    assert.ok(editor);
    const {document} = editor;
    await vscode.commands.executeCommand("tokenscope.complete");
    await until(async () => {
      await vscode.commands.executeCommand("editor.action.inlineSuggest.commit");
      return document.getText() !== code;
    });
    assert.equal(window().errors.length, 1);
  });

  it("reading another model, fails that clearly; the next one works", async () => {
    await untouched(code, async () => {
      await holdEngine();
      const running = vscode.commands.executeCommand("tokenscope.useDemonstrationModel");
      await until(() => window().works[0]);
      await killEngine();
      await running;
      assert.deepEqual(window().messages, [ended("reading the model")]);
      await nextWorks();
    });
  });

  it("several requests at once, fails each of them", async () => {
    await untouched(code, async () => {
      await holdEngine();
      const running = [countPart(), vscode.commands.executeCommand("tokenscope.perplexity")];
      await until(() => window().works.length === 2);
      await killEngine();
      await Promise.all(running);
      const byText = window().messages.toSorted((one, other) => (one.text < other.text ? -1 : 1));
      assert.deepEqual(byText, [ended("counting tokens"), ended("scoring")]);
      await nextWorks();
    });
  });

  it("nothing, is not noticed", async () => {
    await untouched(code, async () => {
      await nextWorks();
      const [first] = engineProcesses();
      await killEngine();
      await nextWorks();
      assert.notEqual(engineProcesses()[0], first);
    });
  });

  it("a request, by standing still, is noticed and said like any other end; the next one works", async () => {
    await untouched(code, async () => {
      await holdEngine();
      const [held] = engineProcesses();
      await countPart();
      assert.deepEqual(window().messages, [ended("counting tokens")]);
      assert.ok(held !== undefined && !engineProcesses().includes(held));
      await nextWorks();
    });
  });

  it("each start, comes no more by itself, says so, and comes when it is told to", async () => {
    await untouched(code, async () => {
      await vscode.commands.executeCommand("tokenscope.restartEngine");
      const stopped = () => window().errors.find(({text}) => text.includes("restart the engine"));
      window().answer("Restart Engine");
      // No time passes, so that a slow machine has its deaths within a minute too.
      const {now} = performance;
      const frozen = performance.now();
      performance.now = () => frozen;
      try {
        for (let deaths = 0; stopped() === undefined && deaths < 10; deaths++) {
          let answered = false;
          const running = countPart().then(() => {
            answered = true;
          });
          await until(() => answered || engineProcesses().length > 0);
          await killEngine();
          await running;
        }
      } finally {
        performance.now = now;
      }
      const {text = "", ...rest} = stopped() ?? {};
      assert.deepEqual(rest, {severity: "error", buttons: ["Restart Engine", "Select Model…", "Show Log"]});
      // A process of the status bar may have been killed too.
      const [, deaths] =
        /^The model's process has ended (\d+) times within a minute and is not started again by itself: restart the engine, or choose another model\.$/.exec(
          text
        ) ?? [];
      assert.ok(Number(deaths) >= 4, text);
      await nextWorks();
    });
  });

  it("a request, by Restart Engine, is cancelled without a word: it was asked for", async () => {
    await untouched(code, async () => {
      await holdEngine();
      const [held] = engineProcesses();
      const running = countPart();
      await until(() => window().works[0]);
      await vscode.commands.executeCommand("tokenscope.restartEngine");
      await running;
      assert.deepEqual(window().messages, []);
      await nextWorks();
      assert.ok(held !== undefined && !engineProcesses().includes(held));
    });
  });
});
