import {strict as assert} from "node:assert";
import {UsageError} from "../../src/cli/arguments";
import {Console} from "../../src/cli/console";
import {EngineError} from "../../src/contract/errors";

function streams(terminal: boolean, columns = 40, now?: () => number) {
  const written = {stdout: "", stderr: ""};
  const stream = (name: keyof typeof written, isTTY: boolean) => ({
    isTTY,
    columns,
    write(text: string, done?: () => void) {
      written[name] += text;
      done?.();
    }
  });
  return {written, console: new Console(stream("stdout", terminal), stream("stderr", terminal), now)};
}

describe("The headless runner's console", () => {
  it("rewrites one line of progress, and takes it away before anything else is said", async () => {
    const {written, console} = streams(true);
    const onProgress = console.progressOn("a.txt");
    onProgress({stage: "load", fraction: 0.345});
    onProgress({stage: "score", done: 128, total: 1024});
    assert.equal(written.stderr, "\ra.txt: loading the model, 34 %\u001b[K\ra.txt: 128 of 1,024 tokens\u001b[K");
    written.stderr = "";
    await console.answer("{}\n");
    assert.deepEqual(written, {stdout: "{}\n", stderr: "\r\u001b[K"});
    written.stderr = "";
    console.say("done");
    assert.equal(written.stderr, "done\n");
  });

  it("cuts the line to the terminal, and writes no control character of a file's name", () => {
    const {written, console} = streams(true, 20);
    console.progressOn("\u001b[2Jlong-name-of-a-file.txt")({stage: "score", done: 1, total: 2});
    assert.equal(written.stderr, "\r␛[2Jlong-name-of-a-\u001b[K");
  });

  it("shows no progress where there is no terminal", () => {
    const {written, console} = streams(false);
    console.progressOn("a.txt")({stage: "score", done: 1, total: 2});
    console.clear();
    assert.equal(written.stderr, "");
  });

  it("tells how far it is a few times a second, and only on a terminal", () => {
    let milliseconds = 0;
    const {written, console} = streams(true, 40, () => milliseconds);
    for (let file = 1; file <= 15; file++, milliseconds += 10) console.tell(() => `counting: ${file} of 15 files`);
    assert.equal(written.stderr, "\rcounting: 1 of 15 files\u001b[K\rcounting: 11 of 15 files\u001b[K");
    const quiet = streams(false);
    quiet.console.tell(() => "counting");
    assert.equal(quiet.written.stderr, "");
  });

  it("says errors in a line", () => {
    const {written, console} = streams(false);
    console.sayError(new UsageError("which FILE?"));
    console.sayError(new EngineError("modelMissing", "There is no model."));
    console.sayError(new EngineError("modelFailed", "It could not be loaded."));
    console.sayError(new TypeError("x is\nnot a function"));
    assert.deepEqual(written.stderr.trimEnd().split("\n"), [
      "tokenscope: which FILE? (--help says more)",
      "tokenscope: There is no model.",
      "tokenscope: It could not be loaded. (--verbose shows llama.cpp's log)",
      "tokenscope: a mistake of ours: TypeError: x is"
    ]);
  });
});
