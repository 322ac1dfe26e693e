import {strict as assert} from "node:assert";
import fc from "fast-check";
import {hasLongRun, maxRunLength} from "../../src/engine/llama/longRuns";
import {cases} from "../harness/thorough";

describe("A text with a run that is too long", () => {
  const filler = (length: number): string => "ab 1, ".repeat(Math.ceil(length / 6)).slice(0, length);

  it("is told from one that is just short enough, wherever the run stands", () => {
    const before = fc.integer({min: 0, max: 3 * maxRunLength});
    const run = fc.tuple(fc.constantFrom("x", "𝒳", "é\u0301"), fc.integer({min: -1, max: 2}));
    fc.assert(
      fc.property(before, run, before, (space, [unit, more], behind) => {
        const length = maxRunLength + more;
        const letters = [...unit.repeat(length)].slice(0, length).join("");
        const text = `${filler(space)} ${letters} ${filler(behind)}`;
        assert.equal(hasLongRun(text, "deepseek-coder"), more > 0);
        assert.equal(hasLongRun(text, "llama-bpe"), false);
      }),
      {seed: 20261130, numRuns: cases(50, 2000)}
    );
  });

  it("is told by the longest of many runs", () => {
    const lengths = fc.array(fc.integer({min: 1, max: Math.round(1.2 * maxRunLength)}), {maxLength: 8});
    fc.assert(
      fc.property(lengths, fc.constantFrom(".", "𝒳,"), (of, between) => {
        const text = of.map((length) => "1".repeat(length)).join(between);
        assert.equal(
          hasLongRun(text, "superbpe"),
          of.some((length) => length > maxRunLength)
        );
      }),
      {seed: 20261130, numRuns: cases(50, 2000)}
    );
  });

  it("is none with words, lines and numbers, however long it is", () => {
    const lines = ["const x = [1, 2];", "Das ist ein Satz; noch einer: 漢字、かな。", "", "====", "\t\t// 🚀🚀"];
    const text = `${lines.join("\n")}\n`.repeat(3000);
    for (const name of ["deepseek-llm", "youtu", "afmoe", "gpt-4o", "exaone-moe", "bloom", "default", "whitespace"])
      assert.equal(hasLongRun(text, name), false, name);
  });
});
