import {strict as assert} from "node:assert";
import type {Page} from "playwright-core";
import {type FromView, type ToView, usualOptions, type ViewState} from "../../src/features/branches/protocol";
import {branchOf, pruneBranch} from "../../src/metrics/branchTree";
import {findsNothingSerious} from "../harness/axe";
import {branchesInBrowser, place, tree} from "../harness/branchesInBrowser";
import {setTheme, type ThemeName, themeNames} from "../harness/themes";
import type {ViewInBrowser} from "../harness/viewInBrowser";

const pictures = process.env["TOKENSCOPE_PICTURES"];

describe("The branches view", () => {
  let inBrowser: ViewInBrowser<ToView, FromView>;
  let page: Page;

  before(async () => {
    inBrowser = await branchesInBrowser({width: 640, height: 760});
    page = inBrowser.page;
  });

  after(() => inBrowser?.close());

  beforeEach(() => inBrowser.reopen());

  // The toolkit tries a style that the page's policy refuses.
  const unexpected = (complaint: string) => !complaint.startsWith("Applying inline style");
  afterEach(() => assert.deepEqual(inBrowser.complaints.filter(unexpected), []));

  const rows = () => page.locator('[role="treeitem"]');
  const selected = () => page.locator('[role="treeitem"][aria-selected="true"]');
  const selectedId = async () => Number(await selected().getAttribute("data-branch"));
  const state = () => page.evaluate<ViewState>("JSON.parse(sessionStorage.state)");
  const isFocused = (css: string) => page.evaluate<boolean>(`document.activeElement?.matches(${JSON.stringify(css)})`);
  const last = async () => (await inBrowser.sent()).at(-1);

  /** The toolkit's buttons take their colours a moment later. */
  async function paint(theme: ThemeName): Promise<void> {
    await setTheme(page, theme);
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }

  async function show(): Promise<void> {
    await inBrowser.tell({type: "place", place, options: usualOptions});
    await inBrowser.tell({type: "tree", tree, canUndo: false});
    await rows().first().waitFor();
  }

  it("has a row for each branch, with what it costs, and tells screen readers all of it", async () => {
    await show();
    assert.equal(await rows().count(), tree.branches.length);
    assert.deepEqual(
      await rows().evaluateAll((all) =>
        all.map((one) => {
          const {dataset, ariaLevel, ariaPosInSet, ariaSetSize, ariaExpanded} = one as unknown as {
            dataset: {branch: string};
          } & Record<"ariaLevel" | "ariaPosInSet" | "ariaSetSize" | "ariaExpanded", string | null>;
          return [dataset.branch, ariaLevel, ariaPosInSet, ariaSetSize, ariaExpanded].join(" ");
        })
      ),
      ["1 1 1 2 true", "2 2 1 3 ", "3 2 2 3 true", "5 3 1 1 true", "6 4 1 1 ", "4 2 3 3 ", "7 1 2 2 true", "8 2 1 1 "]
    );
    assert.equal(
      await rows().nth(2).locator(".spoken-only").textContent(),
      "as a text, '(f\"{a}·+·{b}\")↵', temperature 0.8, seed 1, 14 tokens · logprob −21.000 · perplexity 4.482"
    );
    assert.match(
      (await rows().first().locator(".spoken-only").textContent()) ?? "",
      /the rest of the text: \+\d\.\d\d bits$/
    );
    assert.equal(await rows().nth(2).locator("b").textContent(), "as a text");
  });

  it("is walked, closed and opened by keys", async () => {
    await show();
    await selected().focus();
    const walk: readonly (readonly [string, number])[] = [
      ["ArrowDown", 2],
      ["ArrowDown", 3],
      ["ArrowRight", 5],
      ["ArrowRight", 6],
      ["ArrowRight", 6],
      ["ArrowLeft", 5],
      ["ArrowLeft", 5],
      ["ArrowLeft", 3],
      ["End", 8],
      ["Home", 1],
      ["ArrowUp", 1]
    ];
    for (const [key, id] of walk) {
      await page.keyboard.press(key);
      assert.equal(await selectedId(), id, key);
      assert.ok(await isFocused('[role="treeitem"][aria-selected="true"]'), key);
    }
    assert.equal(await page.locator('[data-branch="6"]').count(), 0, "it was closed");
    assert.deepEqual((await state()).closed, [5]);
    assert.equal((await state()).selected, 1);
  });

  it("prunes with Delete, goes on beside it, and undoes", async () => {
    await show();
    await page.locator('[data-branch="4"]').click();
    await page.keyboard.press("Delete");
    assert.deepEqual(await last(), {type: "prune", branch: 4});
    await inBrowser.tell({type: "tree", tree: pruneBranch(tree, 4).tree, canUndo: true});
    await inBrowser.until(async () => (await rows().count()) === tree.branches.length - 1);
    assert.equal(await selectedId(), 6, "the row above, as it was the last of its parent");
    assert.ok(await isFocused('[role="treeitem"][aria-selected="true"]'));
    await page.keyboard.press("Control+z");
    assert.deepEqual(await last(), {type: "undo"});
    await page.getByText("Undo Delete").click();
    assert.deepEqual((await inBrowser.sent()).slice(-2), [{type: "undo"}, {type: "undo"}]);
    await inBrowser.tell({type: "tree", tree, canUndo: false});
    await inBrowser.tell({type: "select", branch: 4});
    await inBrowser.until(async () => (await selectedId()) === 4);
    await page.keyboard.press("Control+z");
    assert.equal((await inBrowser.sent()).filter(({type}) => type === "undo").length, 2, "nothing is left to undo");
  });

  it("names with F2, and goes back to the row", async () => {
    await show();
    await page.locator('[data-branch="2"]').click();
    await page.keyboard.press("F2");
    assert.ok(await isFocused(".name-field"));
    await page.keyboard.type("the usual");
    // Not the view's: undo in a field is the browser's.
    await page.keyboard.press("Enter");
    assert.ok(await isFocused('[data-branch="2"]'));
    assert.deepEqual(await last(), {type: "rename", branch: 2, name: "the usual"});
    await page.keyboard.press("F2");
    await page.keyboard.type("x");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".name-field").inputValue(), "");
  });

  it("tries another word inside a branch, by keys alone", async () => {
    await show();
    await page.locator('[data-branch="3"]').click();
    await page.keyboard.press("Enter");
    assert.ok(await isFocused('.tokens button[data-at="0"]'));
    for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    assert.deepEqual(await last(), {type: "alternatives", branch: 3, at: 4});
    const top = [
      {id: 5, label: "·sum", logprob: -0.5},
      {id: 6, label: "a", logprob: -1.2}
    ];
    await inBrowser.tell({type: "alternatives", branch: 3, at: 5, top: []});
    await inBrowser.tell({type: "alternatives", branch: 3, at: 4, top});
    await page.locator(".other").first().focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    assert.deepEqual(await last(), {type: "try", branch: 3, at: 4, id: 5});
    // What it opens is selected, also where it was closed.
    await inBrowser.tell({type: "select", branch: 6});
    await inBrowser.until(async () => (await selectedId()) === 6);
    assert.equal(await page.locator(".other").count(), 0);
  });

  it("tells what the rest of the text costs, token by token, and where it recovers", async () => {
    await show();
    await page.getByText("It recovers behind 4 tokens").waitFor();
    const cells = (row: number) => page.locator(".rest tbody tr").nth(row).locator("td").allTextContents();
    const bits = (list: readonly (number | null)[]) =>
      -list.reduce<number>((sum, one) => sum + (one ?? 0), 0) / Math.LN2;
    const [before, after] = [bits(place.rest.map(({logprob}) => logprob)), bits(branchOf(tree, 1)?.rest ?? [])];
    assert.deepEqual(
      (await cells(0)).map((cell) => cell.trim()),
      [before.toFixed(2), after.toFixed(2), `+${(after - before).toFixed(2)}`]
    );
    assert.equal(await page.locator(".rest tbody tr").count(), 3 + 12);
    await page.getByText("Show more tokens").click();
    assert.equal(await page.locator(".rest tbody tr").count(), 3 + place.rest.length);
    await page.locator('[data-branch="2"]').click();
    await page.getByText("See what the rest of your text costs").click();
    assert.deepEqual(await last(), {type: "rest", branch: 2});
  });

  it("inserts, copies, asks for more, and says how the next ones are written", async () => {
    await show();
    await page.locator('[data-branch="2"]').click();
    const button = (name: string) => page.locator("vscode-button", {hasText: name}).first();
    const asked: readonly (readonly [string, FromView])[] = [
      ["Insert", {type: "insert", branch: 2, insertion: "replace"}],
      ["Insert Before", {type: "insert", branch: 2, insertion: "keep"}],
      ["More Continuations", {type: "more", branch: 2}],
      ["Copy Text", {type: "copy", branch: 2}],
      ["Delete", {type: "prune", branch: 2}]
    ];
    for (const [name, message] of asked) {
      await button(name).click();
      assert.deepEqual(await last(), message);
    }
    await page.getByText("Copy Tree as Markdown").click();
    assert.deepEqual(await last(), {type: "copyTree"});
    await page.getByLabel("Samples besides the greedy continuation").selectOption("5");
    await page.getByLabel("Temperature of the samples").selectOption("1");
    await page.locator(".seed input").fill("42");
    await page.keyboard.press("Tab");
    const options = {...usualOptions, count: 5, temperature: 1, seed: 42};
    assert.deepEqual(await last(), {type: "setOptions", options});
    assert.deepEqual((await state()).options, options);
  });

  it("shows what is computed, stops it, and keeps a refusal until something else happens", async () => {
    await show();
    const working = {branch: 1, what: "sampled", fraction: 0.4, text: " = a + b", isStopping: false} as const;
    await inBrowser.tell({type: "working", working});
    await page.getByText("Writing samples…").waitFor();
    assert.equal(await page.locator(".written").textContent(), " = a + b");
    await page.locator("vscode-button", {hasText: "Stop"}).click();
    assert.deepEqual(await last(), {type: "stop"});
    await inBrowser.tell({type: "working", working: {...working, isStopping: true}});
    await page.getByText("Stopping…").waitFor();
    await inBrowser.tell({type: "working", working: null});
    await inBrowser.until(async () => (await page.locator(".progress").count()) === 0);
    await inBrowser.tell({type: "notice", message: "It is full."});
    await page.locator('[role="alert"]', {hasText: "It is full."}).waitFor();
    await inBrowser.tell({type: "notice", message: null});
    await inBrowser.until(async () => (await page.locator('[role="alert"]').count()) === 0);
  });

  it("is there again after a reload, as it was", async () => {
    await show();
    await page.locator('[data-branch="5"]').click();
    await page.keyboard.press("ArrowLeft");
    await inBrowser.tell({type: "moved", start: 30, end: 37});
    await inBrowser.until(async () => (await state()).place.start === 30);
    await page.reload();
    await rows().first().waitFor();
    assert.equal(await selectedId(), 5);
    assert.equal(await page.locator('[data-branch="6"]').count(), 0);
    const {place: kept, tree: keptTree} = await state();
    assert.deepEqual(kept, {...place, start: 30, end: 37});
    assert.deepEqual(keptTree, tree);
  });

  for (const width of [640, 330, 1280])
    it(`fits into ${width} pixels, and has nothing that axe finds serious in any theme`, async () => {
      await page.setViewportSize({width, height: 800});
      await show();
      const top = place.rest.slice(0, 6).map(({id, label, logprob}) => ({id, label, logprob: (logprob ?? 0) - 1}));
      await page.locator('[data-branch="3"]').click();
      for (const theme of themeNames) {
        await paint(theme);
        await findsNothingSerious(page, theme);
        if (pictures) await page.screenshot({path: `${pictures}/branches-${width}-${theme}.png`, fullPage: true});
      }
      await page.locator('.tokens button[data-at="4"]').click();
      await inBrowser.tell({type: "alternatives", branch: 3, at: 4, top});
      await page.locator(".other").first().waitFor();
      await inBrowser.tell({
        type: "working",
        working: {branch: 3, what: "greedy", fraction: 0.4, text: " = a + b", isStopping: false}
      });
      await page.getByText("Writing the greedy continuation…").waitFor();
      for (const theme of themeNames) {
        await paint(theme);
        await findsNothingSerious(page, `${theme}, with alternatives`);
        if (pictures)
          await page.screenshot({path: `${pictures}/branches-${width}-${theme}-others.png`, fullPage: true});
      }
      await page.locator('[data-branch="1"]').click();
      await paint("dark");
      await findsNothingSerious(page, "with the rest");
      if (pictures) await page.screenshot({path: `${pictures}/branches-${width}-rest.png`, fullPage: true});
      const wide = await page.evaluate<number>(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
      );
      assert.equal(wide, 0, "nothing is cut off at the side");
    });
});
