import {strict as assert} from "node:assert";
import {mkdirSync} from "node:fs";
import path from "node:path";
import type {Page} from "playwright-core";
import {parseMessage, parseViewState} from "../../src/features/promptTests/parseMessage";
import {promptTestsPage} from "../../src/features/promptTests/promptTestsPage";
import {
  type FromView,
  infinite,
  type PromptTest,
  type Report,
  type ToView,
  type ViewState
} from "../../src/features/promptTests/protocol";
import {webviewPage} from "../../src/host/webviewPage";
import {findsNothingSerious} from "../harness/axe";
import {setTheme, themeNames} from "../harness/themes";
import {origin, ViewInBrowser} from "../harness/viewInBrowser";

const source: PromptTest = {
  kind: "prompts",
  prompts: [{title: "a.txt", uri: "file:///a.txt", range: null}],
  answer: "Paris"
};

const consistencySource: PromptTest = {
  kind: "consistency",
  prompt: {title: "a.txt", uri: "file:///a.txt", range: {start: 0, end: 4}},
  others: [],
  settings: {preset: "model", temperature: null, count: 10, seed: 0, maxTokens: 64, extent: "unlimited"}
};

/** A text as long as a cell's longest, with what may break a page. */
const long = `<b>no tag</b> ${"an answer that goes on ".repeat(10)}`;

const report: Report = {
  facts: [
    ["Answer", "Paris"],
    ["Model", "Tiny (tiny.gguf, F16, cpu, SHA-256 0123456789ab…)"],
    ["Samplers", '--samplers "top_k;top_p;min_p;temperature" --top-k 40 --top-p 0.95 --min-p 0.05 --temp 0.8']
  ],
  notes: ["A note that says what the numbers leave out."],
  tables: [
    {
      title: "The answer behind each prompt",
      note: "The best stands first.",
      columns: [
        {key: "prompt", label: "Prompt", kind: "link"},
        {key: "rank", label: "Rank", kind: "number"},
        {key: "logprob", label: "Logprob of the answer", kind: "number"},
        {key: "answer", label: "Answer", kind: "text"}
      ],
      rows: [
        row("b.txt, lines 3–9", 1, -2.5, long),
        row("a.txt", 2, -10.25, "Lyon"),
        row("c.txt", 3, -infinite, "Bonn"),
        [
          {text: "gone.txt", value: "gone.txt"},
          {text: "The document is gone: open it again.", value: "The document is gone.", isReason: true},
          {text: "–", value: null},
          {text: "–", value: null}
        ]
      ]
    },
    {
      title: "Agreement",
      note: "",
      columns: [{key: "rule", label: "Rule", kind: "text"}],
      rows: [[{text: "x", value: "x"}]]
    }
  ]
};

function row(title: string, rank: number, logprob: number, answer: string) {
  return [
    {text: title, value: title},
    {text: String(rank), value: rank},
    {text: logprob === -infinite ? "−∞" : logprob.toFixed(3), value: logprob},
    {text: answer, value: answer}
  ];
}

