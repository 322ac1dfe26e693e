import {strict as assert} from "node:assert";
import type {Page} from "playwright-core";
import type {Alternative, FromView, ToView, ViewState} from "../../src/features/logprobs/protocol";
import {logprobsInBrowser, scored, source, ten} from "../harness/logprobsInBrowser";
import type {ViewInBrowser} from "../harness/viewInBrowser";

const words = Array.from({length: 400}, (_, index) => (index % 9 === 8 ? "\n" : ` word${index}`));

/** A probability of each level: the preset is 0.1 %, and each next level a tenth. */
const probabilities = [0.5, 0.0005, 0.00005, 0.000005, 0.0000005];

const text = scored(
  words,
  words.map((_, index) => Math.log(probabilities[index % 5] ?? 1))
);

/** The share of the window's height that belongs to the text, and whether the page itself scrolls. Runs in the page. */
const measured = `({
  share: document.querySelector("#scroller").clientHeight / innerHeight,
  scrolls: document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth
})`;

describe("The frame of the logprobs view", () => {
  let view: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    view = await logprobsInBrowser({width: 620, height: 800});
    page = view.page;
  });

  after(() => view?.close());

  beforeEach(() => view.reopen());

  const tell = (message: ToView) => view.tell(message);
  const until = (holds: () => Promise<boolean>) => view.until(holds);
  const state = () => page.evaluate<ViewState>('JSON.parse(sessionStorage.state ?? "{}")');
  const token = (index: number) => page.locator(`#tokens [data-token="${index}"]`);
  const dock = () => page.evaluate<string>("document.body.dataset.dock");

  async function show(shown = text): Promise<void> {
    await tell({type: "show", source, scored: shown});
    await token(0).waitFor({state: "attached"});
  }

  async function answer(index: number, top: readonly Alternative[] = ten, rank = 20): Promise<void> {
    await until(async () => (await view.sent()).some((it) => it.type === "alternatives" && it.token === index));
    await tell({type: "alternatives", token: index, logprob: Math.log(0.0005), rank, entropy: 2, top});
    await page.locator(".chart").waitFor();
  }

  async function choose(item: string): Promise<void> {
    await page.getByRole("button", {name: "More"}).click();
    await page.locator(".menu button").filter({hasText: item}).click();
  }

  async function checkShare(where: string): Promise<void> {
    const {share, scrolls} = await page.evaluate<{share: number; scrolls: boolean}>(measured);
    assert.ok(share >= 0.7, `${where}: the text has ${(share * 100).toFixed(1)} % of the height`);
    assert.ok(!scrolls, `${where}: the page scrolls`);
  }

  it("gives the text seven tenths of the height, wherever the card and the charts are", async () => {
    const windows = [
      [620, 800],
      [1280, 800],
      [480, 640],
      [1024, 640],
      [1280, 300],
      [500, 300],
      [400, 300],
      [330, 560],
      [300, 600]
    ] as const;
    await show();
    await tell({type: "notice", message: "The document has changed since it was scored.", action: "scoreAgain"});
    for (const [width, height] of windows) {
      await page.setViewportSize({width, height});
      for (const place of ["Card at the Side", "Card at the Bottom", "Card Beside the Token"]) {
        await choose(place);
        await token(3).click();
        await checkShare(`${place} at ${width} × ${height}`);
        await page.getByRole("button", {name: "Charts"}).click();
        await checkShare(`${place} with charts at ${width} × ${height}`);
        await page.getByRole("button", {name: "Charts", exact: true}).click();
      }
    }
  });

  it("keeps its controls in one row each at 400 pixels", async () => {
    await page.setViewportSize({width: 400, height: 640});
    await show();
    const rows = await page.evaluate<number[]>(
      `["#top", "#legend"].map((css) => document.querySelector(css).getBoundingClientRect().height)`
    );
    assert.ok(Math.max(...rows) <= 30, rows.join(", "));
    const ends = await page.evaluate<number[]>(
      `[...document.querySelectorAll("#top button, #legend select, #legend input")].map((it) => it.getBoundingClientRect().right)`
    );
    assert.ok(Math.max(...ends) <= 400, ends.join(", "));
  });

  it("shows every colour, the perplexity and the charts' controls in a narrow window too, uncut", async () => {
    // The first token has no score: a sixth colour.
    const unscored = scored(
      words,
      words.map((_, index) => (index === 0 ? null : Math.log(probabilities[index % 5] ?? 1)))
    );
    await show(unscored);
    await tell({type: "options", options: {isPinned: true, isLive: true}});
    for (const [width, height] of [
      [300, 600],
      [330, 560],
      [400, 300],
      [480, 640],
      [620, 640]
    ] as const) {
      const where = `${width} × ${height}`;
      await page.setViewportSize({width, height});
      await until(async () => (await page.evaluate(`innerWidth`)) === width);
      const cut = (css: string, inside: string) =>
        page.evaluate<string[]>(`(() => {
          const frame = document.querySelector("${inside}").getBoundingClientRect();
          const isCut = (it) => it.left < frame.left - 0.5 || it.right > frame.right + 0.5 || it.top < frame.top - 0.5 || it.bottom > frame.bottom + 0.5;
          const found = [...document.querySelectorAll("${css}")];
          return found.length === 0 ? ["none"] : found.filter((it) => isCut(it.getBoundingClientRect())).map((it) => it.outerHTML);
        })()`);
      await until(async () => (await cut("#legend .bucket", ".buckets")).length === 0);
      const names = await page.locator(".bucket").evaluateAll((all) => all.map((it) => it.getAttribute("aria-label")));
      assert.match(names[1] ?? "", /^0\.01.*: 80 tokens$/, where);
      assert.equal(names.length, 6, where);
      assert.deepEqual(await cut(".numbers b", ".numbers"), [], where);
      await page.getByRole("button", {name: "Charts", exact: true}).click();
      await page.locator(".charts-bar select").waitFor();
      await until(async () => (await cut(".charts-bar > :is(select, button)", ".charts-bar")).length === 0);
      assert.deepEqual(await cut(".charts-bar > :is(select, button), .tab, #tabs .icon-button", "#dock"), [], where);
      const plot = await page.locator(".charts-plot").boundingBox();
      assert.ok(plot && plot.height >= 50, `${where}: ${plot?.height} pixels of plot`);
      const tableButton = page.locator(".charts-bar").getByRole("button", {name: "Table", exact: true});
      await tableButton.click();
      const table = await page.locator(".charts-table").boundingBox();
      assert.ok(table && table.height >= 50, `${where}: ${table?.height} pixels of table`);
      await tableButton.click();
      await page.getByRole("button", {name: "Charts", exact: true}).click();
    }
  });

  it("shows the sheet of numbers over charts that lie over the text", async () => {
    await page.setViewportSize({width: 400, height: 300});
    await show();
    await page.getByRole("button", {name: "Charts", exact: true}).click();
    await page.locator(".charts-bar select").waitFor();
    await page.locator(".numbers").click();
    const isOnTop = await page.evaluate<boolean>(
      `document.elementFromPoint(200, innerHeight - 30).closest("#sheet") !== null`
    );
    assert.ok(isOnTop);
  });

  it("leaves its controls free of a card that catches clicks", async () => {
    await page.setViewportSize({width: 400, height: 300});
    await show();
    for (const index of [3, 30, 50]) {
      await token(index).click();
      await answer(index);
      const card = await page.locator("#details").boundingBox();
      const head = await page.locator("#head").boundingBox();
      assert.ok(card && head && card.y >= head.y + head.height, `token ${index}: ${card?.y}`);
      await page.keyboard.press("Escape");
    }
  });

  it("floats the card beside its token, without covering it or catching the pointer", async () => {
    await show();
    await token(200).hover();
    await answer(200);
    assert.equal(await dock(), "none");
    const box = async (css: string) => {
      const found = await page.locator(css).boundingBox();
      assert.ok(found, css);
      return found;
    };
    const card = await box("#details");
    const own = await box('[data-token="200"]');
    assert.ok(card.y >= own.y + own.height || card.y + card.height <= own.y || card.x >= own.x + own.width);
    assert.ok(card.x >= 0 && card.x + card.width <= 620 && card.y >= 0 && card.y + card.height <= 800);
    const caught = await page.evaluate(
      `document.elementFromPoint(${card.x + 40}, ${card.y + 40}).closest("#details") !== null`
    );
    assert.equal(caught, false);
    await page.mouse.move(610, 5);
    await page.locator("#details").waitFor({state: "hidden"});
  });

  it("closes the floating card with Escape, and lets it be used where it belongs to the focused token", async () => {
    await show();
    await token(12).click();
    await answer(12);
    await page.keyboard.press("Escape");
    await page.locator("#details").waitFor({state: "hidden"});
    await page.keyboard.press("ArrowRight");
    await page.locator("#details").waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(`document.activeElement.closest("#details") !== null`), true);
  });

  it("moves the splitter with pointer and keyboard, and keeps place and size", async () => {
    await page.setViewportSize({width: 1000, height: 640});
    await show();
    assert.equal(await dock(), "side");
    const splitter = page.getByRole("separator", {name: "Size of the card"});
    const size = async () => Number(await splitter.getAttribute("aria-valuenow"));
    const before = await size();
    await splitter.press("ArrowLeft");
    assert.equal(await size(), before + 16);
    await splitter.press("Home");
    assert.equal(await size(), Number(await splitter.getAttribute("aria-valuemin")));
    const box = await splitter.boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 2, 300);
    await page.mouse.down();
    await page.mouse.move(600, 300);
    await page.mouse.up();
    assert.equal(await size(), 400);
    await choose("Card at the Bottom");
    assert.equal(await dock(), "bottom");
    await until(async () => (await state()).layout?.place === "bottom");
    assert.equal((await state()).layout.sideSize, 400);
    await page.reload();
    await token(0).waitFor();
    assert.equal(await dock(), "bottom");
  });

  it("opens all numbers over the text, and remembers that", async () => {
    await show();
    const line = page.locator(".numbers");
    assert.match(
      (await line.textContent())?.replace(/\s+/g, " ") ?? "",
      /Perplexity [\d.,]+ .*bits\/byte 400 tokens Tiny/
    );
    const before = await token(0).boundingBox();
    await line.click();
    await page.locator(".summary").getByText("Cross entropy").waitFor();
    await page.locator(".summary").getByText("Word perplexity").waitFor();
    assert.deepEqual(await token(0).boundingBox(), before, "the text has not moved");
    await until(async () => (await state()).layout?.showsNumbers === true);
    await page.reload();
    await page.locator(".summary").waitFor();
    await page.getByRole("button", {name: "Close"}).press("Escape");
    await page.locator(".summary").waitFor({state: "detached"});
  });

  it("has no number per word where spaces part no words", async () => {
    await show({...text, spacedWords: false});
    await page.locator(".numbers").click();
    await page.locator(".summary").getByText("Cross entropy").waitFor();
    assert.equal(await page.locator(".summary").getByText("Word perplexity").count(), 0);
  });

  it("filters by the colours of the legend", async () => {
    await show();
    const bucket = (index: number) => page.locator(".bucket").nth(index);
    const pressed = () => page.locator('.bucket[aria-pressed="true"]').count();
    assert.deepEqual(await page.locator(".bucket-label").allTextContents(), [
      "≥ 0.1 %",
      "0.01 %–0.1 %",
      "0.001 %–0.01 %",
      "0.0001 %–0.001 %",
      "< 0.0001 %"
    ]);
    await bucket(4).click();
    await token(0).click();
    await page.keyboard.press("n");
    assert.equal(await page.evaluate("document.activeElement.dataset.token"), "4");
    await bucket(3).click({modifiers: ["Shift"]});
    assert.equal(await pressed(), 2);
    await bucket(3).click();
    assert.equal(await pressed(), 1);
    await bucket(3).click();
    assert.equal(await pressed(), 0);
    await bucket(1).click();
    await bucket(1).press("Escape");
    assert.equal(await pressed(), 0);
  });

  it("recolours at once by another measure and threshold, and tells the host once", async () => {
    await show();
    await page.getByRole("combobox", {name: "Colour by"}).selectOption("surprisal");
    const slider = page.getByRole("slider");
    await slider.press("Home");
    assert.equal(await slider.getAttribute("aria-valuetext"), "0.5 bits");
    await page.locator('#tokens [data-token="0"].level3').waitFor();
    await until(async () => (await view.sent()).some(({type}) => type === "setColours"));
    // What the host says of its older setting does not undo it.
    await tell({type: "colours", colours: {by: "probability", threshold: null}});
    assert.equal(await slider.getAttribute("aria-valuetext"), "0.5 bits");
    assert.deepEqual((await view.sent()).at(-1), {type: "setColours", colours: {by: "surprisal", threshold: 0.5}});
  });

  it("orders alternatives by their values, adds the token itself, and what is left", async () => {
    await show();
    await token(1).click();
    const shares = [0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02, 0.01, 0.005, 0.004];
    const top = shares.map((share, index) => ({
      id: index,
      text: ` t${index}`,
      label: `·t${index}`,
      logprob: Math.log(share)
    }));
    await answer(1, top, 1234);
    const rows = await page.locator(".chart .share").allTextContents();
    assert.deepEqual(
      rows.map((row) => Number.parseFloat(row)),
      [30, 20, 10, 5, 4, 3, 2, 1, 0.5, 0.4, 0.05, 24]
    );
    const widths = await page.evaluate<number[]>(
      `[...document.querySelectorAll(".chart .track")].map((it) => it.firstElementChild.getBoundingClientRect().width / it.clientWidth)`
    );
    assert.ok(Math.abs((widths[0] ?? 0) - 0.3) < 0.02, "of 100 %");
    const best = widths.slice(0, 10);
    assert.deepEqual(
      best,
      best.toSorted((a, b) => b - a)
    );
    assert.match((await page.locator(".actual").textContent()) ?? "", /1,234/);
    assert.match(
      (await page.locator(".alternative").first().getAttribute("title")) ?? "",
      /^id 0\. Click to see how the model would go on from it; \S+C copies its text\.$/
    );
    const facts = (await page.locator("#details .facts").textContent()) ?? "";
    assert.match(facts, /bytes20 77 6f 72 64 31/);
  });

  it("shows how far scoring is over the text, colours what arrives, and stops at once", async () => {
    const tokens = ["one", " two", " three", " four"];
    const empty = scored(
      tokens,
      tokens.map(() => null)
    );
    await show({...empty, finished: false});
    await tell({
      type: "computing",
      computing: {loading: null, perSecond: 12.3, done: 1, total: 4, secondsLeft: 75, isStopping: false}
    });
    await page.getByText("1 of 4 tokens, 12 tokens/s, 1 min 15 s left").waitFor();
    const logprobs = Float64Array.of(Math.log(0.5), Math.log(0.0000005));
    await tell({type: "scores", id: empty.id, from: 1, logprobs, ranks: null, entropies: null});
    await page.locator('#tokens [data-token="2"].level4').waitFor();
    assert.equal(await token(3).getAttribute("class"), "token unknown");
    await until(async () => /2 of 4 tokens/.test((await page.locator(".numbers").textContent()) ?? ""));
    await page.getByRole("button", {name: "Cancel"}).click();
    assert.equal(await page.getByRole("button", {name: "Stopping…"}).isDisabled(), true);
    assert.deepEqual((await view.sent()).at(-1), {type: "cancel"});
    await tell({type: "computing", computing: null});
    await tell({type: "show", source, scored: {...scored(tokens, [null, -1, -2, null]), finished: false}});
    await page.getByText("Perplexity of the first 3 of 4 tokens").waitFor();
    await page.getByRole("button", {name: "Continue"}).click();
    assert.deepEqual((await view.sent()).at(-1), {type: "scoreAgain"});
  });

  it("has a menu that is used with the keyboard", async () => {
    await show();
    const button = page.getByRole("button", {name: "More"});
    await button.press("ArrowDown");
    const focused = () => page.evaluate<string>("document.activeElement.textContent");
    assert.match(await focused(), /Copy as Markdown/);
    await page.keyboard.press("ArrowUp");
    assert.match(await focused(), /Compare…/);
    await page.keyboard.press("p");
    assert.match(await focused(), /Pin This View/);
    await page.keyboard.press("Enter");
    assert.deepEqual((await view.sent()).at(-1), {type: "setOptions", options: {isPinned: true, isLive: false}});
    await tell({type: "options", options: {isPinned: true, isLive: false}});
    await page.getByRole("button", {name: /^Pinned/}).waitFor();
    await button.press("Enter");
    await page.keyboard.press("Escape");
    // The browser tells that a popover was closed a moment later.
    await until(async () => (await button.getAttribute("aria-expanded")) === "false");
    assert.equal(await page.evaluate("document.activeElement.getAttribute('aria-label')"), "More");
    await choose("Copy as HTML");
    assert.deepEqual((await view.sent()).at(-1), {type: "copy", format: "html", from: 0, to: 400});
  });

  it("tells VS Code's context menu what it is about", async () => {
    await show();
    await token(7).click({button: "right"});
    const context = async () => JSON.parse(await page.evaluate<string>("document.body.dataset.vscodeContext"));
    const preventDefaultContextMenuItems = true;
    assert.deepEqual(await context(), {webviewSection: "token", token: 7, preventDefaultContextMenuItems});
    await page.mouse.move(0, 0);
    await tell({type: "reveal", from: 5, to: 9});
    await page.locator('#tokens [data-token="8"].selected').waitFor();
    await token(7).click({button: "right"});
    assert.deepEqual(await context(), {
      webviewSection: "range",
      token: 7,
      from: 5,
      to: 9,
      preventDefaultContextMenuItems
    });
    await page.locator(".numbers").click({button: "right"});
    assert.deepEqual(await context(), {webviewSection: "text", preventDefaultContextMenuItems});
  });

  it("shows the editor's selection with its numbers, without taking the focus", async () => {
    const tokens = ["one", " two", " three", ...Array.from({length: 3000}, () => "\nx")];
    await show(
      scored(
        tokens,
        tokens.map((_, index) => (index === 1 ? null : -Math.LN2))
      )
    );
    await page.setViewportSize({width: 1000, height: 640});
    await tell({type: "reveal", from: 1, to: 3});
    const facts = async () => ((await page.locator("#details .facts").textContent()) ?? "").replace(/\s+/g, " ");
    await page.getByText("Selection: 2 tokens").waitFor();
    assert.equal((await page.locator("#status").textContent())?.trim(), "2 tokens, 1.00 bits, perplexity 2.000");
    assert.match(await facts(), /1 scored, 1 left out ?total surprisal1.00 bits ?Perplexity2.000 ?Bits per byte0.1667/);
    assert.equal(await page.evaluate("document.activeElement === document.body"), true);
    await page.setViewportSize({width: 620, height: 640});
    await page.locator("#details").waitFor({state: "hidden"});
    await tell({type: "reveal", from: 0, to: tokens.length});
    await until(async () => (await page.locator(".token.selected").count()) === 0);
    await tell({type: "reveal", from: 2900, to: 2950});
    await until(async () =>
      page.evaluate(`(() => {
      const token = document.querySelector('[data-token="2900"]')?.getBoundingClientRect();
      return token !== undefined && token.top > 60 && token.bottom < innerHeight;
    })()`)
    );
    assert.equal(await page.evaluate("document.activeElement === document.body"), true);
  });

  it("says that there is no text yet", async () => {
    await page.getByText("No text has been scored here yet.").waitFor();
  });
});
