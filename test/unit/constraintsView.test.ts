import {strict as assert} from "node:assert";
import {mkdirSync} from "node:fs";
import path from "node:path";
import type {Page} from "playwright-core";
import {constraintPage} from "../../src/features/constraints/constraintPage";
import {matchesFile} from "../../src/features/constraints/fileMatch";
import {parseMessage} from "../../src/features/constraints/parseMessage";
import type {ConstraintResult, FromView, ToView} from "../../src/features/constraints/protocol";
import {webviewPage} from "../../src/host/webviewPage";
import {findsNothingSerious} from "../harness/axe";
import {screenshots} from "../harness/paths";
import {setTheme, themeNames} from "../harness/themes";
import {origin, ViewInBrowser} from "../harness/viewInBrowser";

/** A token: its text, bits of content and bits that are decided; null: behind the place where the text leaves the grammar. */
type Token = readonly [text: string, content: number | null, decided?: number, wanted?: string];

const tokens: readonly Token[] = [
  ["{", 0, 6.2, "import"],
  ['"name"', 0, 3.1],
  [": ", 0.2, 0.4],
  ['"<b>', 9.5, 0.1, "None"],
  ["Ada", 12, 0],
  ['",\n', 1.5, 0.7],
  ['"age', 0, 4.4],
  ['": ', 0.1, 0.2],
  ["36", 7.3, 1.8, " ("],
  ["}\n", 0.4, 0.1]
];

function resultOf(given: readonly Token[], changes: Partial<ConstraintResult["constrained"]> = {}): ConstraintResult {
  const nats = (values: readonly (number | null)[]) =>
    Float64Array.from(values, (bits) => (bits === null ? Number.NaN : bits * Math.LN2));
  const content = nats(given.map(([, bits]) => bits));
  const decided = nats(given.map(([, bits, other = 0]) => (bits === null ? null : other)));
  const known = given.filter(([, bits]) => bits !== null);
  const sum = (values: Float64Array) => values.reduce((all, value) => all + (value || 0), 0);
  return {
    title: "ada.json",
    constraint: "person.schema.json",
    model: "Small <b>A</b>",
    vocabularySize: 8192,
    total: given.length,
    unscored: 0,
    texts: given.map(([text]) => text),
    wantedTexts: given.map(([text, , , wanted = text]) => wanted),
    logprobs: content.map((value, i) => -(value || 0) - (decided[i] || 0)),
    constrained: {
      allowed: Int32Array.from(given, ([, bits], i) => (bits === null ? -1 : i === 1 ? 1 : 40 * i + 2)),
      cutOff: decided.map((value) => 1 - Math.exp(-value)),
      decided,
      logprobs: content.map((value) => -value),
      wanted: Int32Array.from(given, (_, i) => i),
      wantedForbidden: Uint8Array.from(given, ([, , , wanted]) => (wanted === undefined ? 0 : 1)),
      leavesAt: null,
      isComplete: true,
      sums: {
        tokens: known.length,
        surprisal: sum(content) + sum(decided),
        content: sum(content),
        decided: sum(decided),
        forced: 1,
        unwanted: 3
      },
      ...changes
    },
    warnings: ["The grammar does not check <i>uniqueItems</i>."]
  };
}

