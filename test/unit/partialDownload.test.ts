import {strict as assert} from "node:assert";
import {mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {PartialDownload} from "../../src/engine/transfer/partialDownload";

describe("A download that another process has begun", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenscope-unfinished-"));
  after(() => rmSync(folder, {recursive: true, force: true}));

  it("is left to it while that gives signs of life, whatever becomes of the clock", async () => {
    const uri = "https://example.com/a.gguf";
    const unfinished = new PartialDownload(folder, uri, ["a.gguf"], 10);
    await unfinished.write([null]);
    const note = path.join(folder, readdirSync(folder)[0] ?? "");
    // The parent process runs as long as the test.
    writeFileSync(
      note,
      JSON.stringify({uri, fileName: "a.gguf", bytes: 10, partials: [], validators: ["x"], process: process.ppid})
    );
    const claimedAfter = async (seconds: number): Promise<boolean> => {
      const time = Date.now() / 1000 - seconds;
      utimesSync(note, time, time);
      const claimed = await unfinished.claim(new AbortController().signal).then(
        () => true,
        () => false
      );
      if (claimed) unfinished.release();
      return claimed;
    };
    assert.deepEqual(
      [await claimedAfter(1), await claimedAfter(600), await claimedAfter(-86_400)],
      [false, true, true]
    );
  });
});
