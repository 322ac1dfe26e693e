import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import type {Page} from "playwright-core";
import type {FromView, ScoredText, ToView, ViewState} from "../../src/features/logprobs/protocol";
import {logprobsInBrowser, scored, source, ten} from "../harness/logprobsInBrowser";
import {root} from "../harness/paths";
import type {ViewInBrowser} from "../harness/viewInBrowser";

describe("The logprobs view", () => {
  let view: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    view = await logprobsInBrowser({width: 420, height: 800});
    page = view.page;
  });

  after(() => view?.close());

  beforeEach(() => view.reopen());

  const tell = (message: ToView) => view.tell(message);
  const until = (holds: () => Promise<boolean>) => view.until(holds);
  const state = () => page.evaluate<ViewState>('JSON.parse(sessionStorage.state ?? "{}")');
  const sent = () => view.sent();
  const focused = () => page.evaluate<string | undefined>("document.activeElement.dataset.token");
  const token = (index: number) => page.locator(`#tokens [data-token="${index}"]`);
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };

  async function show(text: ScoredText): Promise<void> {
    await tell({type: "show", source, scored: text});
    await token(0).waitFor({state: "attached"});
  }

  /** Waits until the view requests a token's alternatives, and answers. */
  async function answer(index: number, rank: number): Promise<void> {
    await until(async () => (await sent()).some((it) => it.type === "alternatives" && it.token === index));
    await tell({type: "alternatives", token: index, logprob: -1, rank, entropy: 2, top: ten});
    await page.locator(".chart").waitFor();
  }

  it("says that it is ready, and draws what it is shown", async () => {
    assert.deepEqual(await sent(), [{type: "ready", showing: null}]);
    await show(scored(["one", " two", "\n", "three"]));
    assert.equal(await page.locator("#tokens").textContent(), "one two\nthree");
    assert.equal(await page.locator("h1").textContent(), source.title);
    assert.match((await page.locator(".numbers").textContent()) ?? "", /Perplexity\s*2\.718/);
    assert.equal(await page.locator("#tokens").getByRole("option").count(), 4);
    // Labels come when the text has been drawn.
    await until(async () => (await token(1).getAttribute("aria-label")) !== null);
    assert.equal(await token(1).getAttribute("aria-label"), "token '·two', id 101, probability 36.8 %");
  });

  it("says what makes the numbers others than one may think, where something does", async () => {
    await show(scored(["one"]));
    await page.locator(".numbers").click();
    assert.equal(await page.locator(".warning").count(), 0);
    await show({...scored(["one", " two"]), warnings: ["It sees <b>two</b> BOS."]});
    assert.deepEqual(await page.locator(".warning").allTextContents(), ["It sees <b>two</b> BOS."]);
  });

  it("obeys its Content-Security-Policy but for the toolkit's one style element", async () => {
    await show(scored(["one", " two"]));
    await token(1).click();
    await answer(1, 20);
    assert.equal(view.complaints.filter((complaint) => !complaint.startsWith("Applying inline style")).join("\n"), "");
    assert.ok(view.complaints.length <= 1, view.complaints.join("\n"));
  });

  it("takes every token as text, whatever it holds", async () => {
    const tokens = ["<img src=x onerror=alert(1)>", "</script>", "<script>alert(1)</script>", "\0", "\u202e", "\ud800"];
    await show(scored(tokens));
    await token(0).click();
    await tell({
      type: "alternatives",
      token: 0,
      logprob: 0,
      rank: 1,
      entropy: 0,
      top: [{id: 100, label: tokens[0] ?? "", text: tokens[0] ?? "", logprob: 0}]
    });
    await page.locator(".chart").waitFor();
    assert.equal(await page.locator("img, #tokens script, aside script").count(), 0);
    assert.ok(!view.complaints.some((complaint) => complaint.startsWith("dialog")));
    assert.equal(await token(4).locator(".mark").getAttribute("data-sign"), "\\u{202e}");
  });

  it("gives a sign to whatever can't be seen", async () => {
    const hidden = [
      "\u{e0041}",
      "\ufe0f",
      "\u3164",
      "\u115f",
      "\u034f",
      "\ufff9",
      "\u200d",
      "\u200c",
      "\u00ad",
      "\u3000"
    ];
    await show(scored(hidden.map((character) => `a${character}b`)));
    for (const [index, character] of hidden.entries()) {
      const sign = await token(index).locator(".mark").getAttribute("data-sign");
      assert.equal(sign, `\\u{${character.codePointAt(0)?.toString(16)}}`);
    }
  });

  it("leaves an emoji whole, and nothing that is hidden behind one", async () => {
    const england = `🏴${String.fromCodePoint(...Array.from("gbeng", (letter) => 0xe0000 + letter.charCodeAt(0)), 0xe007f)}`;
    const emoji = ["👩\u200d🚀", "❤\ufe0f", "1\ufe0f\u20e3", england];
    await show(scored([...emoji, "🚀\u200d", "a", "❤\ufe0f\ufe0f", "b", "🏴\u{e0061}"]));
    for (const [index, character] of emoji.entries()) {
      assert.equal(await token(index).locator(".mark").count(), 0, character);
      assert.equal(await token(index).textContent(), character);
    }
    assert.match((await token(0).getAttribute("aria-label")) ?? "", /👩\\u\{200d\}🚀/);
    const sign = (index: number) => token(index).locator(".mark").getAttribute("data-sign");
    assert.deepEqual([await sign(4), await sign(6), await sign(8)], ["\\u{200d}", "\\u{fe0f}", "\\u{e0061}"]);
  });

  it("colours tokens by their probability", async () => {
    const probabilities = [0.6, 0.2, 0.02, 0.002, 0.0002];
    await show(scored(["a", "b", "c", "d", "e", "f"], [...probabilities.map(Math.log), null]));
    const classes = await page.locator("#tokens .token").evaluateAll((all) => all.map((one) => one.className));
    assert.deepEqual(classes, [
      "token level0",
      "token level0",
      "token level0",
      "token level0",
      "token level1",
      "token unknown"
    ]);
  });

  it("is used with the keyboard: one tab stop, arrows by token and line, Enter selects, Escape comes back", async () => {
    await show(scored(["aa", " bb", "\n", "cc", " dd", "\n", "ee"]));
    await press(...Array.from({length: 7}, () => "Tab"));
    assert.equal(await focused(), "0");
    await press("ArrowRight");
    assert.equal(await focused(), "1");
    await press("ArrowDown");
    assert.equal(await focused(), "4");
    await press("ArrowDown", "ArrowUp");
    assert.equal(await focused(), "4", "up and down keep their column");
    await press("Home");
    assert.equal(await focused(), "3");
    await press("End", "Enter");
    assert.deepEqual((await sent()).at(-1), {type: "select", token: 5});
    await press("Control+End");
    assert.equal(await focused(), "6");
    await press("Shift+Tab", "Escape");
    assert.equal(await focused(), "6");
  });

  it("goes to the next and previous surprising token", async () => {
    await show(scored(["a", "b", "c", "d"], [-1, -8, null, -9]));
    await token(0).focus();
    await press("n", "n");
    assert.equal(await focused(), "3");
    await press("p");
    assert.equal(await focused(), "1");
    await press("p");
    assert.equal((await page.locator("#status").textContent())?.trim(), "No earlier coloured token.");
  });

  it("asks once for a token's alternatives and adds the token itself where it is not among them", async () => {
    await show(scored(["one", " two"]));
    await token(1).click();
    await answer(1, 4321);
    const rows = page.locator(".chart .alternative");
    assert.equal(await rows.count(), 11);
    assert.match((await page.locator(".chart .actual").textContent()) ?? "", /4.321\s+·two/);
    await press("ArrowLeft");
    await answer(0, 1);
    await press("ArrowRight");
    assert.equal(await rows.count(), 11);
    assert.equal((await sent()).filter(({type}) => type === "alternatives").length, 2);
  });

  it("tries an alternative that is clicked, or chosen by keys; the copying keys copy its text", async () => {
    await show(scored(["one", " two"]));
    await token(1).click();
    await answer(1, 2);
    const row = page.locator(".chart .alternative").nth(3);
    await row.click();
    await row.focus();
    await press("Enter");
    const tried = (await sent()).filter(({type}) => type === "tryAlternative");
    assert.deepEqual(tried, Array(2).fill({type: "tryAlternative", token: 1, alternative: 3}));
    await press("Control+c");
    await page.locator("#status", {hasText: /Copied|doesn't allow/}).waitFor();
    // What VS Code's context menu and its commands are told.
    await row.click({button: "right"});
    assert.deepEqual(JSON.parse((await page.locator("body").getAttribute("data-vscode-context")) ?? ""), {
      webviewSection: "alternative",
      token: 1,
      alternative: 3,
      preventDefaultContextMenuItems: true
    });
  });

  it("tells a token's numbers, those that cost more as soon as they have come", async () => {
    await show(scored(["one", " two"], [-1, -3]));
    await token(1).click();
    const facts = async () =>
      Object.fromEntries(
        await page
          .locator(".facts > div")
          .evaluateAll((all) =>
            all.map((one) => [one.querySelector("dt")?.textContent, one.querySelector("dd")?.textContent])
          )
      );
    assert.deepEqual(await facts(), {
      id: "101",
      bytes: "20 74 77 6f",
      probability: "5.0 %",
      logprob: "−3.000 nats",
      surprisal: "4.33 bits",
      rank: "…",
      "p / max p": "…",
      entropy: "…",
      "effective choices": "…",
      "excess surprisal": "…"
    });
    await answer(1, 20);
    const {rank, "p / max p": share, entropy, ...rest} = await facts();
    assert.deepEqual([rank, share, entropy], ["20 (top 100)", "13.5 %", "2.89 bits"]);
    assert.deepEqual([rest["effective choices"], rest["excess surprisal"]], ["7.4", "1.44 bits"]);
  });

  it("shows the text again after it was hidden, without its host", async () => {
    const text = scored(["one", " two", "\n", "three"]);
    await show(text);
    await token(3).click();
    await until(async () => (await state()).token === 3);
    await page.reload();
    await token(3).waitFor();
    assert.deepEqual((await sent())[0], {type: "ready", showing: text.id});
    assert.equal(await token(3).getAttribute("aria-selected"), "true");
    assert.match((await page.locator("#details h2").textContent()) ?? "", /three/);
  });

  it("keeps where its text has moved to, also while it is scored again", async () => {
    const text = scored(["one", " two"]);
    await show(text);
    const moved = {...source, title: "a.txt, lines 6–7", start: 50, end: 57};
    await tell({type: "moved", source: moved});
    await page.getByRole("heading", {name: moved.title}).waitFor();
    await until(async () => (await state()).source?.start === 50);
    assert.deepEqual((await state()).source, moved);
    await tell({type: "progress", source: moved, progress: {stage: "score", done: 1, total: 2}});
    const again = {...moved, title: "a.txt, lines 7–8", start: 60, end: 67};
    await tell({type: "moved", source: again});
    await until(async () => (await state()).source?.start === 60);
    await page.getByText("Cancel").waitFor();
    assert.equal((await state()).scored?.id, text.id);
    await page.reload();
    await page.getByRole("heading", {name: again.title}).waitFor();
    assert.equal(await page.locator("#tokens").textContent(), "one two");
  });

  it("keeps the place of a text it has no scores of", async () => {
    await tell({type: "failed", source, message: "There is no such model: choose another."});
    await tell({type: "moved", source: {...source, start: 5, end: 9}});
    await until(async () => (await state()).source?.start === 5);
    await page.getByText("There is no such model").waitFor();
  });

  it("draws a hundred thousand tokens", async () => {
    const many = Array.from({length: 100_000}, (_, index) => (index % 12 === 11 ? "\n" : ` w${index % 10}`));
    await show(scored(many));
    await token(0).focus();
    await press("Control+End");
    assert.equal(await focused(), "99999");
    await until(async () => (await state()).token === 99_999);
    assert.equal((await state()).scored, null, "too long to keep");
  });

  it("shows progress that can be cancelled, and failure that can be tried again", async () => {
    await tell({type: "progress", source, progress: {stage: "score", done: 512, total: 2048}});
    await page.getByText("512 of 2,048 tokens").waitFor();
    await page.getByText("Cancel").click();
    assert.deepEqual((await sent()).at(-1), {type: "cancel"});
    await tell({type: "failed", source, message: "There is no such model: choose another."});
    await page.getByText("There is no such model").waitFor();
    await page.getByText("Score Again").click();
    assert.deepEqual((await sent()).at(-1), {type: "scoreAgain"});
  });

  it("says what the host has to say, and takes it back", async () => {
    await show(scored(["one"]));
    await tell({type: "notice", message: "The document has changed since it was scored.", action: "scoreAgain"});
    await page.locator(".notice").waitFor();
    await tell({type: "notice", message: null, action: null});
    await page.locator(".notice").waitFor({state: "detached"});
  });

  it("explains why a token can't be selected where tokens have no place in the text", async () => {
    await show({...scored(["One", " two"]), byteEnds: null, texts: ["one", " two"]});
    assert.equal(await page.locator("#tokens").textContent(), "one·two");
    await token(1).click();
    assert.match((await page.locator(".notice").textContent()) ?? "", /tokenizer rewrites the text/);
    assert.ok(!(await sent()).some(({type}) => type === "select"));
  });

  it("draws nothing before it knows the language, and then all of it in that one", async () => {
    await show(scored(["one", " two"], [null, -1]));
    await until(async () => (await page.evaluate("sessionStorage.state?.includes('one|')")) === true);
    const bundle = JSON.parse(readFileSync(path.join(root, "l10n/bundle.l10n.de.json"), "utf8"));
    await page.evaluate(`sessionStorage.silent = "yes";
      sessionStorage.language = ${JSON.stringify(JSON.stringify({locale: "de", bundle}))}`);
    await page.reload();
    assert.equal(((await page.locator("body").textContent()) ?? "").trim(), "");
    await page.evaluate("answerHello()");
    await token(1).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    await token(1).hover();
    await answer(1, 1234);
    // German words are long: numbers must not overlap the chart.
    await page.setViewportSize({width: 520, height: 800});
    const edges = (side: "left" | "right", css: string) =>
      page.locator(css).evaluateAll((all, edge) => all.map((it) => it.getBoundingClientRect()[edge]), side);
    assert.ok(Math.max(...(await edges("right", ".facts dd"))) <= Math.min(...(await edges("left", ".chart"))));
    const card = await page.evaluate<string>("document.body.innerText");
    await page.locator(".numbers").click();
    const text = `${card}\n${await page.evaluate<string>("document.body.innerText")}`;
    for (const word of [/Perplexität/, /Bits pro Byte/, /2 von 2/, /Wahrscheinlichkeit/, /36,8 %/, /1\.234/])
      assert.match(text, word);
    await until(async () => (await token(1).getAttribute("aria-label")) !== null);
    const spoken = await page
      .locator("[aria-label], [title]")
      .evaluateAll((elements) => elements.flatMap((it) => [it.getAttribute("aria-label"), it.getAttribute("title")]));
    const english = Object.keys(bundle).filter((key) => key !== bundle[key] && key.length > 12);
    for (const sentence of [...spoken, ...text.split("\n")])
      assert.ok(!english.includes(sentence ?? ""), sentence ?? "");
    assert.ok(spoken.includes("Token „·two“, ID 101, Wahrscheinlichkeit 36,8 %"), spoken.join("\n"));
  });
});
