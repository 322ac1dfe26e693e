import {strict as assert} from "node:assert";
import type {Page} from "playwright-core";
import {tokenKinds} from "../../src/contract/tokenInfo";
import type {Facts, FromView, ShownModel, TokenRow, ToView, ViewState} from "../../src/features/tokenizer/protocol";
import {tokenizerPage} from "../../src/features/tokenizer/tokenizerPage";
import {webviewPage} from "../../src/host/webviewPage";
import {origin, ViewInBrowser} from "../harness/viewInBrowser";

const model: ShownModel = {name: "Some Model", file: null};

/** A vocabulary as large as Gemma's. */
const size = 262_144;

const facts: Facts = {
  size,
  kind: "bpe",
  preTokenizer: "qwen2",
  addsBos: true,
  addsEos: false,
  addsSpace: false,
  special: [
    {role: "bos", id: 1, text: "<s>"},
    {role: "eos", id: 2, text: "</s>"},
    {role: "fim_pre", id: 200_000, text: "<|fim_prefix|>"}
  ]
};

const everything = {query: "", by: "text", ignoreCase: false, kinds: tokenKinds, order: "id"} as const;

function rowOf(id: number): TokenRow {
  const special = id < 3;
  return {
    id,
    label: special ? `<${id}>` : `·t${id}`,
    written: special ? null : `Ġt${id}`,
    hex: "20 74",
    bytes: 2,
    kind: special ? "control" : "normal",
    score: null,
    merge: special ? null : {left: id + 1, right: id + 2, rank: id}
  };
}

function range(first: number, length: number): Int32Array {
  return Int32Array.from({length}, (_, i) => first + i);
}

