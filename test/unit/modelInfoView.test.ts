import {strict as assert} from "node:assert";
import type {Page} from "playwright-core";
import {modelInfoPage} from "../../src/features/modelInfo/modelInfoPage";
import type {
  FromView,
  MemoryNow,
  MetadataRow,
  ModelPage,
  ModelSource,
  TensorRow,
  ToView,
  ViewState
} from "../../src/features/modelInfo/protocol";
import {tensorGroups} from "../../src/features/modelInfo/tensorGroups";
import {webviewPage} from "../../src/host/webviewPage";
import {origin, ViewInBrowser} from "../harness/viewInBrowser";

const source: ModelSource = {uri: "file:///models/a.gguf", name: "a.gguf"};
const idle = {measures: false, completes: false};

const tensors: TensorRow[] = [
  {name: "token_embd.weight", type: "Q4_K", dimensions: [4096, 32_000], bytes: 73_728_000},
  {name: "blk.0.attn_q.weight", type: "Q4_K", dimensions: [4096, 4096], bytes: 9_437_184},
  {name: "blk.0.attn_v.weight", type: "Q6_K", dimensions: [4096, 1024], bytes: 3_440_640},
  {name: "blk.0.attn_norm.weight", type: "F32", dimensions: [4096], bytes: 16_384}
];

function page(changes: Partial<ModelPage> = {}): ModelPage {
  return {
    file: {
      name: "a.gguf",
      location: "/models/a.gguf",
      bytes: 4_368_439_584,
      parts: 1,
      local: true,
      download: false,
      reveal: "fileManager"
    },
    problem: null,
    facts: {
      name: "Some Model 7B",
      architecture: "llama",
      quantization: "Q4_K_M",
      parameters: 7_241_732_096,
      contextLength: 32_768,
      layers: 32,
      embeddingLength: 4096,
      heads: 32,
      kvHeads: 8,
      keyLength: 128,
      valueLength: 128,
      experts: {count: 8, used: 2},
      vocabularySize: 32_000,
      licence: "apache-2.0",
      tensorBytes: 4_367_000_000,
      capabilities: {complete: true, infill: true, embed: false}
    },
    details: {
      version: 3,
      rope: {dimensions: 128, base: 1_000_000, scaling: "yarn", factor: 4, originalContext: 8192},
      vocabulary: {model: "gpt2", preTokenizer: "qwen2", addsBos: true, addsEos: false},
      specialTokens: [
        {role: "bos", id: 1, text: "<s>"},
        {role: "eos", id: 99_999, text: null}
      ],
      infillTokens: [{role: "fim_pre", id: 5, text: "<PRE>"}],
      chatTemplates: [{key: "tokenizer.chat_template", name: "", text: "{{ a }}\n\t{{ b }}", cut: false}]
    },
    groups: tensorGroups(tensors),
    memory: [4096, 16_384, 32_768].map((contextSize) => ({
      contextSize,
      weights: 4_367_000_000,
      kvCache: contextSize * 131_072,
      compute: 300_000_000
    })),
    kvCache: "q8_0",
    metadata: listing([
      row("general.architecture", "llama"),
      row("llama.context_length", "32768"),
      {key: "tokenizer.ggml.tokens", itemType: "string", value: ["<unk>", "<s>", "a"], length: 32_000, cut: true},
      {key: "tokenizer.chat_template", itemType: null, value: "{{ a }}".repeat(20), length: 5000, cut: true}
    ]),
    tensors: listing(tensors),
    ...changes
  };
}

function listing<Row>(rows: readonly Row[]): {rows: readonly Row[]; total: number} {
  return {rows, total: rows.length};
}

function row(key: string, value: string): MetadataRow {
  return {key, itemType: null, value, length: null, cut: false};
}

const memory: MemoryNow = {
  device: "cuda",
  layers: 33,
  gpuLayers: 20,
  contextSize: 4096,
  contexts: 2,
  estimated: {ram: 2e9, vram: 4e9},
  free: {ram: 3e9, vram: 4e9},
  total: {ram: 16e9, vram: 8e9},
  used: {ram: 2.2e9, vram: 4.1e9},
  advice: null
};