describe("The view of prompt tests", () => {
  let view: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    const files = {script: "/promptTests.js", styles: "/promptTests.css", cspSource: origin};
    view = await ViewInBrowser.start({
      html: webviewPage(promptTestsPage, {...files, canFetch: false, nonce: "n"}),
      viewport: {width: 1280, height: 800}
    });
    page = view.page;
  });

  after(() => view?.close());

  beforeEach(() => view.reopen());

  const firstColumn = () => page.locator("section").first().locator("tbody th").allTextContents();
  const sentSince = async (count: number) => (await view.sent()).slice(count);

  async function show(stage: Parameters<typeof view.tell>[0] = {type: "done", source, report}): Promise<void> {
    await view.tell(stage);
    await page.locator("table").first().waitFor();
  }

  it("says what it does, and offers a way on where there is nothing to show", async () => {
    await view.tell({type: "idle", source, report: null});
    await page.getByText("Nothing has been tested").waitFor();
    await page.getByText("Run Again", {exact: true}).click();
    await view.tell({type: "running", message: "1 of 3", source, report: null});
    await page.getByText("1 of 3").waitFor();
    await page.getByText("Cancel", {exact: true}).click();
    await view.tell({type: "failed", message: "No <b>model</b> here.", source, report: null});
    await page.getByRole("alert").getByText("No <b>model</b> here.", {exact: true}).waitFor();
    await view.tell({type: "cancelled", source, report});
    await page.getByText("Cancelled: the numbers are of what was done until then.").waitFor();
    await page.getByText("Choose Prompts…").click();
    assert.deepEqual(await sentSince(0), [{type: "ready"}, {type: "runAgain"}, {type: "cancel"}, {type: "change"}]);
  });

  it("shows texts as text, and remembers what to test again", async () => {
    await show();
    assert.equal(await page.locator("section td b, dd b").count(), 0);
    assert.equal(await page.locator("dd").first().textContent(), "Paris");
    const state = await page.evaluate<ViewState>("JSON.parse(sessionStorage.state)");
    assert.deepEqual(parseViewState(state), source);
    // The toolkit's own.
    const complaints = view.complaints.filter((one) => !one.startsWith("Applying inline style"));
    assert.deepEqual(complaints, []);
  });

  it("is sorted, opened and copied with the keyboard alone", async () => {
    await show();
    assert.deepEqual(await firstColumn(), ["b.txt, lines 3–9", "a.txt", "c.txt", "gone.txt"]);
    const heading = page.locator("thead").first().getByText("Logprob of the answer");
    await heading.focus();
    await page.keyboard.press("Enter");
    const sorted = () => page.locator("thead").first().locator("th").nth(2).getAttribute("aria-sort");
    assert.equal(await sorted(), "descending");
    await page.keyboard.press("Enter");
    assert.equal(await sorted(), "ascending");
    // What has no value stands last, both ways.
    assert.deepEqual(await firstColumn(), ["c.txt", "a.txt", "b.txt, lines 3–9", "gone.txt"]);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const copy = page.locator("section").first().getByText("Copy as CSV");
    await copy.focus();
    await page.keyboard.press("Enter");
    await page.getByText("Copy as Markdown").focus();
    await page.keyboard.press("Enter");
    await page.getByText("Copy as JSON").focus();
    await page.keyboard.press("Enter");
    assert.deepEqual(await sentSince(1), [
      {type: "open", table: 0, row: 2},
      {type: "copyCsv", table: 0},
      {type: "copyMarkdown"},
      {type: "copyJson"}
    ]);
    for (const message of await view.sent()) assert.deepEqual(parseMessage(message), message);
  });

  it("keeps the order that was chosen while numbers come, and not for another test", async () => {
    await show();
    await page.locator("thead").first().getByText("Rank").click();
    assert.equal((await firstColumn())[0], "c.txt");
    await view.tell({type: "running", message: "", source, report});
    await page.locator("progress").waitFor();
    assert.equal((await firstColumn())[0], "c.txt");
    await view.tell({type: "done", source: consistencySource, report});
    await page.getByText("Change Settings…").waitFor();
    assert.equal((await firstColumn())[0], "b.txt, lines 3–9");
  });

  for (const theme of themeNames)
    it(`has nothing that axe-core calls serious, and fits a narrow view, in ${theme}`, async () => {
      await setTheme(page, theme);
      await view.tell({type: "running", message: "1 of 3", source, report});
      await page.locator("progress").waitFor();
      await findsNothingSerious(page, "running");
      await view.tell({type: "failed", message: "No model here.", source, report});
      await page.getByRole("alert").waitFor();
      await findsNothingSerious(page, "failed");
      await show();
      await page.locator("thead").first().getByText("Rank").click();
      // Pictures to look at, where they are asked for.
      const {TOKENSCOPE_PICTURES: pictures} = process.env;
      if (pictures !== undefined) mkdirSync(pictures, {recursive: true});
      for (const width of [1280, 330]) {
        await page.setViewportSize({width, height: 800});
        await view.until(async () => (await page.evaluate("innerWidth")) === width);
        await findsNothingSerious(page, `${width} pixels`);
        const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        assert.ok(overflow <= 0, `${overflow} pixels too wide at ${width}`);
        if (pictures !== undefined) await page.screenshot({path: path.join(pictures, `prompts-${theme}-${width}.png`)});
      }
    });
});

describe("The messages of prompt tests", () => {
  it("are refused unless they are what the view sends", () => {
    for (const odd of [
      null,
      {},
      {type: "other"},
      {type: "open", table: 0},
      {type: "open", table: -1, row: 0},
      {type: "open", table: 0.5, row: 0},
      {type: "copyCsv", table: "0"}
    ])
      assert.equal(parseMessage(odd), null, JSON.stringify(odd));
    assert.deepEqual(parseMessage({type: "open", table: 1, row: 2, more: 3}), {type: "open", table: 1, row: 2});
  });

  it("are restored only from a state that this version wrote", () => {
    for (const test of [source, consistencySource]) assert.deepEqual(parseViewState({version: 1, source: test}), test);
    const {settings} = consistencySource;
    for (const odd of [
      {version: 0, source},
      {version: 1, source: {...source, prompts: []}},
      {version: 1, source: {...source, answer: ""}},
      {version: 1, source: {...consistencySource, settings: {...settings, count: 0}}},
      {version: 1, source: {...consistencySource, settings: {...settings, count: 101}}},
      {version: 1, source: {...consistencySource, settings: {...settings, seed: -1}}},
      {version: 1, source: {...consistencySource, settings: {...settings, temperature: Number.NaN}}},
      {version: 1, source: {...consistencySource, settings: {...settings, preset: "other"}}}
    ])
      assert.equal(parseViewState(odd), null, JSON.stringify(odd));
  });
});
