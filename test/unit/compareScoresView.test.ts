import {strict as assert} from "node:assert";
import type {Page} from "playwright-core";
import {comparePage} from "../../src/features/compareScores/comparePage";
import {parseViewState} from "../../src/features/compareScores/parseMessage";
import type {
  ComparedSource,
  Comparison,
  FromView,
  Side,
  ToView,
  ViewState
} from "../../src/features/compareScores/protocol";
import {webviewPage} from "../../src/host/webviewPage";
import {summarize} from "../../src/metrics/summary";
import {type Alignment, alignTokens} from "../../src/metrics/tokenAlignment";
import {findsNothingSerious} from "../harness/axe";
import {setTheme, themeNames} from "../harness/themes";
import {origin, ViewInBrowser} from "../harness/viewInBrowser";

const source: ComparedSource = [
  {title: "a.txt", uri: "file:///a.txt", range: null, model: "/a.gguf"},
  {title: "b.txt", uri: "file:///a.txt", range: null, model: "/b.gguf"}
];

/** Tokens with their bits; null: not scored. */
type Tokens = readonly (readonly [text: string, bits: number | null])[];

function side(name: string, tokens: Tokens): Side {
  const text = tokens.map(([part]) => part).join("");
  let end = 0;
  const ends = Uint32Array.from(tokens, ([part]) => (end += Buffer.byteLength(part)));
  const logprobs = Float64Array.from(tokens, ([, bits]) => (bits === null ? Number.NaN : -bits * Math.LN2));
  return {
    name,
    text,
    ids: Int32Array.from(tokens, (_, token) => token + 100),
    ends,
    logprobs,
    ranks: Int32Array.from(tokens, ([, bits], token) => (bits === null ? 0 : token + 1)),
    finished: true,
    summary: summarize(text, {logprobs, ends, top1: new Uint8Array(tokens.length)})
  };
}

