import {strict as assert} from "node:assert";
import fc from "fast-check";
import {type ColourChoice, colourMeasures} from "../../src/metrics/colourChoice";
import {Colouring} from "../../webview/logprobs/colouring";
import {ShownText} from "../../webview/logprobs/shownText";
import {scored} from "../harness/logprobsInBrowser";

function colouringOf(text: ShownText, choice: ColourChoice): Colouring {
  const steps = Colouring.inSteps(text, choice);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

describe("Colouring", () => {
  it("is the same after scores arrived in pieces as of the whole text", () => {
    const logprob = fc.option(fc.double({min: -30, max: 0, noNaN: true}));
    fc.assert(
      fc.property(fc.array(logprob, {minLength: 1, maxLength: 60}), fc.integer({min: 1, max: 20}), (values, size) => {
        const tokens = values.map((_, index) => ` ${index}`);
        const whole = new ShownText(scored(tokens, values));
        for (const by of colourMeasures) {
          const choice = {by, threshold: null};
          const arriving = new ShownText(
            scored(
              tokens,
              values.map(() => null)
            )
          );
          const colouring = colouringOf(arriving, choice);
          let inPlace = true;
          for (let from = 0; from < values.length; from += size) {
            const to = Math.min(values.length, from + size);
            arriving.scored.logprobs.set(whole.scored.logprobs.subarray(from, to), from);
            inPlace &&= colouring.update(arriving, from, to);
          }
          assert.equal(inPlace, by !== "relative");
          const expected = colouringOf(whole, choice);
          if (inPlace) assert.deepEqual([colouring.levels, colouring.counts], [expected.levels, expected.counts], by);
        }
      }),
      {seed: 17, numRuns: 100}
    );
  });
});