describe("The model info view", () => {
  let inBrowser: ViewInBrowser<ToView, FromView>;
  let view: Page;

  before(async () => {
    inBrowser = await ViewInBrowser.start({
      html: webviewPage(modelInfoPage, {
        script: "/modelInfo.js",
        styles: "/modelInfo.css",
        cspSource: origin,
        canFetch: true,
        nonce: "n"
      }),
      viewport: {width: 800, height: 800},
      async answer(route, file) {
        if (file === "/whole.gguf") await route.fulfill({body: "0123456789"});
        else if (file === "/parts.gguf") {
          const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec((await route.request().headerValue("range")) ?? "") ?? [];
          await route.fulfill({status: 206, body: "0123456789".slice(Number(first), Number(last) + 1)});
        } else return false;
        return true;
      }
    });
    view = inBrowser.page;
  });

  after(() => inBrowser?.close());

  beforeEach(() => inBrowser.reopen());

  const tell = (message: ToView) => inBrowser.tell(message);
  const until = (holds: () => Promise<boolean>) => inBrowser.until(holds);
  const sent = () => inBrowser.sent();
  const state = () => view.evaluate<ViewState>("JSON.parse(sessionStorage.state)");
  const text = async (css: string) => ((await view.locator(css).textContent()) ?? "").replace(/\s+/g, " ");
  const button = (name: string) => view.locator("vscode-button").filter({hasText: name});
  const metadataRows = () => view.locator('table[aria-label="Metadata"] tbody tr');
  const tensorRows = () => view.locator('table[aria-label="Tensors"] tbody tr');

  async function show(shown: ModelPage, uses = idle): Promise<void> {
    await tell({type: "show", source, page: shown, uses});
    await view.locator("h1").waitFor();
  }

  async function facts(): Promise<Record<string, string>> {
    const pairs = await view
      .locator(".facts > div")
      .evaluateAll((all) =>
        all.map((one) => [one.querySelector("dt")?.textContent, one.querySelector("dd")?.textContent])
      );
    return Object.fromEntries(pairs);
  }

  it("says that it is ready, and that the header is read", async () => {
    assert.deepEqual(await sent(), [{type: "ready"}]);
    await tell({type: "reading", source});
    await view.getByText("Reading the model's header").first().waitFor();
    assert.equal(await text("h1"), "a.gguf");
  });

  it("shows the model's facts", async () => {
    await show(page());
    assert.equal(await text("h1"), "Some Model 7B");
    assert.equal((await text(".about")).trim(), "a.gguf · llama · Q4_K_M · 4.4 GB");
    const {Parameters: parameters, ...others} = await facts();
    assert.equal(parameters, "7,241,732,096");
    assert.deepEqual(
      [others["Context length"], others["Attention heads"], others["Experts"], others["RoPE"], others["RoPE scaling"]],
      [
        "32,768 tokens",
        "32, keys and values: 8",
        "8, at work: 2",
        "base 1,000,000, 128 dimensions",
        "yarn, by 4, from 8,192 tokens"
      ]
    );
    assert.deepEqual([others["Can"], others["Bits per parameter"]], ["complete, fill in the middle", "4.82"]);
    assert.match(await text(".tokens >> nth=0"), /bos ?1 ?<s> ?eos ?99,999 ?not in the vocabulary/);
  });

  it("leaves out what isn't known", async () => {
    await show(page({facts: null, details: null, groups: [], memory: [], metadata: listing([])}));
    assert.equal(await text("h1"), "a.gguf");
    assert.deepEqual(Object.keys(await facts()), []);
    assert.deepEqual(await view.locator("h2").allTextContents(), ["Tensors"]);
    assert.deepEqual(inBrowser.complaints.filter(unexpected), []);
  });

  it("shows what each group of tensors is stored as", async () => {
    await show(page());
    const rows = await view.locator(".groups tbody tr").allInnerTexts();
    const cells = rows.map((one) => one.replace(/\s+/g, " "));
    assert.match(cells[0] ?? "", /^Embedding Q4_K 1 131 M 4\.50 74 MB/);
    assert.match(cells[1] ?? "", /^Attention Q4_K × 1, Q6_K × 1 2 21\.0 M 4\.91 13 MB/);
    assert.match(cells[2] ?? "", /^Norms F32 1 4,096 32\.00 16 kB/);
  });

  it("shows memory by context length, and marks what is more than is free", async () => {
    await show(page());
    assert.equal(await view.locator(".memory tbody tr").count(), 3);
    assert.equal(await view.locator(".free-line").count(), 0, "nobody knows yet");
    await view.getByText("with keys and values as q8_0").waitFor();
    await tell({type: "free", free: {ram: 5e9, vram: 0}});
    await view.locator(".too-much").nth(1).waitFor();
    await tell({type: "memory", memory});
    await view.getByText("CUDA, 20 of 33 layers on it").waitFor();
    const rows = await view.locator(".memory tbody tr").evaluateAll((all) => all.map((one) => one.className));
    assert.deepEqual(rows, ["", "", "too-much"]);
    assert.match(
      await text(".memory tbody tr >> nth=2"),
      /32,768.*4\.4 GB.*4\.3 GB.*300 MB.*9\.0 GB.*More than is free now/
    );
    const {Device: device, "Really used": used, Estimated: estimated} = await facts();
    assert.deepEqual(
      [device, estimated, used],
      ["CUDA, 20 of 33 layers on it", "2.0 GB + 4.0 GB on the device", "2.2 GB + 4.1 GB on the device"]
    );
    await tell({
      type: "memory",
      memory: {...memory, used: null, device: "cpu", advice: "A smaller context would fit."}
    });
    await until(async () => (await facts())["Really used"] === "not loaded");
    assert.equal((await facts())["Device"], "CPU");
    await view.getByText("A smaller context would fit.").waitFor();
  });

  it("draws bars in the proportion of the bytes", async () => {
    await show(page());
    await tell({type: "memory", memory: {...memory, free: {ram: 4.5e9, vram: 0}}});
    await view.locator(".free-line").first().waitFor();
    const [chart, weights, cache, free] = await view
      .locator(".memory tbody tr")
      .last()
      .evaluate((row) =>
        [".stack", ".part.weights", ".part.cache", ".free-line"].map((css) => {
          const {width, left} = row.querySelector(css)?.getBoundingClientRect() ?? {width: 0, left: 0};
          return {width, left};
        })
      );
    assert.ok(chart && weights && cache && free);
    const all = 4_367_000_000 + 32_768 * 131_072 + 300_000_000;
    assert.ok(Math.abs(weights.width / chart.width - 4_367_000_000 / all) < 0.01);
    assert.ok(Math.abs(cache.width / chart.width - (32_768 * 131_072) / all) < 0.01);
    assert.ok(Math.abs((free.left + 1 - chart.left) / chart.width - 4.5e9 / all) < 0.01);
  });

  it("searches metadata by all words, in keys and values", async () => {
    await show(page());
    assert.equal(await metadataRows().count(), 4);
    await view.locator("#metadata-filter input").fill("32768 LLAMA");
    await until(async () => (await metadataRows().count()) === 1);
    assert.match((await metadataRows().textContent()) ?? "", /llama\.context_length/);
    assert.match(await text(".search >> nth=0"), /1 of 4/);
    await view.locator("#metadata-filter input").fill("<unk>");
    await until(async () => /tokenizer\.ggml\.tokens/.test((await metadataRows().textContent()) ?? ""));
    assert.match((await metadataRows().textContent()) ?? "", /32,000 × string:.*<unk>, <s>, a, …/);
  });

  it("has search boxes that are named for screen readers, and that Escape empties", async () => {
    await show(page());
    const box = view.getByRole("searchbox", {name: "Search metadata", exact: true});
    await box.fill("32768");
    await until(async () => (await metadataRows().count()) === 1);
    await box.press("Escape");
    await until(async () => (await metadataRows().count()) === 4);
    assert.equal(await box.inputValue(), "");
    assert.equal(await view.getByRole("searchbox").count(), 2);
  });

  it("searches tensors by name and type", async () => {
    await show(page());
    await view.locator("#tensors-filter input").fill("attn q6_k");
    await until(async () => (await tensorRows().count()) === 1);
    assert.match((await tensorRows().textContent()) ?? "", /blk\.0\.attn_v\.weight\s*Q6_K\s*4,096 × 1,024\s*3\.4 MB/);
  });

  it("draws some of tens of thousands of rows, and more when asked for", async () => {
    const many = Array.from({length: 20_000}, (_, index) => row(`some.key.${index}`, `value ${index}`));
    await show(page({metadata: {rows: many, total: 50_000}}));
    assert.equal(await metadataRows().count(), 100);
    assert.match(await text(".search >> nth=0"), /the first 20,000 of 50,000/);
    await view.getByRole("button", {name: "Show 400 more of 19,900"}).click();
    await until(async () => (await metadataRows().count()) === 500);
    await view.locator("#metadata-filter input").fill("19999");
    await until(async () => (await metadataRows().count()) === 1);
  });

  it("shows the whole of a long value when asked, and copies it", async () => {
    await show(page());
    const template = metadataRows().last();
    await template.hover();
    await view.getByRole("button", {name: "More of tokenizer.chat_template"}).click();
    assert.deepEqual((await sent()).at(-1), {type: "value", key: "tokenizer.chat_template"});
    await tell({type: "value", key: "tokenizer.chat_template", text: "first\n\tsecond \u202e", cut: true});
    await template.locator("pre").waitFor();
    assert.equal(await template.locator("pre").textContent(), "first\n\tsecond \\u{202e}…");
    await view.getByRole("button", {name: "Less of tokenizer.chat_template"}).click();
    await until(async () => (await template.locator("pre").count()) === 0);
    await view.getByRole("button", {name: "Copy the value of tokenizer.chat_template"}).click();
    assert.deepEqual((await sent()).at(-1), {type: "copyValue", key: "tokenizer.chat_template"});
  });

  it("keeps the chat template closed until it is asked for", async () => {
    await show(page());
    assert.ok(!(await view.locator(".template pre").isVisible()));
    await view.locator(".template summary").focus();
    await view.keyboard.press("Enter");
    await view.locator(".template pre").waitFor();
    assert.equal(await view.locator(".template pre").textContent(), "{{ a }}\n\t{{ b }}");
  });

  it("has buttons for what can be done with the model", async () => {
    await show(page());
    for (const [name, type] of [
      ["Use This Model", "useModel"],
      ["Reveal in File Manager", "reveal"],
      ["Copy as JSON", "copyJson"],
      ["Read Again", "readAgain"]
    ] as const) {
      await button(name).click();
      assert.deepEqual((await sent()).at(-1), {type});
    }
    await tell({type: "uses", uses: {measures: true, completes: false}});
    await view.getByText("In use: it measures.").waitFor();
    assert.equal(await button("Use This Model").count(), 0);
    await show(page({file: {...page().file, local: false, download: true, reveal: null}}));
    await button("Download…").click();
    assert.deepEqual((await sent()).at(-1), {type: "download"});
    await until(async () => (await button("Reveal in File Manager").count()) === 0);
  });

  it("says what is wrong with a file above what could be read of it", async () => {
    await show(page({problem: "The file is incomplete or damaged: get it again."}));
    await view.getByRole("alert").getByText("The file is incomplete or damaged").waitFor();
    assert.equal(await text("h1"), "Some Model 7B");
  });

  it("says why there is nothing to show, with a way out", async () => {
    await tell({type: "failed", source, message: "This is no GGUF file: choose another.", canCopy: false});
    await view.getByRole("alert").getByText("This is no GGUF file").waitFor();
    assert.equal(await button("Save a Copy…").count(), 0);
    await button("Read Again").click();
    assert.deepEqual((await sent()).at(-1), {type: "readAgain"});
    await tell({type: "failed", source, message: "Too large", canCopy: true});
    await button("Save a Copy…").click();
    assert.deepEqual((await sent()).at(-1), {type: "saveCopy"});
    await until(async () => (await view.evaluate("sessionStorage.state")) !== undefined);
    assert.equal((await state()).uri, source.uri, "it is tried again after a reload");
  });

  it("takes every text out of a file as text, whatever it holds", async () => {
    const hostile = "</script><img src=x onerror=alert(1)>\x1b[31m\u202e\0\ud800";
    const seen = "</script><img src=x onerror=alert(1)>␛[31m\\u{202e}␀\\u{d800}";
    const {facts: known, details} = page();
    assert.ok(known && details);
    await show(
      page({
        file: {...page().file, name: hostile, location: hostile},
        problem: hostile,
        facts: {...known, name: hostile, architecture: hostile, quantization: hostile, licence: hostile},
        details: {
          ...details,
          rope: {...details.rope, scaling: hostile},
          vocabulary: {...details.vocabulary, model: hostile, preTokenizer: hostile},
          specialTokens: [{role: hostile, id: 1, text: hostile}],
          chatTemplates: [{key: "t", name: hostile, text: hostile, cut: false}]
        },
        groups: tensorGroups([{name: hostile, type: hostile, dimensions: [1], bytes: 1}]),
        metadata: listing([
          row(hostile, hostile),
          {key: "list", itemType: "string", value: [hostile], length: 1, cut: false}
        ]),
        tensors: listing([{name: hostile, type: hostile, dimensions: [1], bytes: 1}])
      })
    );
    assert.equal(await view.locator("img, main script").count(), 0);
    assert.ok(!inBrowser.complaints.some((complaint) => complaint.startsWith("dialog")));
    assert.equal(await view.locator("h1").textContent(), seen);
    await view.locator(".template summary").click();
    const all = (await view.locator("main").textContent()) ?? "";
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    assert.doesNotMatch(all, /[\x00\x1b\u202e\ud800]/);
    assert.ok(all.split(seen).length > 12);
  });

  it("keeps its width when it is narrow, whatever texts are long", async () => {
    await view.setViewportSize({width: 300, height: 700});
    const long = "x".repeat(300);
    const {facts: known} = page();
    assert.ok(known);
    await show(
      page({
        file: {...page().file, name: long, location: `/${long}`},
        facts: {...known, name: long, licence: long},
        metadata: listing([row(long, long)]),
        tensors: listing([{name: long, type: "Q4_K", dimensions: [1, 2, 3, 4], bytes: 1}])
      })
    );
    await tell({type: "memory", memory});
    await view.locator(".free-line").first().waitFor();
    assert.equal(await view.evaluate("document.documentElement.scrollWidth"), 300);
  });

  it("reads parts of a file of another machine, and never a whole one", async () => {
    const ask = (request: number, file: string) =>
      tell({type: "readPiece", request, url: `${origin}/${file}`, offset: 3, length: 4});
    await ask(1, "parts.gguf");
    await until(async () => (await sent()).length === 2);
    assert.equal(await view.evaluate("new TextDecoder().decode(sent[1].bytes)"), "3456");
    await ask(2, "whole.gguf");
    await until(async () => (await sent()).length === 3);
    assert.deepEqual((await sent())[2], {type: "noPiece", request: 2});
  });

  it("obeys its Content-Security-Policy but for the toolkit's one style element", async () => {
    await show(page());
    await tell({type: "memory", memory});
    await view.locator("#metadata-filter input").fill("a");
    assert.deepEqual(inBrowser.complaints.filter(unexpected), []);
    assert.ok(inBrowser.complaints.length <= 1, inBrowser.complaints.join("\n"));
  });

  it("finds its filters and its place again after it was hidden", async () => {
    const many = Array.from({length: 150}, (_, index) => row(`some.key.${index}`, "x"));
    await show(page({metadata: listing(many)}));
    await view.locator("#metadata-filter input").fill("some");
    await until(async () => {
      // The list may get its height after the filter has its text.
      await view.evaluate("scrollTo(0, 700)");
      return (await state()).filters.metadata === "some" && (await state()).scroll === 700;
    });
    assert.equal((await state()).uri, source.uri);
    await view.reload();
    await show(page({metadata: listing(many)}));
    assert.equal(await view.locator("#metadata-filter input").inputValue(), "some");
    await until(async () => (await view.evaluate("scrollY")) === 700);
  });

  it("keeps the page while the file is read again", async () => {
    await show(page());
    await tell({type: "reading", source});
    await view.locator("#metadata-filter input").fill("llama");
    await until(async () => (await metadataRows().count()) === 2);
    await show(page());
    assert.equal(await metadataRows().count(), 2);
  });
});

function unexpected(complaint: string): boolean {
  return !complaint.startsWith("Applying inline style");
}
