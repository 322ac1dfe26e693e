import {strict as assert} from "node:assert";
import path from "node:path";
import * as vscode from "vscode";
import type {FromView, ToView} from "../../src/features/compareScores/protocol";
import type {FromView as FromLogprobs, ToView as ToLogprobs} from "../../src/features/logprobs/protocol";
import {pieceBits} from "../../src/metrics/scoreComparison";
import {root} from "../harness/paths";
import {closeEditors, showFile, temporaryFolder, userSettings} from "./support/editors";
import {demonstrationModel} from "./support/extension";
import {until} from "./support/until";
import {watchViews} from "./support/watchedView";
import {watchWindow} from "./support/watchedWindow";

const text = "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n";
const other = "import math\n\nprint(math.pi)\n";
const f16 = path.join(root, "test/fixtures/models/tokenscope-tiny-f16.gguf");

/** What VS Code passes to a command of a webview's context menu. */
const menuContext = {webview: "tokenscope.logprobs", preventDefaultContextMenuItems: true};

describe("Compare Logprobs", () => {
  const window = watchWindow();
  const view = watchViews<ToView | ToLogprobs, FromView | FromLogprobs>();
  const folder = temporaryFolder();
  const set = userSettings();
  afterEach(closeEditors);

  /** The list of what to compare with, complete. */
  async function listOfOthers(): Promise<vscode.QuickPick<vscode.QuickPickItem>> {
    const list = await until(() => window().lists.at(-1));
    // A choice right before an update would be lost.
    await until(() => list.items.length > 0 && !list.busy);
    return list;
  }

  /** Chooses the model that ships with Tokenscope, and returns what the view is told. */
  async function compareWithDemonstrationModel(): Promise<Extract<ToView, {type: "show"}>> {
    const list = await listOfOthers();
    const item = list.items.find((one) => "path" in one && one.path === demonstrationModel);
    assert.ok(item);
    list.activeItems = [item];
    const logprobs = view();
    await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
    await until(() => view() !== logprobs);
    return (await view().hears("show")) as Extract<ToView, {type: "show"}>;
  }

  async function score(name: string, content: string): Promise<void> {
    await showFile(folder.write(name, content));
    await vscode.commands.executeCommand("tokenscope.showLogprobs");
    await until(() => view().told.some((it) => it.type === "show" && "scored" in it && it.scored.text === content));
    await until(() => view().told.findLast((it) => it.type === "show" && "scored" in it && it.scored.finished));
  }

  it("compares the text of the logprobs view under two models, with totals that are both scores' sums", async () => {
    await set("model", f16);
    await score("two.py", text);
    view().say({type: "compare"});
    const {comparison, source} = await compareWithDemonstrationModel();
    assert.deepEqual(
      source.map(({model}) => model),
      [f16, demonstrationModel]
    );
    const {sides, alignment} = comparison;
    assert.deepEqual(
      sides.map((side) => side.text),
      [text, text]
    );
    assert.notEqual(sides[0].name, sides[1].name);
    assert.ok(alignment);
    const {compared, leftOut, only} = pieceBits(alignment, sides[0].logprobs, sides[1].logprobs).sums;
    assert.equal(only.pieces, 0);
    for (const [index, key] of [
      [0, "aBits"],
      [1, "bBits"]
    ] as const) {
      const {logprobs, summary} = sides[index];
      const bits = logprobs.reduce((sum, logprob) => sum - (Number.isNaN(logprob) ? 0 : logprob), 0) / Math.LN2;
      assert.ok(bits > 0 && Math.abs(compared[key] + leftOut[key] - bits) < 1e-9 * bits);
      assert.ok(Math.abs((summary.bitsPerByte ?? 0) * (summary.bytes ?? 0) - bits) < 1e-9 * bits);
    }
    assert.deepEqual(window().errors, []);
  });

  it("takes the text of the view in front, whatever a context menu passes", async () => {
    await score("front.py", other);
    const {panel} = view();
    panel.reveal();
    await until(() => panel.active);
    for (const argument of [undefined, menuContext, {uri: 5}, "command:x"]) {
      window().lists.length = 0;
      const ended = vscode.commands.executeCommand("tokenscope.compareLogprobs", argument);
      const list = await listOfOthers();
      assert.match(list.title ?? "", /front\.py/);
      list.hide();
      await ended;
    }
    assert.deepEqual(window().messages, []);
  });
});