function aligned(a: Side, b: Side): Alignment | null {
  if (a.ends === null || b.ends === null) return null;
  const work = alignTokens({text: a.text, ends: a.ends}, {text: b.text, ends: b.ends});
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function comparison(a: Side, b: Side): Comparison {
  return {id: `${a.name} ${b.name}`, sides: [a, b], alignment: aligned(a, b)};
}

const first: Tokens = [
  ["Un", 4],
  ["happy", 6],
  [" people", 3],
  ["\n", 1],
  ["say", 9],
  [" no", 2]
];
const second: Tokens = [
  ["Unh", 4.5],
  ["appy", 1],
  [" people", 3.1],
  ["\n", null],
  ["say", 13.6],
  [" no", 2]
];
const twoModels = () => comparison(side("Small <b>A</b>", first), side("Large B", second));

describe("The view of two scored texts", () => {
  let view: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    view = await ViewInBrowser.start({
      html: webviewPage(comparePage, {
        script: "/compareScores.js",
        styles: "/compareScores.css",
        cspSource: origin,
        canFetch: false,
        nonce: "n"
      }),
      viewport: {width: 640, height: 690}
    });
    page = view.page;
  });

  after(() => view?.close());

  beforeEach(() => view.reopen());

  const tell = (message: Parameters<typeof view.tell>[0]) => view.tell(message);
  const piece = (index: number) => page.locator(`#pieces [data-piece="${index}"]`);
  const focused = () => page.evaluate<string | undefined>("document.activeElement.dataset.piece");
  const classOf = async (index: number) => (await piece(index).getAttribute("class")) ?? "";
  const text = async (css: string) =>
    ((await page.locator(css).first().textContent()) ?? "").replace(/\s+/g, " ").trim();
  const state = () => page.evaluate<ViewState>("JSON.parse(sessionStorage.state)");
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };

  async function show(compared: Comparison): Promise<void> {
    await tell({type: "show", source, comparison: compared});
    const last = (compared.alignment?.kinds.length ?? 0) - 1;
    if (last >= 0) await piece(last).waitFor({state: "attached"});
  }

  it("says what it does, and offers a way on where there is nothing to show", async () => {
    assert.deepEqual(await view.sent(), [{type: "ready"}]);
    await tell({type: "comparing", source});
    await page.locator("progress").waitFor();
    await page.getByText("Cancel").click();
    await tell({type: "failed", source, message: "No <b>model</b> here."});
    await page.locator(".state").getByText("No <b>model</b> here.", {exact: true}).waitFor();
    await page.getByText("Compare Again").click();
    await tell({type: "idle", source});
    await page.getByText("was cancelled").waitFor();
    assert.deepEqual((await view.sent()).slice(1), [{type: "cancel"}, {type: "compareAgain"}]);
  });

  it("shows the text once, in pieces coloured by the difference, with names and totals", async () => {
    await show(twoModels());
    assert.equal(await page.locator("#pieces").textContent(), "Unhappy people\nsay no");
    assert.equal(await page.locator("#pieces").getByRole("option").count(), 5);
    assert.equal(await text("h1"), "ASmall <b>A</b> BLarge B");
    assert.deepEqual(await Promise.all([0, 1, 2, 3, 4].map(classOf)), [
      "piece b2",
      "piece alike",
      "piece unknown",
      "piece a2",
      "piece alike"
    ]);
    assert.equal(await piece(0).getAttribute("aria-label"), "'Unhappy', A 10.00 bits, B 5.50 bits, difference −4.50");
    assert.equal(await piece(2).getAttribute("aria-label"), "'⏎', not scored on both sides");
    await page.locator("#top .link-button").click();
    const rows = await page.locator("#totals tbody tr").allTextContents();
    const cells = rows.map((row) => row.replace(/\s+/g, " ").trim());
    assert.match(cells[0] ?? "", /^Bits per byte 1\.\d+ 1\.\d+ /);
    assert.match(cells[2] ?? "", /^Bits, where both are scored 24\.0 24\.2 \+0\.2 A$/);
    assert.match(cells[3] ?? "", /^Perplexity per token .* –$/);
    assert.match(await text("#totals"), /can't\. ?Not scored: 0 tokens in A, 1 token in B\./);
    await press("Escape");
    assert.equal(await page.locator("#totals").count(), 0);
  });

  it("is moved in with the keyboard, and tells of each piece", async () => {
    await show(twoModels());
    await press("n");
    assert.equal(await focused(), "0");
    assert.equal(await text(".verdict"), "B is better here by 4.50 bits.");
    assert.equal(await text("#status"), "B is better here by 4.50 bits.");
    const rows = (await page.locator("#card tbody tr").allTextContents()).map((row) => row.replace(/\s+/g, " ").trim());
    assert.deepEqual(rows, [
      "A Un 6.3 % 4.00 1",
      "A happy 1.6 % 6.00 2",
      "A 2 tokens 10.00",
      "B Unh 4.4 % 4.50 1",
      "B appy 50.0 % 1.00 2",
      "B 2 tokens 5.50"
    ]);
    await press("n");
    assert.equal(await focused(), "3");
    await press("n");
    assert.equal(await text("#status"), "No further coloured piece.");
    await press("ArrowUp");
    assert.equal(await focused(), "0");
    await press("ArrowDown");
    assert.equal(await focused(), "3");
    await press("ArrowRight");
    assert.equal(await focused(), "4");
    await press("p", "Enter", "Home");
    assert.equal(await focused(), "0");
    assert.deepEqual((await view.sent()).slice(1), [{type: "select", piece: 3}]);
  });

  it("shows only what the legend was filtered to, and takes another threshold", async () => {
    await show(twoModels());
    await page.locator('[data-level="a2"]').click();
    assert.deepEqual(await Promise.all([0, 3].map(classOf)), ["piece b2 filtered", "piece a2"]);
    assert.equal(await page.locator('[data-level="a2"]').getAttribute("aria-pressed"), "true");
    await press("Escape", "n");
    assert.equal(await focused(), "3");
    await page.locator('[data-level="a2"]').click();
    assert.equal(await classOf(0), "piece b2");
    await page.locator("select").selectOption("5");
    assert.equal(await classOf(0), "piece alike");
    await view.until(async () => (await state()).threshold === 5);
  });

  it("shows what only one of two texts has", async () => {
    const a = side("one.txt", [
      ["the", 1],
      [" old", 4],
      [" man", 2]
    ]);
    const b = side("two.txt", [
      ["the", 1],
      [" young", 5],
      [" man", 3]
    ]);
    await show(comparison(a, b));
    assert.equal(await page.locator("#pieces").textContent(), "the old young man");
    assert.deepEqual(await Promise.all([1, 2].map(classOf)), ["piece onlyA", "piece onlyB"]);
    await piece(2).hover();
    assert.equal(await text(".verdict"), "Only in B: 5.00 bits.");
    await page.locator("#top .link-button").click();
    assert.match(
      await text("#totals"),
      /The texts differ.*Only in A: 1 token \(4\.0 bits\)\. Only in B: 1 token \(5\.0 bits\)\./
    );
  });

  it("compares only the totals where a tokenizer rewrites the text", async () => {
    const a = {...side("A", first), ends: null};
    await show(comparison(a, side("B", second)));
    await page.getByText("has no place in it").or(page.getByText("have no place in it")).waitFor();
    assert.equal(await page.locator("#pieces").isVisible(), false);
    assert.match(await text("#totals tbody tr"), /Bits per byte/);
    assert.equal(await page.getByText("Export CSV…").count(), 0);
  });

  it("takes every text as text, and obeys its Content-Security-Policy", async () => {
    const parts: Tokens = ["<img src=x onerror=alert(1)>", "</script>", "\u202e", "\ud800", "\0", " ", "\r\n"].map(
      (part) => [part, 3] as const
    );
    await show(
      comparison(
        side("<i>A", parts),
        side(
          "B",
          parts.map(([part], i) => [part, i] as const)
        )
      )
    );
    await piece(0).click();
    assert.equal(await page.locator("img, #pieces script, i").count(), 0);
    assert.equal(await piece(2).textContent(), "\\u{202e}");
    assert.equal(view.complaints.filter((complaint) => !complaint.startsWith("Applying inline style")).join("\n"), "");
    assert.ok(view.complaints.length <= 1, view.complaints.join("\n"));
  });

  it("saves a state that the host takes back after a reload", async () => {
    await show(twoModels());
    await piece(3).click();
    await view.until(async () => (await state()).piece === 3);
    const saved = parseViewState(await state());
    assert.deepEqual(saved?.source, source);
    assert.equal(saved?.sides?.[1].logprobs[3], null);
    for (const broken of [
      {...(await state()), version: 0},
      {...(await state()), source: [source[0]]},
      {...(await state()), source: [source[0], {...source[1], model: 5}]}
    ])
      assert.equal(parseViewState(broken), null);
    const {sides, ...rest} = await state();
    assert.ok(sides);
    for (const ends of [[1, 2, 3, 4, 5, 6], [3, 2, 14, 15, 18, 21], [21]])
      assert.equal(parseViewState({...rest, sides: [{...sides[0], ends}, sides[1]]})?.sides, null);
  });

  it("leaves the text 70 % of the height, in every size", async () => {
    await show(twoModels());
    for (const [width, height] of [
      [640, 690],
      [1280, 800],
      [512, 520],
      [420, 300],
      [330, 560],
      [300, 600]
    ] as const) {
      await page.setViewportSize({width, height});
      await piece(3).click();
      const box = await page.locator("#scroller").boundingBox();
      assert.ok((box?.height ?? 0) >= 0.7 * height, `${box?.height} of ${height}`);
      const card = await page.locator("#card").boundingBox();
      assert.ok(card && card.x >= 0 && card.x + card.width <= width && card.y + card.height <= height);
    }
  });

  it("cuts neither numbers nor colours in a narrow window, and of names what they share first", async () => {
    await setTheme(page, "highContrast");
    const long = "Qwen2.5 Coder 0.5B Instruct";
    await show(comparison(side(`${long} Q4_K_M`, first), side(`${long} Q8_0`, second)));
    assert.equal(await text("h1"), `A${long} Q4_K_M B${long} Q8_0`);
    await page.locator("#top .link-button").click();
    for (const [width, height] of [
      [300, 600],
      [330, 560],
      [400, 300],
      [620, 640]
    ] as const) {
      await page.setViewportSize({width, height});
      const scrolling = () =>
        page.evaluate<string[]>(
          `[...document.querySelectorAll("#top, #legend .row, #totals .wide, .name bdi:last-child, #top .link-button")]
            .filter((it) => it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 0).map((it) => it.outerHTML.slice(0, 200))`
        );
      await view.until(async () => (await page.evaluate("innerWidth")) === width);
      await view.until(async () => (await page.locator("#legend.tighter").count()) === 1);
      await view.until(async () => (await scrolling()).length === 0);
      await findsNothingSerious(page, `${width} × ${height}`);
    }
    const names = await page.locator("#legend .entry").evaluateAll((all) => all.map((it) => it.getAttribute("title")));
    assert.match(names[0] ?? "", /^A better by ≥ \d+ bits: \d$/);
    assert.equal(await text("#top .headline"), "Bits per byte: A 1.190, B 1.210; A is better by 0.020");
  });

  for (const theme of themeNames)
    it(`has nothing serious for axe-core in ${theme}`, async () => {
      await setTheme(page, theme);
      await tell({type: "comparing", source});
      await page.locator("progress").waitFor();
      await findsNothingSerious(page, "comparing");
      await tell({type: "failed", source, message: "There is no such model."});
      await page.getByText("There is no such model.").first().waitFor();
      await findsNothingSerious(page, "failed");
      // Every level on each side.
      const levels = [0, 6, 12, 25] as const;
      const bits = (of: (level: number) => number): Tokens => levels.flatMap((_, i) => [[` a${i}`, of(i)] as const]);
      const [low, high] = [bits(() => 1), bits((i) => 1 + (levels[i] ?? 0))];
      await show(comparison(side("A", [...low, ...high]), side("B", [...high, ...low])));
      assert.deepEqual(await Promise.all([3, 7].map(classOf)), ["piece a3", "piece b3"]);
      await piece(1).click();
      await findsNothingSerious(page, "card");
      await page.locator("#top .link-button").click();
      await findsNothingSerious(page, "totals");
    });

  it("draws many tokens in blocks, of which those out of sight are not laid out", async () => {
    const many = Array.from({length: 20_000}, (_, i) => [i % 12 === 11 ? "word\n" : "word ", i % 7] as const);
    const a = side("A", many);
    await show(
      comparison(
        a,
        side(
          "B",
          many.map(([part], i) => [part, i % 5] as const)
        )
      )
    );
    assert.equal(await page.locator("#pieces .block").count(), Math.ceil(20_000 / 264));
    await press("n", "End");
    assert.equal(await focused(), "19999");
  });
});
