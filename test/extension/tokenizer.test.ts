import {strict as assert} from "node:assert";
import path from "node:path";
import * as vscode from "vscode";
import {tokenKinds} from "../../src/contract/tokenInfo";
import type {FromView, Query, ToView} from "../../src/features/tokenizer/protocol";
import {llamaSource} from "../harness/llamaSource";
import {closeEditors, temporaryFolder, userSettings} from "./support/editors";
import {until} from "./support/until";
import {watchViews} from "./support/watchedView";
import {watchWindow} from "./support/watchedWindow";

const everything: Query = {query: "", by: "text", ignoreCase: false, kinds: tokenKinds, order: "id"};

const otherVocabulary = path.join(llamaSource("models"), "ggml-vocab-llama-spm.gguf");

describe("Show Tokenizer", () => {
  const window = watchWindow();
  const view = watchViews<ToView, FromView>();
  const folder = temporaryFolder();
  const set = userSettings();
  afterEach(closeEditors);

  async function shown(argument?: string | vscode.Uri): Promise<Extract<ToView, {type: "show"}>> {
    await vscode.commands.executeCommand("tokenscope.showTokenizer", argument);
    // Once the real view is ready, it is told everything again: a test must not take that for something new.
    await until(() => view().heard.some(({type}) => type === "ready"));
    return await view().hears("show");
  }

  /**
   * The answer to a search. It is said again from time to time: the real view searches too, and only the latest search is answered.
   */
  async function search(query: string): Promise<Extract<ToView, {type: "found"}>> {
    let said = Number.NEGATIVE_INFINITY;
    return await until(() => {
      const answer = view().told.find(
        (one): one is Extract<ToView, {type: "found"}> => one.type === "found" && one.query.query === query
      );
      if (answer === undefined && performance.now() - said > 3000) {
        said = performance.now();
        view().say({type: "search", query: {...everything, query}});
      }
      return answer;
    });
  }

  it("shows the vocabulary of the model that measures", async () => {
    const {model, facts} = await shown();
    assert.deepEqual(model, {name: "Tokenscope Tiny Coder", file: null});
    assert.deepEqual([facts.size, facts.kind, facts.addsBos], [8192, "bpe", true]);
    assert.equal(view().panel.title, "Tokenizer: Tokenscope Tiny Coder");
    assert.deepEqual(window().errors, []);
  });

  it("searches, gives rows, and cuts texts", async () => {
    await shown();
    const {ids} = await search("return");
    assert.ok(ids.length > 0);
    view().say({type: "rows", ids: [...ids]});
    const asked = [...ids].join();
    const {rows} = await until(() =>
      view().told.find(
        (one): one is Extract<ToView, {type: "rows"}> =>
          one.type === "rows" && one.rows.map(({id}) => id).join() === asked
      )
    );
    assert.ok(rows.every(({label}) => label.includes("return")));
    view().say({type: "tokenize", scratch: {text: "return <|fim_middle|>", special: true}});
    const cut = await view().hears("tokens");
    assert.equal(cut.characters, 21);
    assert.ok(cut.ids.includes(8187) || cut.ids.includes(8188), [...cut.ids].join(" "));
    view().say({type: "copy", id: ids[0] ?? 0, as: "id"});
    await until(async () => (await vscode.env.clipboard.readText()) === String(ids[0]));
  });

  it("answers the last search only, and says what is wrong with one", async () => {
    await shown();
    for (const query of ["a", "ab"]) view().say({type: "search", query: {...everything, query}});
    await search("abc");
    view().say({type: "search", query: {...everything, by: "bytes", query: "xy"}});
    assert.match((await view().hears("noSearch")).message, /hexadecimal/);
    assert.deepEqual(window().errors, []);
  });

  it("follows the model that measures", async () => {
    await shown();
    view().forget();
    await set("model", otherVocabulary);
    const {facts} = await view().hears("show");
    assert.deepEqual([facts.size, facts.kind, facts.addsSpace], [32_000, "spm", true]);
  });

  it("shows a model that it is given, in a tab of its own, which stays with it", async () => {
    await shown();
    const first = view();
    const {facts, model} = await shown(vscode.Uri.file(otherVocabulary));
    assert.notEqual(view(), first);
    assert.deepEqual([facts.size, model.file], [32_000, otherVocabulary]);
    const second = view();
    await vscode.commands.executeCommand("tokenscope.showTokenizer", otherVocabulary);
    assert.equal(view(), second);
    first.forget();
    second.forget();
    await set("model", otherVocabulary);
    await first.hears("show");
    // Answers to the real view's own questions may still come.
    const told = second.told.map(({type}) => type).filter((type) => type !== "found" && type !== "rows");
    assert.deepEqual(told, []);
  });

  it("says why there is no vocabulary, and tries again", async () => {
    const file = path.join(folder.path, "none.gguf");
    await vscode.commands.executeCommand("tokenscope.showTokenizer", file);
    assert.match((await view().hears("failed")).message, /none\.gguf/);
    view().forget();
    view().say({type: "tryAgain"});
    await view().hears("failed");
    // The page says it.
    assert.deepEqual(window().errors, []);
  });

  it("takes nothing but a path", async () => {
    for (const odd of ["relative.gguf", "", 7, {}, "https://example.com/a.gguf", vscode.Uri.parse("untitled:a")])
      await vscode.commands.executeCommand("tokenscope.showTokenizer", odd);
    await until(() => window().errors.length >= 6);
    assert.ok(window().errors.every(({text}) => /no path of a model/.test(text)));
  });
});
