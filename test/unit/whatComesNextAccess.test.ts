import {strict as assert} from "node:assert";
import type {Page} from "playwright-core";
import {type FromView, type NextOptions, type ToView, usualOptions} from "../../src/features/whatComesNext/protocol";
import {noSamplers} from "../../src/sampling/settings";
import {findsNothingSerious} from "../harness/axe";
import {nextInBrowser, nextWith} from "../harness/nextInBrowser";
import {setTheme, themeNames} from "../harness/themes";
import type {ViewInBrowser} from "../harness/viewInBrowser";

const options: NextOptions = {
  ...usualOptions,
  samplers: {
    ...noSamplers,
    topK: 40,
    topP: 0.9,
    temperature: 0.8,
    xtc: {probability: 0.5, threshold: 0.1},
    penalties: {...noSamplers.penalties, repeat: 1.1}
  },
  draws: {count: 100, seed: 7}
};

describe("Access to the view What Comes Next, by axe-core", () => {
  let view: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    view = await nextInBrowser({width: 640, height: 760});
    page = view.page;
  });

  after(() => view?.close());

  beforeEach(() => view.reopen());

  async function show(shown: NextOptions): Promise<void> {
    await view.tell({type: "options", options: shown});
    await view.tell({type: "show", next: nextWith(shown, {shown: 20, warnings: ["It has two BOS."], cut: true})});
    await page.locator(".list").waitFor();
  }

  for (const theme of themeNames)
    it(`finds nothing serious in ${theme}`, async () => {
      const check = (what: string) => findsNothingSerious(page, what);
      await setTheme(page, theme);
      await check("waiting");
      await show(usualOptions);
      await check("no samplers");
      await show(options);
      await check("samplers and draws");
      await view.tell({type: "settingsCopied", target: "vllm", missing: ["vLLM has no setting for XTC."]});
      await page.locator(".notice").waitFor();
      await check("copied settings");
      await page.locator(".list").focus();
      await page.keyboard.press("ArrowDown");
      await check("in the list");
      await page.getByRole("button", {name: "More"}).click();
      await check("menu");
      await page.keyboard.press("Escape");
      await page.setViewportSize({width: 330, height: 700});
      await check("narrow");
      await view.tell({type: "progress", progress: {stage: "load", fraction: 0.4}});
      await check("progress");
      await view.tell({type: "noEditor"});
      await check("no editor");
      await view.tell({type: "progress", progress: null});
      await view.tell({type: "failed", message: "There is no such model: choose another."});
      await check("failure");
    });

  it("draws its bars where colours are forced, and moves nothing where less motion is asked for", async () => {
    await page.emulateMedia({reducedMotion: "reduce", forcedColors: "active"});
    await show(options);
    await view.tell({type: "progress", progress: {stage: "wait", place: 1}});
    await page.locator(".thin-progress").waitFor();
    const moving = await page.evaluate<number>(
      "document.getAnimations().filter(({playState}) => playState === 'running').length"
    );
    assert.equal(moving, 0);
    const [after, before, mark] = await page.evaluate<string[]>(
      `[["after-bar", "backgroundColor"], ["before-bar", "borderTopColor"], ["drawn-mark", "borderLeftColor"]].map(
        ([name, key]) => getComputedStyle(document.querySelector("#row-1 ." + name))[key])`
    );
    const canvas = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    for (const colour of [after, before, mark]) assert.notEqual(colour, canvas);
    await page.emulateMedia({reducedMotion: null, forcedColors: null});
  });
});
