import {strict as assert} from "node:assert";
import type {Page} from "playwright-core";
import type {FromView, ToView} from "../../src/features/logprobs/protocol";
import {findsNothingSerious} from "../harness/axe";
import {logprobsInBrowser, scored, source, ten} from "../harness/logprobsInBrowser";
import {setTheme, themeNames} from "../harness/themes";
import type {ViewInBrowser} from "../harness/viewInBrowser";

const tokens = Array.from({length: 60}, (_, index) => (index % 12 === 11 ? "\n" : ` w${index}`));
const probabilities = [0.5, 0.0005, 0.00005, 0.000005, 0.0000005, Number.NaN];
const text = scored(
  tokens,
  tokens.map((_, index) => Math.log(probabilities[index % 6] ?? 1))
);

describe("Access to the logprobs view, by axe-core", () => {
  let view: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    view = await logprobsInBrowser({width: 1000, height: 700});
    page = view.page;
  });

  after(() => view?.close());

  beforeEach(() => view.reopen());

  const check = (what: string) => findsNothingSerious(page, what);

  async function show(): Promise<void> {
    await view.tell({type: "show", source, scored: {...text, warnings: ["It has two BOS."]}});
    await page.locator('#tokens [data-token="3"]').click();
    await view.until(async () => (await view.sent()).some(({type}) => type === "alternatives"));
    await view.tell({type: "alternatives", token: 3, logprob: -9, rank: 20, entropy: 2, top: ten});
    await page.locator(".chart").waitFor();
    // They come a moment after the tokens.
    await page.locator("#tokens .token:not([aria-label])").first().waitFor({state: "detached"});
  }

  for (const theme of themeNames)
    it(`finds nothing serious in ${theme}`, async () => {
      await setTheme(page, theme);
      await check("no text");
      await show();
      await view.tell({type: "notice", message: "The document has changed since it was scored.", action: "scoreAgain"});
      await view.tell({type: "options", options: {isPinned: true, isLive: true}});
      await check("docked");
      await page.locator(".numbers").click();
      await page.locator(".bucket").nth(2).click();
      await view.tell({type: "reveal", from: 2, to: 9});
      await view.tell({
        type: "computing",
        computing: {loading: null, perSecond: 12, done: 3, total: 9, secondsLeft: 5, isStopping: false}
      });
      await check("numbers, filter, selection, progress");
      await page.keyboard.press("Control+f");
      await page.keyboard.type("w1");
      await page.locator("#tokens .match").waitFor();
      await check("search");
      await page.keyboard.press("Escape");
      await page.setViewportSize({width: 500, height: 700});
      await page.locator(".numbers").click();
      await page.locator('#tokens [data-token="3"]').click();
      await page.getByRole("button", {name: "More"}).click();
      await check("floating, menu");
      await page.keyboard.press("Escape");
      await page.getByRole("button", {name: "Charts"}).click();
      await check("charts");
      await page.setViewportSize({width: 300, height: 600});
      await page.locator("#legend.wordless").waitFor();
      await check("narrow");
      await view.tell({type: "progress", source, progress: {stage: "score", done: 1, total: 2}});
      await check("progress");
      await view.tell({type: "failed", source, message: "There is no such model: choose another."});
      await check("failure");
    });

  it("moves nothing where less motion is asked for, and draws the levels where colours are forced", async () => {
    await page.emulateMedia({reducedMotion: "reduce", forcedColors: "active"});
    await show();
    await view.tell({
      type: "computing",
      computing: {loading: null, perSecond: 12, done: 0, total: 9, secondsLeft: null, isStopping: false}
    });
    await page.locator(".progress-bar").waitFor();
    const moving = await page.evaluate<number>(
      "document.getAnimations().filter(({playState, effect}) => playState === 'running' && effect.getTiming().iterations === Infinity).length"
    );
    assert.equal(moving, 0);
    const looks = await page.evaluate<string[]>(
      `[0, 1, 2, 3, 4, 5].map((token) => {
        const style = getComputedStyle(document.querySelector('#tokens [data-token="' + token + '"]'));
        return [style.borderTopStyle, style.borderBottomStyle, style.borderBottomColor, style.borderTopWidth].join(" ");
      })`
    );
    assert.equal(new Set(looks).size, 6, looks.join("; "));
    await page.keyboard.press("Control+f");
    await page.keyboard.type("w1");
    await page.locator("#tokens .match").waitFor();
    const outlines = await page.evaluate<string[]>(
      `["9", "1", "10"].map((token) => {
        const style = getComputedStyle(document.querySelector('#tokens [data-token="' + token + '"]'));
        return style.outlineStyle + " " + style.outlineWidth;
      })`
    );
    assert.deepEqual([outlines[0]?.slice(0, 4), outlines[1], outlines[2]], ["none", "solid 1px", "solid 3px"]);
    await page.emulateMedia({reducedMotion: null, forcedColors: null});
  });
});