describe("The view of a text under a grammar", () => {
  let view: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    mkdirSync(screenshots, {recursive: true});
    view = await ViewInBrowser.start({
      html: webviewPage(constraintPage, {
        script: "/constraints.js",
        styles: "/constraints.css",
        cspSource: origin,
        canFetch: false,
        nonce: "n"
      }),
      viewport: {width: 640, height: 600}
    });
    page = view.page;
  });
  after(() => view?.close());
  beforeEach(() => view.reopen());
  afterEach(() => assert.deepEqual(view.complaints, []));

  const text = async (css: string) => ((await page.locator(css).textContent()) ?? "").replace(/\s+/g, " ").trim();
  const token = (index: number) => page.locator(".token").nth(index);

  async function show(result: ConstraintResult): Promise<void> {
    await view.tell({type: "show", result});
    await page.locator(".card dl").waitFor();
  }

  it("says how much of the text is content, and how much the grammar decides", async () => {
    assert.deepEqual(await view.sent(), [{type: "ready"}]);
    await show(resultOf(tokens));
    assert.equal(await text("h1"), "ada.json under person.schema.json");
    assert.equal(await text("header p"), "Small <b>A</b>");
    assert.equal(await text(".note"), "The grammar does not check <i>uniqueItems</i>.");
    assert.equal(await text(".verdict"), "The text is a whole one of the grammar.");
    assert.match(await text(".totals"), /Surprisal48 bitsContent31 bits64\.6 ?%/);
    assert.match(await text(".totals"), /Decided by the grammar17 bits35\.4 ?%/);
    const labels = await page.locator(".token").evaluateAll((all) => all.map((it) => it.getAttribute("aria-label")));
    assert.equal(labels.length, tokens.length);
  });

  it("shows what the grammar does at a token, with the arrow keys alone", async () => {
    await show(resultOf(tokens));
    await page.keyboard.press("Tab");
    assert.match(await text(".card"), /^Token 1: \{ Surprisal6\.2/);
    assert.match(
      await text(".card"),
      /Allowed tokens2 of 8,192Cut off98\.6 ?%First choice of the modelimport, forbidden$/
    );
    for (const _ of [1, 2, 3]) await page.keyboard.press("ArrowRight");
    assert.match(await text(".card"), /^Token 4: .*First choice of the modelNone, forbidden$/);
    await page.keyboard.press("End");
    assert.match(await text(".card"), /^Token 10: .*, allowed$/);
    assert.equal(await token(9).getAttribute("aria-pressed"), "true");
    assert.equal(await page.locator('.token[tabindex="0"]').count(), 1);
    await token(1).click();
    assert.match(await text(".card"), /^Token 2: .*Under the grammar0/);
  });

  it("marks where the text leaves the grammar, and says nothing of what follows", async () => {
    const left: readonly Token[] = [...tokens.slice(0, 4), ["?!", 3, 2], ["x", null], ["y", null]];
    const logprobs = Float64Array.from(left, (_, i) => (i === 4 ? Number.NEGATIVE_INFINITY : i > 4 ? Number.NaN : -1));
    await show(resultOf(left, {leavesAt: 4, isComplete: false, logprobs}));
    assert.equal(await text(".verdict"), "The text leaves the grammar at token 5 of 7: the sums end there.");
    assert.match(await text(".card"), /^Token 5: .*Under the grammarforbidden/);
    assert.equal(await page.locator(".token.forbidden").count(), 1);
    assert.equal(await page.locator(".token.unknown").count(), 2);
    await token(5).click();
    assert.match(await text(".card"), /Grammarleft before this token$/);
  });

  it("says where not all tokens are shown, and what has no score", async () => {
    await show({...resultOf(tokens), total: 30_000, unscored: 1});
    await page.getByText("The first 10 of 30000 tokens are shown.").waitFor();
    await page.getByText("Tokens without a score: 1").waitFor();
  });

  for (const theme of themeNames)
    it(`has nothing serious for axe-core in ${theme}`, async () => {
      await setTheme(page, theme);
      await show(resultOf(tokens));
      await findsNothingSerious(page, "whole");
      await page.screenshot({path: path.join(screenshots, `constraints-${theme}.png`)});
      await page.setViewportSize({width: 320, height: 600});
      await show(resultOf([...tokens.slice(0, 4), ["?!", 3, 2], ["x", null]], {leavesAt: 4, isComplete: false}));
      await findsNothingSerious(page, "narrow");
      assert.ok(await page.evaluate("document.documentElement.scrollWidth <= 320"));
      await page.screenshot({path: path.join(screenshots, `constraints-${theme}-narrow.png`)});
    });

  it("takes no other messages", () => {
    assert.deepEqual(parseMessage({type: "ready"}), {type: "ready"});
    for (const wrong of [null, {}, {type: "show"}, "ready", {type: 1}]) assert.equal(parseMessage(wrong), null);
  });
});

describe("The files that a schema is for", () => {
  for (const [pattern, path, matches] of [
    ["package.json", "/a/b/package.json", true],
    ["package.json", "/a/my-package.json", false],
    ["*.person.json", "/a/ada.person.json", true],
    ["/data/*.json", "/home/data/x.json", true],
    ["/data/*.json", "/home/data/y/x.json", false],
    ["**/data/**/x.json", "/data/y/z/x.json", true],
    [["*.json", "!b.json"], "/a/b.json", false],
    [["*.json", "!b.json"], "/a/c.json", true],
    ["a+(b).json", "/a+(b).json", true],
    [null, "/a.json", false]
  ] as const)
    it(`${JSON.stringify(pattern)}: ${path}`, () => assert.equal(matchesFile(pattern, path), matches));
});
