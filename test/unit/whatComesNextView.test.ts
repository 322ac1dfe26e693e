import {strict as assert} from "node:assert";
import type {Page} from "playwright-core";
import {
  type FromView,
  type NextOptions,
  type ToView,
  usualOptions,
  type ViewState
} from "../../src/features/whatComesNext/protocol";
import {noSamplers} from "../../src/sampling/settings";
import {nextInBrowser, nextWith} from "../harness/nextInBrowser";
import type {ViewInBrowser} from "../harness/viewInBrowser";

const chain: NextOptions = {
  ...usualOptions,
  samplers: {...noSamplers, topK: 40, topP: 0.9, temperature: 0.8},
  draws: {count: 1000, seed: 7}
};

describe("The view What Comes Next", () => {
  let inBrowser: ViewInBrowser<ToView, FromView>;
  let view: Page;

  before(async () => {
    inBrowser = await nextInBrowser({width: 640, height: 760});
    view = inBrowser.page;
  });

  after(() => inBrowser?.close());

  beforeEach(() => inBrowser.reopen());

  const rows = () => view.locator('[role="option"]');
  const selected = () => view.locator('[role="option"][aria-selected="true"]');
  const nameOf = async (row: number) => ((await rows().nth(row).textContent()) ?? "").replace(/\s+/g, " ").trim();
  const text = async (css: string) =>
    ((await view.locator(css).first().textContent()) ?? "").replace(/\s+/g, " ").trim();

  async function sentOf<Type extends FromView["type"]>(type: Type): Promise<Extract<FromView, {type: Type}>[]> {
    return (await inBrowser.sent()).filter(
      (message): message is Extract<FromView, {type: Type}> => message.type === type
    );
  }

  const lastOptions = async () => {
    const options = (await sentOf("setOptions")).at(-1)?.options;
    assert.ok(options);
    return options;
  };

  async function show(options: NextOptions = usualOptions, changes: Parameters<typeof nextWith>[1] = {}) {
    await inBrowser.tell({type: "options", options});
    await inBrowser.tell({type: "show", next: nextWith(options, changes)});
    await view.locator(".list").waitFor();
  }

  it("says where it stands, and how sure the model is", async () => {
    await show(usualOptions, {cut: true, warnings: ["It has two BOS."]});
    assert.equal(await text("h1"), "after …def·add(a, b):⏎····");
    assert.equal(await text(".about"), "sample.pyTokenscope Tiny Coder1,234 tokens before the cursor cut");
    assert.match(await text(".figures"), /^entropy 2\.516 nats3\.63 bits 12\.4 effective choices$/);
    assert.equal(await text(".warning"), "It has two BOS.");
    await show(usualOptions, {tail: "", promptTokens: 1, place: 2});
    assert.equal(await text("h1"), "at the beginning of the text");
  });

  it("has 200 rows and all others as one", async () => {
    await show();
    assert.equal(await rows().count(), 201);
    assert.equal(await nameOf(0), "1 ·return 44.5 %");
    assert.match(await nameOf(200), /^300 others \d+\.\d %$/);
    assert.equal(await view.locator(".before-bar, .drawn-mark").count(), 0);
  });

  it("draws bars on a track of 0 to 100 %, before and after", async () => {
    await show({...chain, draws: null});
    const share = (css: string) =>
      rows()
        .nth(0)
        .evaluate((row, selector) => {
          const element = row as unknown as {
            querySelector(css: string): {getBoundingClientRect(): {width: number}};
          };
          const width = (one: string) => element.querySelector(one).getBoundingClientRect().width;
          return width(selector) / width(".track");
        }, css);
    assert.ok(Math.abs((await share(".before-bar")) - 0.445) < 0.01);
    const after = nextWith(chain).rows[0]?.after ?? 0;
    assert.ok(after > 0.5 && Math.abs((await share(".after-bar")) - after) < 0.01);
    assert.match(await nameOf(30), /^31 ·token30 before 0\.\d+ % after 0 % taken away by top-p$/);
    assert.match((await rows().nth(60).getAttribute("title")) ?? "", /\ntaken away by top-k$/);
  });

  it("tells what each sampler leaves", async () => {
    await show({...chain, draws: null});
    const stages = nextWith(chain).stages;
    assert.deepEqual(
      stages.map(({sampler}) => sampler),
      ["topK", "topP", "temperature"]
    );
    assert.match(await text('[data-sampler="topK"] .stage'), /^40 left −\d\.\d % 2\.\d\d bits$/);
    assert.match(await text('[data-sampler="temperature"] .stage'), /^\d+ left 0 % \d\.\d\d bits$/);
    assert.equal(await text('[data-sampler="minP"] .stage'), "");
    assert.match((await view.locator(".figures").nth(1).textContent()) ?? "", /tokens left/);
  });

  it("turns samplers on and off, and changes their values", async () => {
    await show();
    await view.getByRole("checkbox", {name: "top-k"}).check();
    assert.equal((await lastOptions()).samplers.topK, 40);
    await view.getByRole("slider", {name: "top-p, p"}).fill("0.8");
    assert.equal((await lastOptions()).samplers.topP, 0.8);
    const field = view.getByRole("spinbutton", {name: "temperature, T"});
    await field.fill("0.75");
    await field.press("Enter");
    assert.equal((await lastOptions()).samplers.temperature, 0.75);
    await field.fill("-3");
    await field.press("Enter");
    assert.equal((await lastOptions()).samplers.temperature, 0);
    await field.fill("");
    await field.press("Tab");
    assert.equal(await field.inputValue(), "0");
    await view.getByRole("checkbox", {name: "top-k"}).uncheck();
    const {samplers} = await lastOptions();
    assert.ok(!samplers.order.includes("topK") && samplers.topK === 40);
    await view.getByRole("button", {name: "Turn all samplers off"}).click();
    assert.deepEqual((await lastOptions()).samplers, noSamplers);
  });

  it("has the settings of known programs, and says where they are the user's own", async () => {
    await show();
    const preset = view.getByRole("combobox", {name: "Preset"});
    assert.equal(await preset.inputValue(), "model");
    await preset.selectOption("ollamaEngine");
    const {samplers, arrangement} = await lastOptions();
    assert.deepEqual([samplers.topK, samplers.order], [40, ["topK", "temperature", "topP", "minP"]]);
    assert.equal(arrangement.length, 8);
    assert.equal(await preset.inputValue(), "ollamaEngine");
    await view.getByRole("slider", {name: "top-k, k"}).fill("7");
    assert.equal(await preset.inputValue(), "own");
    await view.getByRole("button", {name: "Turn all samplers off"}).click();
    assert.equal(await preset.inputValue(), "model");
  });

  it("puts samplers into another order by keys and by a drag", async () => {
    await show(chain);
    await view.getByRole("button", {name: "Move temperature: Alt with the arrow keys"}).press("Alt+ArrowUp");
    assert.equal((await lastOptions()).arrangement.at(-2), "temperature");
    // The focus went with it.
    await view.keyboard.press("Alt+ArrowUp");
    assert.equal((await lastOptions()).arrangement.at(-3), "temperature");
    await inBrowser.until(async () => (await text("#status")) === "temperature is now 6 of 8");
    const grip = await view.locator('[data-sampler="topK"] .grip').boundingBox();
    const target = await view.locator('[data-sampler="penalties"]').boundingBox();
    assert.ok(grip && target);
    await view.mouse.move(grip.x + 5, grip.y + 5);
    await view.mouse.down();
    await view.mouse.move(target.x + 5, target.y + 10, {steps: 5});
    await view.mouse.up();
    assert.equal((await lastOptions()).arrangement[0], "topK");
    assert.equal(await view.locator(".sampler").first().getAttribute("data-sampler"), "topK");
  });

  it("draws with a seed, and again with the next", async () => {
    await show();
    await view.getByRole("combobox", {name: "How many are drawn"}).selectOption("1000");
    await view.locator("vscode-button").click();
    assert.deepEqual((await lastOptions()).draws, {count: 1000, seed: 1});
    await show({...chain, draws: {count: 1000, seed: 1}});
    assert.match(await nameOf(0), /^1 ·return before 44\.5 % after \d+\.\d % drawn \d+$/);
    assert.match((await rows().nth(0).getAttribute("title")) ?? "", /\ndrawn \d+ of 1,000, expected \d+$/);
    assert.match(await text(".drawn-text"), /^χ²\(\d+\) = \d+\.\d, p = 0\.\d{3}$/);
    // What can't be drawn has no mark.
    const {after} = nextWith({...chain, draws: {count: 1000, seed: 1}});
    assert.equal(await view.locator(".drawn-mark").count(), after.candidates);
    await view.locator("vscode-button").getByText("Draw Again").click();
    assert.deepEqual((await lastOptions()).draws, {count: 1000, seed: 2});
    const seed = view.getByRole("spinbutton", {name: "seed"});
    await seed.fill("99");
    await seed.press("Enter");
    assert.deepEqual((await lastOptions()).draws, {count: 1000, seed: 99});
    await view.getByRole("button", {name: "Remove the draws"}).click();
    assert.equal((await lastOptions()).draws, null);
  });

  it("is moved in with the keyboard, inserts, copies, and goes back", async () => {
    await show();
    await view.locator(".list").focus();
    for (const [key, row] of [
      ["ArrowDown", 1],
      ["End", 199],
      ["ArrowDown", 199],
      ["ArrowUp", 198],
      ["Home", 0],
      ["ArrowDown", 1]
    ] as const) {
      await view.keyboard.press(key);
      assert.equal(await selected().getAttribute("id"), `row-${row}`, key);
      assert.equal(await view.locator(".list").getAttribute("aria-activedescendant"), `row-${row}`);
    }
    await view.keyboard.press("Enter");
    assert.deepEqual(await sentOf("insert"), [{type: "insert", place: 1, row: 1}]);
    await view.keyboard.press("Control+c");
    assert.deepEqual(await sentOf("copyToken"), [{type: "copyToken", place: 1, row: 1}]);
    await view.keyboard.press("Escape");
    assert.equal((await sentOf("focusEditor")).length, 1);
    await rows().nth(5).locator(".rank").click();
    assert.equal(await selected().getAttribute("id"), "row-5");
    assert.equal((await sentOf("insert")).length, 1);
    await rows().nth(2).locator("code").click();
    assert.deepEqual((await sentOf("insert")).at(-1), {type: "insert", place: 1, row: 2});
  });

  it("keeps the selected row while the samplers change, and starts again where the cursor is elsewhere", async () => {
    await show();
    await rows().nth(5).locator(".rank").click();
    await show(chain);
    assert.equal(await selected().getAttribute("id"), "row-5");
    await show(chain, {place: 2});
    assert.equal(await selected().getAttribute("id"), "row-0");
    await inBrowser.until(async () =>
      /^after '.*': '·return', 44\.5 %; entropy 3\.63 bits$/.test(await text("#status"))
    );
  });

  it("copies the table", async () => {
    await show();
    await view.getByRole("button", {name: "More"}).click();
    await view.getByRole("menuitem", {name: "Copy as JSON"}).click();
    assert.deepEqual(await sentOf("copyTable"), [{type: "copyTable", format: "json"}]);
  });

  it("copies the settings for another program, and says what that has no equivalent for", async () => {
    await show(chain);
    await view.getByRole("button", {name: "Copy as settings for …"}).click();
    await view.getByRole("menuitem", {name: "vLLM"}).click();
    assert.deepEqual(await sentOf("copySettings"), [{type: "copySettings", target: "vllm"}]);
    await inBrowser.tell({type: "settingsCopied", target: "vllm", missing: ["vLLM has no setting for DRY."]});
    await view.locator(".notice").getByText("Copied for vLLM.").waitFor();
    await view.locator(".notice").getByText("vLLM has no setting for DRY.").waitFor();
    await view.getByRole("checkbox", {name: "top-k"}).uncheck();
    assert.equal(await view.locator(".notice").count(), 0);
  });

  it("says what is missing, how far the model is loaded, and what went wrong", async () => {
    await inBrowser.tell({type: "noEditor"});
    await view.getByText("No text is open.").waitFor();
    await inBrowser.tell({type: "failed", message: "There is no such model: choose another."});
    await view.getByText("There is no such model").waitFor();
    await view.locator("vscode-button").click();
    assert.equal((await sentOf("tryAgain")).length, 1);
    await inBrowser.tell({type: "progress", progress: {stage: "load", fraction: 0.5}});
    await view.getByText("loading the model, 50 %").waitFor();
    await show();
    await inBrowser.tell({type: "progress", progress: {stage: "wait", place: 2}});
    await view.locator(".thin-progress").waitFor();
    await inBrowser.tell({type: "progress", progress: null});
    await view.locator(".thin-progress").waitFor({state: "detached"});
  });

  it("remembers whether the samplers are open", async () => {
    await show();
    await view.getByRole("button", {name: /^Samplers/}).click();
    assert.equal(await view.locator(".sampler").count(), 0);
    assert.equal((await view.evaluate<ViewState>("JSON.parse(sessionStorage.state)")).samplersOpen, false);
    await view.reload();
    await inBrowser.until(async () => (await inBrowser.sent()).length > 0);
    await show();
    assert.equal(await view.locator(".sampler").count(), 0);
  });

  for (const [width, height] of [
    [1000, 760],
    [640, 760],
    [640, 420],
    [330, 700],
    [300, 700]
  ] as const)
    it(`gives the tokens their room at ${width} × ${height}`, async () => {
      await view.setViewportSize({width, height});
      await show({...chain, samplers: {...chain.samplers, penalties: {...noSamplers.penalties, repeat: 1.1}}});
      const list = await view.locator(".list").boundingBox();
      assert.ok(list !== null && list.height > Math.min(100, height / 5), `${list?.height}`);
      assert.ok(Number(await view.evaluate("document.documentElement.scrollWidth - innerWidth")) <= 0);
      const cut = await view.evaluate<string[]>(
        `[...document.querySelectorAll(".row .share, .stage > span, .draw-bar, .samplers-head, .others, .number-field")]
          .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > innerWidth)
          .map((one) => one.className + " " + one.textContent)`
      );
      assert.deepEqual(cut, []);
    });

  it("keeps to its policy", async () => {
    await show(chain);
    await rows().nth(3).locator(".rank").click();
    // The toolkit's own style attribute, which the policy refuses.
    const others = inBrowser.complaints.filter((complaint) => !complaint.startsWith("Applying inline style"));
    assert.deepEqual(others, []);
    assert.ok(inBrowser.complaints.length <= 1, inBrowser.complaints.join("\n"));
  });
});
