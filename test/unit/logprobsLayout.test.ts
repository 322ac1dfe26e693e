import {strict as assert} from "node:assert";
import fc from "fast-check";
import {cardPlaces} from "../../src/features/logprobs/protocol";
import {cardPosition, dockPlace, dockSize, maxSize, minSize} from "../../webview/logprobs/layout";
import {cases} from "../harness/thorough";

const runs = {seed: 17, numRuns: cases(500, 20_000)};

describe("The layout of the logprobs view", () => {
  it("docks the card at the side of a wide view, and lets it float in others", () => {
    const head = 58;
    assert.equal(dockPlace("auto", false, {width: 900, height: 800, head}), "side");
    assert.equal(dockPlace("auto", false, {width: 620, height: 800, head}), "none");
    assert.equal(dockPlace("auto", true, {width: 620, height: 800, head}), "bottom");
    assert.equal(dockPlace("bottom", false, {width: 900, height: 800, head}), "bottom");
    assert.equal(dockPlace("bottom", false, {width: 900, height: 300, head}), "side", "no room at the bottom");
    assert.equal(dockPlace("side", false, {width: 400, height: 800, head}), "bottom", "no room at the side");
    assert.equal(dockPlace("side", false, {width: 400, height: 300, head}), "none");
    assert.equal(dockPlace("floating", false, {width: 1280, height: 800, head}), "none");
  });

  it("leaves the text seven tenths of the height, and some width", () => {
    const sizes = fc.record({
      width: fc.integer({min: 200, max: 3000}),
      height: fc.integer({min: 200, max: 2000}),
      head: fc.integer({min: 50, max: 60})
    });
    const chosen = fc.option(fc.integer({min: 0, max: 5000}));
    fc.assert(
      fc.property(fc.constantFrom(...cardPlaces), fc.boolean(), sizes, chosen, (choice, needed, window, size) => {
        const place = dockPlace(choice, needed, window);
        if (place === "none") return;
        const pixels = dockSize(place, size, window);
        assert.ok(pixels >= minSize(place) && pixels <= maxSize(place, window));
        if (place === "bottom") assert.ok(window.height - window.head - pixels - 5 >= 0.7 * window.height);
        else assert.ok(window.width - pixels >= 240);
      }),
      runs
    );
  });

  it("never covers the token with its card, and keeps the card in the window", () => {
    const inputs = fc
      .record({width: fc.integer({min: 320, max: 1600}), height: fc.integer({min: 280, max: 1200})})
      .chain((window) =>
        fc.record({
          window: fc.constant(window),
          left: fc.integer({min: 0, max: window.width - 20}),
          top: fc.integer({min: 0, max: window.height - 20}),
          width: fc.integer({min: 1, max: 200}),
          height: fc.constantFrom(14, 18, 23),
          card: fc.record({width: fc.integer({min: 150, max: 300}), height: fc.integer({min: 40, max: 500})})
        })
      );
    fc.assert(
      fc.property(inputs, ({window, left, top, width, height, card}) => {
        const token = {left, top, right: Math.min(window.width, left + width), bottom: top + height};
        const bounds = {left: 0, top: 0, right: window.width, bottom: window.height};
        const at = cardPosition(token, card, bounds);
        const bottom = at.top + Math.min(card.height, at.maxHeight);
        const right = at.left + card.width;
        assert.ok(at.left >= 0 && right <= window.width && at.top >= 0, "inside");
        assert.ok(bottom <= window.height || bottom <= token.bottom + 6, "inside");
        const apart = bottom <= token.top || at.top >= token.bottom || right <= token.left || at.left >= token.right;
        assert.ok(apart, `covers it: ${JSON.stringify(at)}`);
      }),
      runs
    );
  });
});