describe("The tokenizer view", () => {
  let inBrowser: ViewInBrowser<ToView, FromView>;
  let view: Page;

  before(async () => {
    inBrowser = await ViewInBrowser.start({
      html: webviewPage(tokenizerPage, {
        script: "/tokenizer.js",
        styles: "/tokenizer.css",
        cspSource: origin,
        canFetch: false,
        nonce: "n"
      }),
      viewport: {width: 900, height: 640}
    });
    view = inBrowser.page;
  });

  after(() => inBrowser?.close());

  beforeEach(() => inBrowser.reopen());

  const tell = (message: ToView) => inBrowser.tell(message);
  const until = (holds: () => Promise<boolean>) => inBrowser.until(holds);
  const state = () => view.evaluate<ViewState>("JSON.parse(sessionStorage.state)");
  const rows = () => view.locator('[role="option"]');
  const selected = () => view.locator('[role="option"][aria-selected="true"]');
  const text = async (css: string) =>
    ((await view.locator(css).first().textContent()) ?? "").replace(/\s+/g, " ").trim();

  async function sentOf<Type extends FromView["type"]>(type: Type): Promise<Extract<FromView, {type: Type}>[]> {
    return (await inBrowser.sent()).filter(
      (message): message is Extract<FromView, {type: Type}> => message.type === type
    );
  }

  /** Answers requests for rows until the view has no more. */
  async function giveRows(): Promise<void> {
    for (let answered = 0; ; ) {
      const asked = await sentOf("rows");
      if (asked.length === answered) return;
      for (const {ids} of asked.slice(answered)) await tell({type: "rows", rows: ids.map(rowOf)});
      answered = asked.length;
      await view.evaluate("new Promise(requestAnimationFrame)");
    }
  }

  async function show(ids = range(0, size)): Promise<void> {
    await tell({type: "show", model, facts});
    await view.locator("h1").waitFor();
    await tell({type: "found", query: everything, ids});
    await until(async () => (await sentOf("rows")).length > 0 || ids.length === 0);
    await giveRows();
  }

  async function scrollTo(pixels: number): Promise<void> {
    await view.locator(".list").evaluate((list, top) => {
      (list as unknown as {scrollTop: number}).scrollTop = top;
    }, pixels);
  }

  it("says what is loaded, and what went wrong, with a way to try again", async () => {
    assert.deepEqual(await inBrowser.sent(), [{type: "ready"}]);
    await tell({type: "loading", model});
    await view.getByText("Reading the vocabulary…").waitFor();
    await tell({type: "failed", model, message: "There is no such model: choose another one."});
    await view.getByText("There is no such model").waitFor();
    await view.locator("vscode-button").click();
    assert.equal((await sentOf("tryAgain")).length, 1);
  });

  it("shows what the tokenizer is, and goes to the tokens with a role", async () => {
    await show();
    assert.equal(await text(".about"), "262,144 tokens · BPE · pre-tokenizer qwen2 · added in front: BOS");
    assert.match(await text(".role-list"), /BOS ?<s> 1 ?EOS ?<\/s> 2/);
    await view.getByText("1 more with a role").click();
    await view.getByRole("button", {name: /FIM_PRE/}).click();
    assert.equal(await selected().locator(".id").textContent(), "200000");
    await until(async () => (await state()).factsOpen);
  });

  it("draws the rows in view only, and asks for their details", async () => {
    await show();
    const drawn = await rows().count();
    assert.ok(drawn > 10 && drawn < 80, `${drawn} rows`);
    assert.equal(await rows().first().getAttribute("aria-setsize"), String(size));
    assert.equal(await rows().nth(5).getAttribute("aria-label"), "token '·t5', id 5, normal, bytes 20 74");
    assert.equal(await text(".found"), "262,144");
    for (const {ids} of await sentOf("rows")) assert.ok(ids.length <= 512);
    await scrollTo(22 * 100_000);
    await until(async () => (await rows().first().getAttribute("data-row")) !== "0");
    await giveRows();
    await view.getByText("·t100005").first().waitFor();
  });

  it("is moved in with the keyboard", async () => {
    await show();
    await view.locator(".list").focus();
    for (const [key, id] of [
      ["ArrowDown", 0],
      ["ArrowDown", 1],
      ["End", size - 1],
      ["ArrowUp", size - 2],
      ["Home", 0]
    ] as const) {
      await view.keyboard.press(key);
      assert.equal(await selected().locator(".id").textContent(), String(id), key);
      assert.equal(await view.locator(".list").getAttribute("aria-activedescendant"), `row-${id}`);
    }
    await view.keyboard.press("PageDown");
    assert.ok(Number(await selected().locator(".id").textContent()) > 5);
    await view.keyboard.press("Control+c");
    assert.equal((await sentOf("copy"))[0]?.as, "text");
  });

  it("tells all about the selected token, and goes to what it is made of", async () => {
    await show();
    await rows().nth(9).click();
    await giveRows();
    const about = await text(".details");
    assert.match(about, /·t9 Id ?9 Kind ?normal 2 bytes ?20 74 In the vocabulary ?Ġt9 Merge 9 ?·t10 \+ ·t11/);
    await view.getByRole("button", {name: "Copy the text as JSON"}).click();
    assert.deepEqual(await sentOf("copy"), [{type: "copy", id: 9, as: "json"}]);
    await view.getByRole("button", {name: "Go to ·t11, id 11"}).click();
    assert.equal(await selected().locator(".id").textContent(), "11");
  });

  it("searches while one types, by what is chosen", async () => {
    await show();
    await view.locator("#search input").fill("e2 96");
    await view.locator("select").first().selectOption("bytes");
    await view.locator("select").nth(1).selectOption("control");
    const last = (await sentOf("search")).at(-1);
    assert.deepEqual(last?.query, {...everything, query: "e2 96", by: "bytes", kinds: ["control"]});
    assert.equal(await view.getByRole("checkbox", {name: "Match case"}).isDisabled(), true);
    await tell({type: "found", query: everything, ids: range(7, 3)});
    await until(async () => (await rows().count()) === 3);
    assert.equal(await text(".found"), "3 of 262,144");
  });

  it("says that nothing matches, and why a search can't be made", async () => {
    await show(new Int32Array());
    await view.getByText("No token matches.").waitFor();
    await tell({type: "noSearch", query: everything, message: "This is no regular expression: correct it."});
    await view.getByText("This is no regular expression: correct it.").waitFor();
    assert.equal(await view.getByText("No token matches.").count(), 0);
  });

  it("shows the tokens of a text, with what stands in front", async () => {
    await show();
    const scratch = {text: "hello", special: false};
    await view.locator("textarea").fill(scratch.text);
    assert.deepEqual((await sentOf("tokenize")).at(-1)?.scratch, scratch);
    await tell({type: "tokens", scratch, ids: Int32Array.of(50, 60_000, 50), characters: 5});
    await giveRows();
    assert.deepEqual(await view.locator(".chip").allInnerTexts(), ["<1> 1", "·t50 50", "·t60000 60000", "·t50 50"]);
    assert.equal(await text(".scratch-line [role=status]"), "3 tokens, 1.67 characters each");
    await view.locator(".chip").nth(2).click();
    assert.equal(await selected().locator(".id").textContent(), "60000");
    await view.keyboard.press("ArrowRight");
    assert.equal(await view.evaluate("document.activeElement.textContent.trim()"), "·t50 50");
  });

  it("goes to a token that the search has not found", async () => {
    await show(range(5, 10));
    await view.getByRole("button", {name: /^Go to EOS/}).click();
    assert.deepEqual((await sentOf("search")).at(-1)?.query, everything);
    await tell({type: "found", query: everything, ids: range(0, size)});
    await until(async () => (await selected().count()) === 1);
    assert.equal(await selected().locator(".id").textContent(), "2");
  });

  it("finds its state again after a reload", async () => {
    await show();
    await view.locator("#search input").fill("abc");
    await view.locator("textarea").fill("text");
    await rows().nth(4).click();
    await scrollTo(22 * 5000);
    await until(async () => {
      const {selected, query, scroll} = await state();
      return selected === 4 && query.query === "abc" && scroll === 22 * 5000;
    });
    await view.reload();
    await until(async () => (await inBrowser.sent()).length > 0);
    await tell({type: "show", model, facts});
    await view.locator("textarea").waitFor();
    assert.equal(await view.locator("textarea").inputValue(), "text");
    assert.deepEqual((await sentOf("search"))[0]?.query, {...everything, query: "abc"});
    assert.deepEqual((await sentOf("tokenize"))[0]?.scratch.text, "text");
    await tell({type: "found", query: everything, ids: range(0, size)});
    await until(async () => (await view.locator('[data-row="5000"]').count()) === 1);
  });

  for (const [width, height] of [
    [1000, 640],
    [680, 480],
    [380, 640]
  ] as const)
    it(`gives the list its room at ${width} × ${height}`, async () => {
      await view.setViewportSize({width, height});
      await show();
      const list = await view.locator(".list").boundingBox();
      assert.ok(list !== null && list.height > height * 0.35, `${list?.height}`);
      const overflow = await view.evaluate("document.documentElement.scrollWidth - innerWidth");
      assert.ok(Number(overflow) <= 0);
    });

  it("keeps to its policy", async () => {
    await show();
    await view.locator("#search input").fill("a");
    await view.locator("textarea").fill("text");
    // The toolkit's own style attribute, which the policy refuses.
    const others = inBrowser.complaints.filter((complaint) => !complaint.startsWith("Applying inline style"));
    assert.deepEqual(others, []);
    assert.ok(inBrowser.complaints.length <= 1, inBrowser.complaints.join("\n"));
  });
});
