import {strict as assert} from "node:assert";
import {mock} from "node:test";
import {setImmediate} from "node:timers/promises";
import {type AskOptions, type CursorText, SuggestionCache} from "../../src/features/inlineCompletion/suggestionCache";

interface Asked extends AskOptions {
  readonly place: CursorText;
  answer(text: string): void;
  fail(error: Error): void;
}

/** A model that answers on demand. */
function slowModel(): {
  asked: Asked[];
  completions: SuggestionCache<CursorText>;
  at: (prefix: string, signal?: AbortSignal) => Promise<string | undefined>;
} {
  const asked: Asked[] = [];
  const completions = new SuggestionCache<CursorText>(
    (place, options) =>
      new Promise((resolve, reject) => {
        options.signal.addEventListener("abort", () => reject(options.signal.reason), {once: true});
        asked.push({place, ...options, answer: resolve, fail: reject});
      })
  );
  return {
    asked,
    completions,
    at: (prefix, signal = new AbortController().signal) => completions.at({file: "a.ts", prefix, suffix: ";"}, signal)
  };
}

/** An abandoned request has ended after this long (ms). */
const soon = 150;

describe("completions", () => {
  beforeEach(() => mock.timers.enable({apis: ["setTimeout"]}));
  afterEach(() => mock.timers.reset());

  it("are asked for once at a place", async () => {
    const {asked, at} = slowModel();
    const both = Promise.all([at("let "), at("let ")]);
    asked[0]?.answer("x = 1");
    assert.deepEqual(await both, ["x = 1", "x = 1"]);
    assert.equal(await at("let "), "x = 1");
    assert.equal(await at("let x"), " = 1");
    assert.equal(asked.length, 1);
  });

  it("that are under way go on while one types what they say (Continue, Copilot)", async () => {
    const {asked, at} = slowModel();
    const first = new AbortController();
    const one = at("let ", first.signal);
    asked[0]?.onText("an");
    first.abort();
    const two = at("let a");
    await assert.rejects(one);
    const three = at("let answ");
    asked[0]?.onText("answer");
    mock.timers.tick(soon);
    assert.equal(asked[0]?.signal.aborted, false);
    asked[0]?.answer("answer = 42");
    assert.deepEqual(await Promise.all([two, three]), ["nswer = 42", "er = 42"]);
    assert.equal(asked.length, 1);
  });

  it("end at once when something else is typed, and the next is asked for", async () => {
    const {asked, at} = slowModel();
    const one = new AbortController();
    const first = at("let ", one.signal);
    asked[0]?.onText("answer");
    one.abort();
    const second = at("let b");
    await assert.rejects(first);
    assert.equal(asked[0]?.signal.aborted, true);
    assert.equal(asked.length, 2);
    asked[1]?.answer("ook");
    assert.equal(await second, "ook");
  });

  it("end as soon as they say something else than was typed meanwhile", async () => {
    const {asked, at} = slowModel();
    const one = new AbortController();
    const first = at("let ", one.signal);
    one.abort();
    const second = at("let b");
    await assert.rejects(first);
    assert.equal(asked.length, 1);
    asked[0]?.onText("answer");
    await setImmediate();
    assert.equal(asked[0]?.signal.aborted, true);
    assert.equal(asked.length, 2);
    asked[1]?.answer("");
    assert.equal(await second, "");
  });

  it("end soon after nobody waits for them any more", async () => {
    const {asked, at} = slowModel();
    const abort = new AbortController();
    const left = at("let ", abort.signal);
    abort.abort();
    await assert.rejects(left);
    assert.equal(asked[0]?.signal.aborted, false);
    mock.timers.tick(soon);
    assert.equal(asked[0]?.signal.aborted, true);
  });

  it("that fail say so to all who wait, and are tried again by the next", async () => {
    const {asked, at} = slowModel();
    const both = Promise.allSettled([at("let "), at("let ")]);
    asked[0]?.fail(new Error("broken"));
    for (const outcome of await both) assert.equal(outcome.status === "rejected" && outcome.reason.message, "broken");
    const again = at("let ");
    asked[1]?.answer("x");
    assert.equal(await again, "x");
  });

  it("are fetched before they are wanted, unless there is something to do", async () => {
    const {asked, at, completions} = slowModel();
    const first = at("let ");
    completions.prefetch({file: "a.ts", prefix: "let x;", suffix: ";"});
    assert.equal(asked.length, 1);
    asked[0]?.answer("x;");
    await first;
    completions.prefetch({file: "a.ts", prefix: "let x;", suffix: ";"});
    assert.equal(asked[1]?.background, true);
    const next = at("let x;");
    asked[1]?.answer("\nlet y;");
    assert.equal(await next, "\nlet y;");
    assert.equal(asked.length, 2);
  });

  it("that were fetched before give way to what is wanted", async () => {
    const {asked, at, completions} = slowModel();
    completions.prefetch({file: "a.ts", prefix: "let x;", suffix: ";"});
    const wanted = at("const ");
    assert.equal(asked[0]?.signal.aborted, true);
    asked[1]?.answer("z");
    assert.equal(await wanted, "z");
  });

  it("that were asked for stay while one types what they say, and no longer", async () => {
    const {asked, at, completions} = slowModel();
    const left = (prefix: string, suffix = ";") => completions.remaining({file: "a.ts", prefix, suffix});
    assert.equal(left("let "), undefined);
    const first = at("let ");
    asked[0]?.answer("f(x)");
    await first;
    assert.deepEqual([left("let f"), left("let f(", ");"), left("let "), left("let f(x")], ["(x)", "x", "f(x)", ")"]);
    assert.equal(left("let g"), undefined);
    assert.equal(left("let f"), undefined);
    assert.equal(asked.length, 1);
  });

  it("that are under way go on while the editor closes a bracket that is typed", async () => {
    const {asked, at, completions} = slowModel();
    const first = at("let ");
    asked[0]?.onText("f(x)");
    const second = completions.at({file: "a.ts", prefix: "let f(", suffix: ");"}, new AbortController().signal);
    asked[0]?.answer("f(x)");
    assert.deepEqual(await Promise.all([first, second]), ["f(x)", "x"]);
    assert.equal(asked.length, 1);
  });

  it("that fail before they are wanted are asked for again by whoever waits for them", async () => {
    const {asked, at, completions} = slowModel();
    completions.prefetch({file: "a.ts", prefix: "let x;", suffix: ";"});
    const wanted = at("let x;");
    assert.equal(asked.length, 1);
    asked[0]?.fail(new Error("something else went first"));
    await setImmediate();
    assert.equal(asked[1]?.background, false);
    asked[1]?.answer("y");
    assert.equal(await wanted, "y");
  });

  it("for two places that are waited for at once do not end each other for ever: the later one is answered", async () => {
    const {asked, at} = slowModel();
    const first = at("let ");
    const second = at("const ");
    assert.equal(await first, undefined);
    assert.equal(asked.length, 2);
    asked[1]?.answer("z");
    assert.equal(await second, "z");
    assert.equal(asked.length, 2);
  });

  it("that are stopped are not asked for again by those who wait for them", async () => {
    const {asked, at, completions} = slowModel();
    const waits = at("let ");
    completions.stop();
    assert.equal(await waits, undefined);
    assert.equal(asked.length, 1);
  });

  it("under way when the model changes are asked of the new one", async () => {
    const {asked, at, completions} = slowModel();
    const waits = at("let ");
    completions.clear();
    await setImmediate();
    asked[1]?.answer("x");
    assert.equal(await waits, "x");
  });

  it("in another file are others, also where the text is the same", async () => {
    const {asked, completions} = slowModel();
    const {signal} = new AbortController();
    const first = completions.at({file: "a.py", prefix: "", suffix: ""}, signal);
    asked[0]?.answer("import sys");
    assert.equal(await first, "import sys");
    const second = completions.at({file: "a.c", prefix: "", suffix: ""}, signal);
    assert.equal(asked.length, 2);
    asked[1]?.answer("int main");
    assert.equal(await second, "int main");
    assert.equal(await completions.at({file: "a.py", prefix: "i", suffix: ""}, signal), "mport sys");
    void completions.at({file: "a.h", prefix: "i", suffix: ""}, signal);
    assert.equal(asked.length, 3);
    completions.stop();
  });

  it("of another model are forgotten", async () => {
    const {asked, at, completions} = slowModel();
    const first = at("let ");
    asked[0]?.answer("x");
    await first;
    completions.clear();
    void at("let ").catch(() => undefined);
    assert.equal(asked.length, 2);
    completions.stop();
  });

  it("wait for a pause where nothing is known or on its way, and only there", async () => {
    const {asked, completions} = slowModel();
    const signal = new AbortController().signal;
    let pauses = 0;
    let paused = (): void => undefined;
    const at = (prefix: string): Promise<string | undefined> =>
      completions.at({file: "a.ts", prefix, suffix: ";"}, signal, () => {
        pauses++;
        return new Promise((resolve) => {
          paused = resolve;
        });
      });
    const first = at("let ");
    assert.deepEqual([pauses, asked.length], [1, 0]);
    paused();
    await setImmediate();
    assert.equal(asked.length, 1);
    const running = at("let x");
    asked[0]?.answer("x = 1");
    assert.deepEqual(await Promise.all([first, running, at("let x ")]), ["x = 1", " = 1", "= 1"]);
    assert.deepEqual([pauses, asked.length], [1, 1]);
  });

  it("are asked for in the next pause only, where another answer came than was typed", async () => {
    const {asked, at, completions} = slowModel();
    const key = new AbortController();
    const stale = at("let ", key.signal);
    key.abort();
    let pauses = 0;
    const typed = completions.at(
      {file: "a.ts", prefix: "let b", suffix: ";"},
      new AbortController().signal,
      async () => {
        pauses++;
      }
    );
    asked[0]?.onText("answer");
    assert.equal(asked[0]?.signal.aborted, true);
    await setImmediate();
    assert.deepEqual([pauses, asked.length], [1, 2]);
    asked[1]?.answer("ook");
    assert.equal(await typed, "ook");
    await assert.rejects(stale);
  });

  it("end with the key that contradicts them, before anything else is asked for", async () => {
    const {asked, at, completions} = slowModel();
    const key = new AbortController();
    const first = at("let ", key.signal);
    asked[0]?.onText("answer");
    key.abort();
    completions.cursorMoved({file: "a.ts", prefix: "let a", suffix: ";"});
    assert.equal(asked[0]?.signal.aborted, false);
    completions.cursorMoved({file: "a.ts", prefix: "let ab", suffix: ";"});
    assert.equal(asked[0]?.signal.aborted, true);
    await assert.rejects(first);
    assert.equal(asked.length, 1);
  });

  it("that were fetched before stay while one types up to there", async () => {
    const {asked, completions} = slowModel();
    completions.prefetch({file: "a.ts", prefix: "let x;", suffix: ";"});
    completions.cursorMoved({file: "a.ts", prefix: "let x", suffix: ";"});
    assert.equal(asked[0]?.signal.aborted, false);
    completions.cursorMoved({file: "a.ts", prefix: "let y", suffix: ";"});
    assert.equal(asked[0]?.signal.aborted, true);
  });
});
