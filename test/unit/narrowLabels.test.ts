import {strict as assert} from "node:assert";
import fc from "fast-check";
import {differenceLevels, shortDifferenceLabel} from "../../src/metrics/differenceScale";
import {sharedStart} from "../../webview/compareScores/sharedStart";
import {cases} from "../harness/thorough";

describe("Labels where there is little room", () => {
  it("of differences are their lower bounds", () => {
    assert.deepEqual(
      differenceLevels.map((level) => shortDifferenceLabel(level, 0.5)),
      ["≥2", "1", "0.5", "<0.5", "0.5", "1", "≥2", "?", "A", "B"]
    );
  });

  it("of two names leave out whole words that both begin with", () => {
    const shared = (a: string, b: string) => a.slice(0, sharedStart(a, b));
    assert.equal(shared("Qwen2.5 Coder Q4_K_M", "Qwen2.5 Coder Q8_0"), "Qwen2.5 Coder ");
    assert.equal(shared("a.txt · Small", "b.txt · Small"), "");
    assert.equal(shared("Llama", "Llama 3"), "");
    assert.equal(shared("Llama 3", "Llama 3"), "Llama ");
    assert.equal(shared("Small", "Smart"), "");
    assert.equal(shared("", "Small"), "");
    assert.equal(shared("x 👍", "x 👎"), "x ");
  });

  it("of any two names leave something of both, and part no character", () => {
    const name = fc.string({unit: fc.constantFrom("a", "b", " ", "-", "👍", "👎"), maxLength: 12});
    fc.assert(
      fc.property(name, name, name, (start, a, b) => {
        const [one, other] = [start + a, start + b];
        const length = sharedStart(one, other);
        assert.equal(one.slice(0, length), other.slice(0, length));
        for (const whole of [one, other]) {
          assert.ok(whole === "" || length < whole.length);
          assert.ok(whole.slice(0, length).isWellFormed() && whole.slice(length).isWellFormed());
        }
      }),
      {seed: 23, numRuns: cases(500, 20_000)}
    );
  });
});
