import {strict as assert} from "node:assert";
import fc from "fast-check";
import type {Page} from "playwright-core";
import type {FromView, ScoredText, ToView} from "../../src/features/logprobs/protocol";
import {ShownText} from "../../webview/logprobs/shownText";
import {logprobsInBrowser, scored, source} from "../harness/logprobsInBrowser";
import type {ViewInBrowser} from "../harness/viewInBrowser";

/** Lines of words, some long enough to wrap. */
const words = Array.from({length: 6000}, (_, token) =>
  token % 90 === 89 || token % 7 === 3 ? "\n" : ` word${token % 1000}`
);

/** What the page has: the tokens of its blocks, their text, and those in the window. */
interface Drawn {
  readonly first: number;
  readonly last: number;
  readonly text: string;
  readonly visible: number[];
}

describe("The tokens of the logprobs view", () => {
  let view: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    view = await logprobsInBrowser({width: 640, height: 600});
    page = view.page;
  });

  after(() => view?.close());

  beforeEach(() => view.reopen());

  const token = (index: number) => page.locator(`#tokens [data-token="${index}"]`);
  const focused = async () => Number(await page.evaluate("document.activeElement.dataset.token"));
  const frames = () =>
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))");
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };

  async function show(text: ScoredText): Promise<void> {
    await view.tell({type: "show", source, scored: text});
    await page.locator("#tokens .token").first().waitFor();
  }

  /** Shows a text of `count` tokens, which is made in the page. `token` is a JavaScript expression for the one with number `i`. */
  async function showMany(count: number, made: string): Promise<void> {
    const {text: _, ids, byteEnds, logprobs, ...rest} = scored(["a"]);
    await page.evaluate(`{
      const tokens = Array.from({length: ${count}}, (_, i) => ${made});
      let end = 0;
      const scored = {...${JSON.stringify(rest)}, text: tokens.join(""), ids: new Int32Array(${count}),
        byteEnds: Uint32Array.from(tokens, (token) => (end += token.length)), logprobs: new Float64Array(${count}).fill(-1),
        contextIds: new Int32Array()};
      globalThis.text = scored.text;
      postMessage({type: "show", source: ${JSON.stringify(source)}, scored}, "*");
    }`);
    await page.locator("#tokens .token").first().waitFor();
  }

  async function scroll(to: string): Promise<void> {
    await page.evaluate(`{const it = document.querySelector("#scroller"); it.scrollTop = ${to};}`);
    await frames();
  }

  function drawn(): Promise<Drawn> {
    return page.evaluate(`(() => {
      const {top, bottom} = document.querySelector("#scroller").getBoundingClientRect();
      const all = [...document.querySelectorAll("#tokens .token")];
      const number = (element) => Number(element.dataset.token);
      const visible = all.filter((it) => it.getBoundingClientRect().bottom > top && it.getBoundingClientRect().top < bottom);
      return {first: number(all[0]), last: number(all.at(-1)), visible: visible.map(number),
        text: document.querySelector("#tokens .drawn").textContent};
    })()`);
  }

  /** Where a token is, from the window's top. */
  function topOf(index: number): Promise<number> {
    return page.evaluate(`document.querySelector('[data-token="${index}"]').getClientRects()[0].top -
      document.querySelector("#scroller").getBoundingClientRect().top`);
  }

  /** Sends keys to what has the focus. Returns the tokens that have it after each. */
  function keys(key: string, times: number): Promise<number[]> {
    return page.evaluate(`Array.from({length: ${times}}, () => {
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "${key}", bubbles: true, cancelable: true}));
      return Number(document.activeElement.dataset.token);
    })`);
  }

  /** What Ctrl+C puts into the clipboard. */
  async function copied(): Promise<string> {
    await page.evaluate(`globalThis.copied = null;
      addEventListener("copy", (event) => (copied = event.clipboardData.getData("text/plain")), {once: true})`);
    await press("Control+c");
    return page.evaluate<string>("copied");
  }

  const piece = fc.oneof(
    fc.constantFrom(
      "\n",
      " ",
      "  ",
      " word",
      "longer words",
      "é",
      "e\u0301",
      "中文",
      "🚀",
      "👩🏽‍🚀",
      "שלום",
      "مرحبا",
      ");\n",
      "\t"
    ),
    fc.constantFrom("x".repeat(400), "wrap ".repeat(30))
  );

  it("are the text's, whatever part of them is in the page", async () => {
    const texts = fc.sample(fc.array(piece, {minLength: 300, maxLength: 900}), {seed: 17, numRuns: 3});
    for (const tokens of texts) {
      const made = scored(tokens);
      const shown = new ShownText(made);
      await show(made);
      for (const part of [0, 0.31, 0.5, 0.77, 1]) {
        await scroll(`${part} * (it.scrollHeight - it.clientHeight)`);
        const {first, last, text, visible} = await drawn();
        assert.equal(text, made.text.slice(shown.drawnEnd(first - 1), shown.drawnEnd(last)));
        assert.ok(visible.length > 0);
        if (part === 1) assert.equal(visible.at(-1), tokens.length - 1);
      }
    }
  });

  it("are reached by every arrow key, also where they are not in the page yet", async () => {
    // Four tokens a line, so that up and down keep their column exactly.
    await show(scored(Array.from({length: 4000}, (_, it) => (it % 4 === 3 ? "\n" : ` w${it % 4}`))));
    await token(0).click();
    assert.deepEqual(
      await keys("ArrowRight", 200),
      Array.from({length: 200}, (_, step) => step + 1)
    );
    assert.deepEqual(
      await keys("ArrowLeft", 198),
      Array.from({length: 198}, (_, step) => 199 - step)
    );
    await press("ArrowLeft");
    assert.deepEqual(
      await keys("ArrowDown", 200),
      Array.from({length: 200}, (_, step) => 1 + 4 * (step + 1))
    );
    assert.deepEqual(
      await keys("ArrowUp", 200),
      Array.from({length: 200}, (_, step) => 1 + 4 * (199 - step))
    );
    const pages = await keys("PageDown", 80);
    assert.deepEqual([pages.at(-1), pages.every((it) => it % 4 === 1)], [3997, true]);
    await press("Control+Home");
    assert.equal(await focused(), 0);
    await press("Control+End", "Home");
    assert.equal(await focused(), 3996);
    assert.ok((await drawn()).visible.includes(3996));
  });

  it("keep the keyboard while the focused one is scrolled away", async () => {
    await show(scored(words));
    await token(5).click();
    await scroll("it.scrollHeight / 2");
    assert.equal(await page.evaluate("document.activeElement.id"), "tokens");
    assert.equal(await token(5).count(), 0);
    await scroll("0");
    assert.equal(await focused(), 5);
    await scroll("it.scrollHeight / 2");
    await press("ArrowRight");
    assert.equal(await focused(), 6);
    assert.ok((await drawn()).visible.includes(6));
  });

  it("stay where they are when lines wrap differently, and when the font is another one", async () => {
    await show(scored(words));
    await scroll("it.scrollHeight * 0.6");
    const {visible} = await drawn();
    const [first = 0] = visible;
    const before = await topOf(first);
    for (const width of [420, 900, 333]) {
      await page.setViewportSize({width, height: 600});
      await frames();
      assert.ok(Math.abs((await topOf(first)) - before) <= 1, `${width}: ${await topOf(first)} after ${before}`);
    }
    await page.evaluate(`document.documentElement.style.setProperty("--vscode-editor-font-size", "19px")`);
    await frames();
    assert.ok(Math.abs((await topOf(first)) - before) <= 1, `font: ${await topOf(first)} after ${before}`);
  });

  it("move as far as the user scrolls, also where heights above them were wrong", async () => {
    await show(scored(words));
    await scroll("it.scrollHeight * 0.7");
    for (let step = 0; step < 25; step++) {
      const [first = 0] = (await drawn()).visible;
      const before = await topOf(first);
      await scroll("it.scrollTop - 90");
      assert.ok(
        Math.abs((await topOf(first)) - before - 90) <= 1,
        `step ${step}: ${await topOf(first)} after ${before}`
      );
    }
  });

  it("are copied as they were scored, by dragging and by keys", async () => {
    const rocket = Buffer.from("🚀");
    const tokens = [
      "one",
      " two",
      "\t",
      "\n",
      rocket.subarray(0, 2),
      rocket.subarray(2),
      " e",
      "\u0301",
      "مرحبا",
      " end",
      "\n"
    ];
    const made = scored(tokens);
    const shown = new ShownText(made);
    await show(made);
    await token(1).click();
    await press("Shift+ArrowRight", "Shift+ArrowRight");
    assert.equal(await copied(), " two\t\n");
    assert.equal(await page.locator('#tokens [aria-selected="true"]').count(), 3);
    await press("Shift+End");
    assert.equal(await page.locator("#tokens .selected").count(), 3);
    await press("Escape");
    assert.equal(await page.locator("#tokens .selected").count(), 0);
    for (let from = 0; from < tokens.length; from++) {
      for (const to of [from + 2, tokens.length].filter((end) => end > from + 1 && end <= tokens.length)) {
        await token(from).click();
        for (let step = from + 1; step < to; step++) await press("Shift+ArrowRight");
        assert.equal(await copied(), shown.textOf(from, to), `${from} to ${to}`);
        assert.equal(await copied(), made.text.slice(shown.start(from), shown.end(to - 1)));
      }
    }
    const clicks = (await view.sent()).length;
    const start = await token(0).boundingBox();
    const end = await token(9).boundingBox();
    assert.ok(start && end);
    await page.mouse.move(start.x + 3, start.y + 5);
    await page.mouse.down();
    await page.mouse.move(end.x + end.width - 3, end.y + 5, {steps: 5});
    await page.mouse.up();
    assert.equal(await copied(), made.text.trimEnd());
    const sent = (await view.sent()).slice(clicks);
    assert.ok(!sent.some(({type}) => type === "select"), "a drag is no click");
    await press("Control+a");
    assert.equal(await copied(), made.text);
    assert.equal(await page.evaluate("String(getSelection())"), "");
  });

  it("scroll on while the pointer is dragged out of the window", async () => {
    await show(scored(words));
    await token(3).hover();
    await page.mouse.down();
    await page.mouse.move(200, 640);
    await view.until(async () => (await drawn()).first > 400);
    await page.mouse.up();
    const text = await copied();
    assert.ok(
      text.startsWith(words.slice(3, 300).join("")) || text.startsWith(words.slice(4, 300).join("")),
      text.slice(0, 99)
    );
  });

  it("draw a character that tokens share once, whole, and the bytes of its parts", async () => {
    const rocket = Buffer.from("🚀");
    const family = "👩🏽‍🚀";
    await show(
      scored([
        rocket.subarray(0, 1),
        rocket.subarray(1, 3),
        rocket.subarray(3),
        " cafe",
        "\u0301",
        "👩",
        "🏽",
        "\u200d",
        "🚀"
      ])
    );
    const texts = await page.locator("#tokens .token").allTextContents();
    assert.deepEqual(texts, ["", "", "🚀", " cafe\u0301", "", family, "", "", ""]);
    const signs = await page
      .locator("#tokens .mark")
      .evaluateAll((all) => all.map((it) => it.getAttribute("data-sign")));
    assert.deepEqual(signs, ["⟨F0⟩", "⟨9F 9A⟩", "◌\u0301", "🏽", "\\u{200d}", "🚀"]);
    await view.until(async () => /⟨80⟩/.test((await token(2).getAttribute("aria-label")) ?? ""));
  });

  it("run from right to left where the text does", async () => {
    await show(scored(["שלום", " עולם", "\n", "left", " right", "\n", "العر", "بية", " نص"]));
    const left = async (index: number) => (await token(index).boundingBox())?.x ?? 0;
    assert.ok((await left(0)) > (await left(1)));
    assert.ok((await left(3)) < (await left(4)));
    assert.ok((await left(6)) > (await left(7)) && (await left(7)) > (await left(8)));
    // Letters that join over a token's end keep their joined forms: apart, they are wider.
    const width = async (index: number) => (await token(index).boundingBox())?.width ?? 0;
    const joined = (await width(6)) + (await width(7));
    await show(scored(["العربية"]));
    assert.ok(Math.abs((await width(0)) - joined) < 1, `${await width(0)} and ${joined}`);
  });

  it("show white space where it is a token, and everywhere on demand", async () => {
    await show(scored(["a  b", " ", "\tc", "x\n", "\u202e"]));
    const signs = () =>
      page.locator("#tokens .mark").evaluateAll((all) => all.map((it) => it.getAttribute("data-sign")));
    assert.deepEqual(await signs(), ["·", "\\u{202e}"]);
    await page.getByRole("button", {name: "More"}).click();
    await page.getByText("Show Invisible Characters").click();
    assert.deepEqual(await signs(), ["··", "·", "→", "⏎", "\\u{202e}"]);
    assert.equal((await drawn()).text, "a  b \tcx\n");
  });

  it("have a strip that shows the window's part and leads to others", async () => {
    await show(
      scored(
        words,
        words.map((_, index) => (index < 3000 ? -0.1 : -20))
      )
    );
    const box = await page.locator("#overview").boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.75);
    await view.until(async () => (await drawn()).visible.includes(4500));
    const marker = await page.locator("#overview .marker").boundingBox();
    assert.ok(marker && Math.abs(marker.y + marker.height / 2 - box.y - box.height * 0.75) < 20);
    await frames();
    // The calm half has no bars, the other one has them over the whole width.
    const ink = await page.evaluate<number[]>(`(() => {
      const canvas = document.querySelector("#overview canvas");
      const {data, width, height} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return [0.25, 0.75].map((part) => data[4 * (Math.floor(part * height) * width + width - 2) + 3]);
    })()`);
    assert.deepEqual(
      ink.map((alpha) => alpha > 0),
      [false, true]
    );
  });

  for (const [name, made] of [
    ["lines", "i % 12 === 11 ? '\\n' : ' w' + (i % 10)"],
    ["one line", "' w' + (i % 10)"],
    ["line breaks alone, higher than a browser can draw", "i % 2 ? '\\n' : 'x'"]
  ] as const) {
    it(`scroll through a million of them: ${name}`, async () => {
      const count = 1_000_000;
      await showMany(count, made);
      const expected = (first: number, last: number) =>
        page.evaluate<string>(
          `Array.from({length: ${last + 1 - first}}, (_, at) => { const i = ${first} + at; return ${made}; }).join("")`
        );
      for (const part of [0.5, 1, 0.25, 0]) {
        await scroll(`${part} * (it.scrollHeight - it.clientHeight)`);
        const {first, last, text, visible} = await drawn();
        assert.equal(text, await expected(first, last));
        const middle = visible[Math.floor(visible.length / 2)] ?? -1;
        assert.ok(Math.abs(middle / count - part) < 0.02, `${middle} at ${part}`);
        assert.ok(visible.length > 10 && last - first < 4000, `${last - first} tokens in the page`);
      }
      await token(0).click();
      await press("Control+End");
      assert.equal(await focused(), count - 1);
      const [first = 0] = (await drawn()).visible;
      const before = await topOf(first);
      await scroll("it.scrollTop - 50");
      assert.ok(Math.abs((await topOf(first)) - before - 50) <= 1);
      await press("ArrowLeft", "Control+Home");
      assert.equal(await focused(), 0);
      assert.ok((await drawn()).visible.includes(0));
    });
  }
});
