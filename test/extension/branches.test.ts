import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import type {FromView, ToView, ViewState} from "../../src/features/branches/protocol";
import {protocolVersion, usualOptions} from "../../src/features/branches/protocol";
import type {FromView as FromLogprobs, ToView as ToLogprobs} from "../../src/features/logprobs/protocol";
import {type Branch, branchOf, pathOf, restCost, totalsOf} from "../../src/metrics/branchTree";
import {closeEditors, showFile, temporaryFolder} from "./support/editors";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";
import {type WatchedView, watchViews} from "./support/watchedView";
import {watchWindow} from "./support/watchedWindow";

const text = "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n";

type To = ToView | ToLogprobs;
type From = FromView | FromLogprobs;

describe("Try another word", () => {
  const window = watchWindow();
  const view = watchViews<To, From>();
  const folder = temporaryFolder();
  const host = ownHost();
  afterEach(closeEditors);

  type Told<Type extends ToView["type"]> = Extract<ToView, {type: Type}>;
  const tree = (branches: WatchedView<To, From>) =>
    branches.told.findLast((it): it is Told<"tree"> => it.type === "tree")?.tree;
  /** The view says when it listens, and is then told its place. */
  const placeOf = async (branches: WatchedView<To, From>) =>
    (await until(() => branches.told.findLast((it): it is Told<"place"> => it.type === "place"))).place;

  /** Scores a document, and looks at what the model expected at the token with this text. */
  async function look(name: string, content: string, own: string) {
    const {document} = await showFile(folder.write(name, content));
    await vscode.commands.executeCommand("tokenscope.showLogprobs");
    await until(() => view().told.some((it) => it.type === "show" && it.scored.finished && it.scored.text === content));
    const logprobs = view();
    const shown = logprobs.told.findLast((it): it is Extract<ToLogprobs, {type: "show"}> => it.type === "show");
    assert.ok(shown?.scored.byteEnds);
    const {byteEnds} = shown.scored;
    const start = content.indexOf(own);
    const token = byteEnds.indexOf(start + own.length);
    assert.equal(byteEnds[token - 1], start, `${own} is one token`);
    logprobs.forget();
    logprobs.say({type: "alternatives", token});
    const answer = await until(() =>
      logprobs.told.find(
        (it): it is Extract<ToLogprobs, {type: "alternatives"}> =>
          it.type === "alternatives" && "token" in it && it.token === token
      )
    );
    return {document, logprobs, token, scored: shown.scored, top: answer.top};
  }

  /** The branches view of an alternative, when all has been computed. */
  async function branchesOf(logprobs: WatchedView<To, From>, token: number, alternative: number) {
    logprobs.say({type: "tryAlternative", token, alternative});
    const branches = await until(() => (view() === logprobs ? undefined : view()));
    await finished(branches);
    return branches;
  }

  async function finished(branches: WatchedView<To, From>): Promise<void> {
    await until(() => {
      const working = branches.told.findLast((it): it is Told<"working"> => it.type === "working");
      const {branches: all} = tree(branches) ?? {branches: []};
      return working?.working === null && all.some(({origin}) => origin.kind === "sampled");
    });
  }

  it("grows the tree that the engine's numbers say, and the rest costs what a score says", async () => {
    const {logprobs, token, scored, top} = await look("one.py", text, " +");
    const other = top.find(({id}) => id !== scored.ids[token]);
    assert.ok(other);
    const branches = await branchesOf(logprobs, token, other.id);
    const grown = tree(branches);
    const place = await placeOf(branches);
    assert.ok(grown);
    assert.equal(place.title, "one.py, line 2");
    const [word, greedy, ...sampled] = grown.branches as [Branch, Branch, ...Branch[]];
    assert.deepEqual([word.ids, word.labels, word.logprobs], [[other.id], [other.label], [other.logprob]]);
    assert.equal(greedy.origin.kind, "greedy");
    assert.deepEqual(
      sampled.map(({origin}) => origin),
      [1, 2, 3].map((seed) => ({kind: "sampled", temperature: usualOptions.temperature, seed}))
    );
    const {engine, settings} = host();
    const model = settings.scoringModel();
    const before = Array.from(scored.ids.slice(0, token));
    const rest = Array.from(scored.ids.slice(token + 1));
    const asked = {model, contextTokens: 0, windowing: scored.windowing};
    const scoreOf = async (ids: readonly number[], from: number) =>
      Array.from((await engine.request("scoreTokens", {...asked, ids: Int32Array.from(ids), from})).logprobs);
    for (const one of [greedy, ...sampled]) {
      const path = pathOf(grown, one.id);
      const total = totalsOf(await scoreOf([...before, ...path.ids], before.length)).logprob;
      assert.ok(Math.abs(total - totalsOf(path.logprobs).logprob) < 0.01, "its score in the same context");
    }
    assert.deepEqual(
      place.rest.map(({id, logprob}) => [id, logprob]),
      rest.map((id, index) => [id, scored.logprobs[token + 1 + index]])
    );
    assert.deepEqual(word.rest, await scoreOf([...before, other.id, ...rest], before.length + 1));
    // The same tokens again: the score of the text.
    const own = await scoreOf(Array.from(scored.ids), token + 1);
    assert.deepEqual(own, Array.from(scored.logprobs.slice(token + 1)));
    const cost = restCost(own, word.rest ?? []);
    assert.equal(cost.after.tokens, rest.length);
    // Another word inside a continuation.
    branches.say({type: "alternatives", branch: greedy.id, at: 2});
    const expected = await until(() =>
      branches.told.find((it): it is Told<"alternatives"> => it.type === "alternatives" && "branch" in it)
    );
    const inside = expected.top.find(({id}) => id !== greedy.ids[2]);
    assert.ok(inside);
    branches.told.length = 0;
    branches.say({type: "try", branch: greedy.id, at: 2, id: inside.id});
    await until(() => (tree(branches)?.branches.length ?? 0) > grown.branches.length);
    const nested = tree(branches)?.branches.find(({parent}) => parent === greedy.id);
    assert.deepEqual([nested?.at, nested?.ids], [2, [inside.id]]);
    branches.say({type: "stop"});
    // The same word again is the same branch.
    logprobs.say({type: "tryAlternative", token, alternative: other.id});
    await until(() => branches.told.some((it) => it.type === "select" && it.branch === word.id));
    assert.equal(view(), branches);
  });

  it("inserts in one step of undo, and not where the document has changed", async () => {
    const {document, logprobs, token, scored, top} = await look("two.py", text, " +");
    const other = top.find(({id}) => id !== scored.ids[token]);
    assert.ok(other);
    const branches = await branchesOf(logprobs, token, other.id);
    const greedy = tree(branches)?.branches.find(({origin}) => origin.kind === "greedy");
    assert.ok(greedy);
    const at = text.indexOf(" +");
    // An edit elsewhere moves the place.
    const elsewhere = new vscode.WorkspaceEdit();
    elsewhere.insert(document.uri, new vscode.Position(5, 0), "\n# more\n");
    elsewhere.insert(document.uri, new vscode.Position(0, 0), "# sums\n");
    await vscode.workspace.applyEdit(elsewhere);
    const edited = document.getText();
    assert.notEqual(edited, text);
    branches.say({type: "insert", branch: greedy.id, insertion: "replace"});
    const start = at + "# sums\n".length;
    const inserted = `${edited.slice(0, start)}${greedy.text}${edited.slice(start + 2)}`;
    await until(() => document.getText() === inserted);
    const editor = await until(() =>
      vscode.window.visibleTextEditors.find((one) => one.document === document && !one.selection.isEmpty)
    );
    await until(() => document.getText(editor.selection) === greedy.text);
    // It has changed there now.
    branches.say({type: "insert", branch: greedy.id, insertion: "replace"});
    const {text: refused} = await until(() => window().messages.find((it) => it.text.includes("has changed here")));
    assert.match(refused, /undo the change, or score it again/);
    assert.equal(document.getText(), inserted);
    await vscode.window.showTextDocument(document, editor.viewColumn);
    await vscode.commands.executeCommand("undo");
    assert.equal(document.getText(), edited, "one step");
    branches.say({type: "insert", branch: greedy.id, insertion: "keep"});
    await until(() => document.getText() === `${edited.slice(0, start)}${greedy.text}${edited.slice(start)}`);
    await vscode.window.showTextDocument(document, editor.viewColumn);
    await vscode.commands.executeCommand("undo");
    assert.equal(document.getText(), edited);
  });

  it("prunes, undoes, names, copies, and is there again after a reload", async () => {
    const {logprobs, token, scored, top} = await look("three.py", text, " return");
    const other = top.find(({id}) => id !== scored.ids[token]);
    assert.ok(other);
    const branches = await branchesOf(logprobs, token, other.id);
    const grown = tree(branches);
    const greedy = grown?.branches.find(({origin}) => origin.kind === "greedy");
    assert.ok(grown && greedy);
    branches.say({type: "rename", branch: greedy.id, name: "the *usual*"});
    await until(() => branchOf(tree(branches) ?? grown, greedy.id)?.name === "the *usual*");
    const named = tree(branches);
    branches.say({type: "prune", branch: 1});
    await until(() => tree(branches)?.branches.length === 0);
    branches.say({type: "undo"});
    await until(() => (tree(branches)?.branches.length ?? 0) > 0);
    assert.deepEqual(tree(branches), named);
    branches.say({type: "copyTree"});
    await until(async () => (await vscode.env.clipboard.readText()).startsWith("**three"));
    const markdown = await vscode.env.clipboard.readText();
    assert.match(markdown, /^\*\*three&#46;py&#44; line 2\*\* · /);
    assert.equal(markdown.match(/^ *- /gm)?.length, grown.branches.length);
    assert.match(markdown, /\*\*the &#42;usual&#42;\*\*/);
    assert.match(markdown, / seed 3 /);
    branches.say({type: "copy", branch: greedy.id});
    await until(async () => (await vscode.env.clipboard.readText()) === greedy.text);
    // As VS Code restores it, in the same process: another panel with the state that the view saved.
    const state: ViewState = {
      version: protocolVersion,
      place: await placeOf(branches),
      options: {...usualOptions, count: 1},
      tree: named ?? grown,
      selected: 1,
      closed: []
    };
    const {BranchesPanels} = await import("../../src/features/branches/branchesPanels");
    const panels = new BranchesPanels(host());
    const create = (name: string) =>
      vscode.window.createWebviewPanel("tokenscope.branches", name, vscode.ViewColumn.Active, {});
    const before = view();
    const panel = create("again");
    const restored = view();
    assert.notEqual(restored, before);
    panels.restore(panel, JSON.parse(JSON.stringify(state)));
    restored.say({type: "ready"});
    assert.deepEqual(tree(restored), named);
    assert.deepEqual(await placeOf(restored), await placeOf(branches));
    restored.say({type: "more", branch: 1});
    await until(() => (tree(restored)?.branches.length ?? 0) === grown.branches.length + 1);
    const more = tree(restored)?.branches.at(-1);
    assert.deepEqual(more?.origin, {kind: "sampled", temperature: usualOptions.temperature, seed: 4});
    panels.dispose();
    const dropped = create("of another version");
    const gone = new Promise<void>((resolve) => dropped.onDidDispose(resolve));
    panels.restore(dropped, {...state, version: 0});
    await gone;
  });

  it("opens from the heatmap's hover, whose link is checked", async () => {
    const {document} = await showFile(folder.write("four.py", text));
    await vscode.commands.executeCommand("tokenscope.toggleHeatmap");
    try {
      const position = document.positionAt(text.indexOf(" +") + 1);
      const link = await until(async () => {
        const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
          "vscode.executeHoverProvider",
          document.uri,
          position
        );
        const markdown = hovers
          .flatMap(({contents}) => contents)
          .map((one) => (one as vscode.MarkdownString).value ?? "");
        return /\(command:tokenscope\.tryAlternative\?(\S+) "/.exec(markdown.join("\n"))?.[1];
      });
      const [choice] = JSON.parse(decodeURIComponent(link));
      assert.equal(choice.uri, document.uri.toString());
      await vscode.commands.executeCommand("tokenscope.tryAlternative", choice);
      const branches = view();
      await finished(branches);
      assert.deepEqual(tree(branches)?.branches[0]?.ids, [choice.alternative]);
      assert.equal((await placeOf(branches)).own, " +");
      // What the hover has not offered.
      for (const bad of [
        {...choice, alternative: 2 ** 30},
        {...choice, token: 2 ** 30},
        {...choice, uri: "file:///none"}
      ]) {
        window().messages.length = 0;
        await vscode.commands.executeCommand("tokenscope.tryAlternative", bad);
        assert.match(window().messages[0]?.text ?? "", /not shown any more/);
      }
    } finally {
      await vscode.commands.executeCommand("tokenscope.toggleHeatmap");
    }
  });
});
