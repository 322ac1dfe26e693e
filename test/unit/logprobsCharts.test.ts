import {strict as assert} from "node:assert";
import type {Locator, Page} from "playwright-core";
import type {FromView, ScoredText, ToView} from "../../src/features/logprobs/protocol";
import {logprobsInBrowser, scored, source} from "../harness/logprobsInBrowser";
import {setTheme, themeNames} from "../harness/themes";
import type {ViewInBrowser} from "../harness/viewInBrowser";

const tokens = Array.from({length: 100}, (_, index) => (index % 12 === 11 ? "\n" : ` w${index}`));
/** 0 to 9 bits, each for ten tokens; the first token is not scored. */
const bits = tokens.map((_, index) => (index === 0 ? null : index % 10));
const nats = bits.map((one) => (one === null ? null : -one * Math.LN2));
const sum = bits.reduce<number>((all, one) => all + (one ?? 0), 0);
const plain = scored(tokens, nats);
const text: ScoredText = {
  ...plain,
  ranks: Int32Array.from(bits, (one) => (one === null ? 0 : 2 ** one)),
  // Always 3 bits.
  entropies: Float64Array.from(bits, (one) => (one === null ? Number.NaN : 3 * Math.LN2))
};

describe("The charts of the logprobs view", () => {
  let view: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    view = await logprobsInBrowser({width: 1000, height: 700});
    page = view.page;
  });

  after(() => view?.close());

  const plot = (): Locator => page.locator(".charts-plot");
  const below = (): Locator => page.locator(".charts-below");

  async function open(content: ScoredText): Promise<void> {
    await view.reopen();
    await view.tell({type: "show", source, scored: content});
    await page.locator('#tokens [data-token="3"]').waitFor({state: "attached"});
    await page.getByRole("button", {name: "Charts", exact: true}).click();
    await page.locator(".charts select").waitFor();
  }

  async function choose(name: string): Promise<void> {
    await page.locator(".charts select").selectOption(name);
  }

  async function says(sentence: RegExp): Promise<void> {
    await view.until(async () => sentence.test((await below().textContent()) ?? ""));
  }

  it("say in a sentence what they show", async () => {
    await open(text);
    // 45 bits for each ten tokens, and the first of 100 is not scored: it would have 0.
    assert.equal(sum, 450);
    await says(/99 tokens: 450\.00 bits in all|4\.55 bits/);
    await choose("ranks");
    await says(
      /^\s*Of 99 tokens, 9\.1 % have rank 1, 39\.4 % rank 10 or better, 69\.7 % rank 100 or better, 0\.?0? % a rank/
    );
    await choose("probabilities");
    await says(/Of 99 tokens, 9\.1 % have a probability of 90 % or more, 60\.6 % of less than 10 %/);
    await choose("surprisals");
    await says(/Of 99 tokens, 9\.1 % have less than 1 bit/);
    await choose("cumulative");
    await says(/450/);
    await choose("calibration");
    await says(
      /Surprisal is 4\.55 bits on average and entropy 3\.00 bits: the model is more surprised than it expects, by 1\.55/
    );
  });

  it("write the many bits of a text as a whole number with separators", async () => {
    await open(
      scored(
        tokens,
        tokens.map((_, index) => (index === 0 ? null : -20 * Math.LN2))
      )
    );
    await choose("cumulative");
    await says(/99 tokens: 1,980 bits in all, 20\.00 bits per token/);
  });

  it("can be read as a table", async () => {
    await open(text);
    await choose("surprisals");
    await page.getByRole("button", {name: "Table", exact: true}).click();
    const rows = page.locator(".charts-table tbody tr");
    await rows.first().waitFor();
    assert.deepEqual(await rows.nth(1).locator("th, td").allTextContents(), ["1–2 bits", "10", "10.1 %"]);
  });

  it("are walked with the keyboard, and lead to the token", async () => {
    await open(text);
    await plot().focus();
    await page.keyboard.press("Home");
    assert.match((await plot().getAttribute("aria-valuetext")) ?? "", /not scored/);
    await page.keyboard.press("ArrowRight");
    assert.match((await plot().getAttribute("aria-valuetext")) ?? "", /Token 2, “·w1”: 1\.00 bits/);
    await page.keyboard.press("End");
    assert.match((await plot().getAttribute("aria-valuetext")) ?? "", /Token 100, .*: 9\.00 bits/);
    await page.keyboard.press("Enter");
    await page.locator('#tokens [data-token="99"]').waitFor();
  });

  it("are saved as a picture that is not blank", async () => {
    await open(text);
    for (const name of ["surprisal", "calibration"]) {
      await choose(name);
      await page.getByRole("button", {name: "Save picture", exact: true}).click();
      const pictures = async () =>
        (await view.sent())
          .filter((message) => message.type === "saveImage")
          .filter((message) => message.name === name);
      await view.until(async () => (await pictures()).length > 0);
      const [saved] = await pictures();
      assert.ok(saved);
      const bytes = Uint8Array.from(Object.values(saved.png));
      assert.deepEqual([...bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
      // A blank picture of this size has about a thousand bytes.
      assert.ok(bytes.length > 5000, `${bytes.length}`);
    }
  });

  it("say what is not known", async () => {
    await open(plain);
    await choose("ranks");
    await says(/Ranks are not known/);
    await choose("calibration");
    await says(/Entropies are not known/);
  });

  for (const theme of themeNames)
    it(`can be seen in the theme for ${theme}`, async () => {
      await open(text);
      await setTheme(page, theme);
      let title: string | null = null;
      for (const name of ["surprisal", "ranks", "probabilities", "surprisals", "cumulative", "calibration"]) {
        await choose(name);
        // The chart before is on screen until the next frame.
        await view.until(async () => (await plot().getAttribute("aria-label")) !== title);
        title = await plot().getAttribute("aria-label");
        // Many colours, or degrees of one: an empty canvas has one.
        await view.until(async () => (await countColours()) > 3);
      }
    });

  async function countColours(): Promise<number> {
    return await page.locator(".charts-plot canvas").evaluate((element) => {
      const drawn = element as unknown as {
        width: number;
        height: number;
        getContext(kind: "2d"): {getImageData(...box: number[]): {data: Uint8ClampedArray}};
      };
      // It has no size until it is laid out, and of nothing there are no pixels.
      if (drawn.width === 0 || drawn.height === 0) return 0;
      const {data} = drawn.getContext("2d").getImageData(0, 0, drawn.width, drawn.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
  }
});
