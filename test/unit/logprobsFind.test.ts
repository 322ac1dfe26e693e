import {strict as assert} from "node:assert";
import type {Page} from "playwright-core";
import type {FromView, ScoredText, ToView} from "../../src/features/logprobs/protocol";
import {logprobsInBrowser, scored, source} from "../harness/logprobsInBrowser";
import type {ViewInBrowser} from "../harness/viewInBrowser";

/** A long text, of which the page has a small part. */
const tokens = Array.from({length: 9000}, (_, token) => {
  if (token % 1000 === 500) return " Needle";
  return token % 9 === 8 ? "\n" : ` w${token}`;
});
const long = scored(tokens);

describe("The search in the logprobs view", () => {
  let view: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    view = await logprobsInBrowser({width: 900, height: 600});
    page = view.page;
  });

  after(() => view?.close());

  beforeEach(() => view.reopen());

  const until = (holds: () => Promise<boolean>) => view.until(holds);
  const token = (index: number) => page.locator(`#tokens [data-token="${index}"]`);
  const box = () => page.locator("#find");
  const press = (...keys: string[]) =>
    keys.reduce((last, key) => last.then(() => page.keyboard.press(key)), Promise.resolve());
  const says = (text: string) => until(async () => (await page.locator(".find-count").textContent()) === text);

  /** The tokens of the current match that are in the window. */
  const current = () =>
    page.evaluate<number[]>(`(() => {
      const {top, bottom} = document.querySelector("#scroller").getBoundingClientRect();
      return [...document.querySelectorAll("#tokens .token.match")].filter((it) => {
        const own = it.getBoundingClientRect();
        return own.top >= top && own.bottom <= bottom;
      }).map((it) => Number(it.dataset.token));
    })()`);

  async function show(text: ScoredText): Promise<void> {
    await view.tell({type: "show", source, scored: text});
    await page.locator("#tokens .token").first().waitFor();
  }

  async function search(query: string): Promise<void> {
    await press("Control+f");
    await page.keyboard.type(query);
  }

  it("goes through all of the text, in both directions and around its end", async () => {
    await show(long);
    await search("needle");
    await says("1 of 9");
    assert.deepEqual(await current(), [500]);
    await press("Enter", "F3");
    await says("3 of 9");
    assert.deepEqual(await current(), [2500]);
    await press("Shift+Enter", "Shift+F3", "Shift+F3");
    await says("9 of 9");
    assert.deepEqual(await current(), [8500]);
    await page.getByRole("button", {name: "Next Match"}).click();
    await says("1 of 9");
    assert.deepEqual(
      view.complaints.filter((complaint) => !complaint.startsWith("Applying inline style")),
      []
    );
  });

  it("selects the tokens that share a match, and shows the numbers of them", async () => {
    await show(scored(["one", " tw", "o", " three", " TWO"]));
    await search("two");
    await says("1 of 2");
    assert.deepEqual(await current(), [1, 2]);
    assert.deepEqual(
      await page.locator("#tokens .found").evaluateAll((all) => all.map((it) => Number(it.dataset["token"]))),
      [1, 2, 4]
    );
    assert.equal(await page.locator("#tokens .selected").count(), 2);
    await press("Enter");
    await says("2 of 2");
    assert.equal(await page.locator("#tokens .selected").count(), 0);
    assert.match((await page.locator("#details h2").textContent()) ?? "", /TWO/);
  });

  it("leads to the match with Escape, and back where nothing was found", async () => {
    await show(long);
    await token(3).click();
    // Its first letter is found far away.
    await search("nothing of this");
    await says("No matches");
    await press("Escape");
    await box().waitFor({state: "hidden"});
    assert.equal(await page.evaluate("document.activeElement.dataset.token"), "3");
    await page.getByRole("button", {name: "Find in Text"}).click();
    assert.equal(await page.evaluate("document.activeElement.id"), "find-field");
    // What was searched for last is selected, so that typing replaces it.
    await page.keyboard.type("needle");
    await press("Enter");
    await says("2 of 9");
    await press("Escape");
    assert.equal(await page.evaluate("document.activeElement.dataset.token"), "1500");
    assert.equal(await page.locator("#tokens :is(.found, .match)").count(), 0);
    await press("F3");
    await says("2 of 9");
  });

  it("takes no height from the text, and does not cover the match", async () => {
    await view.tell({type: "show", source, scored: scored([...Array.from({length: 60}, (_, i) => ` w${i}`), " last"])});
    const height = () => page.evaluate<number>("document.querySelector('#scroller').clientHeight");
    await page.locator("#tokens .token").first().waitFor();
    const before = await height();
    for (const width of [900, 400]) {
      await page.setViewportSize({width, height: 600});
      for (let word = 0; word < 60; word += 3) {
        await search(`w${word} `);
        await says("1 of 1");
        const covers = await page.evaluate(`(() => {
          const own = document.querySelector("#find").getBoundingClientRect();
          const it = document.querySelector("#tokens .match").getBoundingClientRect();
          return own.left < it.right && it.left < own.right && own.top < it.bottom && it.top < own.bottom;
        })()`);
        assert.equal(covers, false, `w${word}`);
      }
    }
    await page.setViewportSize({width: 900, height: 600});
    assert.equal(await height(), before);
  });

  it("searches a text that takes the place of another", async () => {
    await show(long);
    await search("needle");
    await says("1 of 9");
    await view.tell({type: "show", source, scored: scored(["a", " needle", " b"])});
    await says("? of 1");
    await press("Enter");
    await says("1 of 1");
    assert.deepEqual(await current(), [1]);
  });
});
