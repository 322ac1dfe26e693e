import {strict as assert} from "node:assert";
import * as vscode from "vscode";
import type {CompleteParams, Completion} from "../../src/contract/completion";
import {CompletionProvider} from "../../src/features/inlineCompletion/completionProvider";
import {RecentEdits} from "../../src/features/inlineCompletion/recentEdits";
import {closeEditors, select, showText, userSettings} from "./support/editors";
import {ownHost} from "./support/ownHost";
import {until} from "./support/until";

interface Asked {
  readonly params: CompleteParams;
  completion: Completion | undefined;
}

describe("a place where the cursor rests", () => {
  const host = ownHost();
  const set = userSettings();
  const asked: Asked[] = [];
  let provider: CompletionProvider;

  before(() => {
    const {engine} = host();
    const request = engine.request.bind(engine);
    engine.request = (async (method: "complete", params: CompleteParams, options: object) => {
      const one: Asked = {params, completion: undefined};
      asked.push(one);
      one.completion = await request(method, params, options);
      return one.completion;
    }) as typeof engine.request;
    provider = new CompletionProvider(host(), new RecentEdits());
  });
  after(async () => {
    provider.dispose();
    await closeEditors();
  });

  /** Requests a completion like Complete at Cursor. */
  async function complete({document, selection}: vscode.TextEditor): Promise<Asked> {
    const before = asked.length;
    const context = {triggerKind: vscode.InlineCompletionTriggerKind.Invoke, selectedCompletionInfo: undefined};
    const token = new vscode.CancellationTokenSource().token;
    await provider.provideInlineCompletionItems(document, selection.active, context, token);
    // On a slow machine, the rest before it may have been long enough to prefill.
    const explicit = asked.slice(before).filter(({params}) => !params.promptOnly);
    const [one] = explicit;
    assert.ok(one !== undefined && explicit.length === 1);
    return one;
  }

  it("has its prompt evaluated ahead, and completes without", async () => {
    await set("inlineCompletion.enabled", true);
    const lines = Array.from({length: 400}, (_, line) => `value_${line} = compute(${line * 7})`);
    const editor = await showText(`${lines.join("\n")}\n`, "python");
    const jump = (line: number): void => {
      const offset = editor.document.offsetAt(new vscode.Position(line, 12));
      select(editor, offset, offset);
    };
    jump(100);
    const first = await complete(editor);
    const isPrefilled = asked.some(({params}) => params.promptOnly);
    assert.ok(isPrefilled || (first.completion?.evaluatedPromptTokens ?? 0) > 100);
    const before = asked.length;
    jump(300);
    const ahead = await until(() => asked[before]);
    await until(() => ahead.completion !== undefined);
    assert.deepEqual([ahead.params.promptOnly, ahead.params.background], [true, true]);
    assert.ok((ahead.completion?.evaluatedPromptTokens ?? 0) > 100);
    const {completion, params} = await complete(editor);
    assert.equal(params.prefix, ahead.params.prefix);
    assert.equal(completion?.evaluatedPromptTokens, 1);
  });
});
