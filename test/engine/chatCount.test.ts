import {strict as assert} from "node:assert";
import {readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import type {ChatCount, CountChatParams} from "../../src/contract/chat";
import {withChatTemplates} from "../harness/chatModel";
import {chats} from "../harness/chats";
import {llamaSource} from "../harness/llamaSource";
import {root} from "../harness/paths";
import {thorough} from "../harness/thorough";
import {demonstration, Engine, spec} from "./engine";
import {temporaryFolder} from "./modelCopies";
import {vocabularyFile} from "./vocabularyFiles";

/** What llama-server has answered (bench/chatTemplates.mjs --record): counts of tokens, null where it refuses a chat. */
interface Recorded {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly templates: Readonly<
    Record<string, {readonly vocabulary: string; readonly chats: Readonly<Record<string, number | null>>}>
  >;
}

const {now, templates}: Recorded = JSON.parse(
  readFileSync(path.join(root, "test/fixtures/chatTemplates.json"), "utf8")
);

/** Each vocabulary takes a second to load, and each chat a process: so not all of them every time. */
const comparedTemplates = Object.entries(templates).filter(
  ([name]) => thorough || /Qwen2\.5|Qwen3-0|Llama-3\.1|Nemo|gemma-2|Phi-3\.5|command-r7b|gpt-oss/.test(name)
);
const comparedChats = (Object.keys(chats) as (keyof typeof chats)[]).filter(
  (chat) => thorough || ["turns", "parts", "special", "toolAnswer"].includes(chat)
);

const chatml =
  "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}" +
  "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

function sum({messages, template, tools, generationPrompt}: ChatCount): number {
  return messages.reduce((all, {tokens}) => all + (tokens ?? 0), template + (tools ?? 0) + (generationPrompt ?? 0));
}

describe("Tokens of a chat", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  const engine = new Engine();
  afterEach(() => engine.retain([]));
  let files = 0;

  /** Counts with a template on a vocabulary. */
  async function count(
    params: Omit<CountChatParams, "model">,
    templates: Parameters<typeof withChatTemplates>[1] = {standard: chatml},
    vocabulary = demonstration,
    signal?: AbortSignal
  ): Promise<ChatCount> {
    const file = path.join(folder.path, `${++files}.gguf`);
    writeFileSync(file, withChatTemplates(readFileSync(vocabulary), templates));
    return await engine.ask("countChat", {model: spec(file), ...params}, signal ? {signal} : {});
  }

  for (const [name, recorded] of comparedTemplates)
    it(`${name}: are as many as llama-server's`, async () => {
      const standard = readFileSync(path.join(llamaSource("models"), "templates", `${name}.jinja`), "utf8");
      const file = path.join(folder.path, "recorded.gguf");
      writeFileSync(file, withChatTemplates(readFileSync(vocabularyFile(recorded.vocabulary)), {standard}));
      const counted: Record<string, number | null> = {};
      for (const chat of comparedChats) {
        const params = {model: spec(file), text: JSON.stringify(chats[chat]), form: "json", now} as const;
        const result = await engine.ask("countChat", params).catch((error: {kind?: string}) => {
          assert.equal(error.kind, "chatRefused", `${chat}: ${String(error)}`);
          return null;
        });
        counted[chat] = result?.count ?? null;
        if (result) assert.equal(sum(result), result.count, chat);
      }
      assert.deepEqual(counted, Object.fromEntries(comparedChats.map((chat) => [chat, recorded.chats[chat]])));
    });

  it("are told apart by message, tools, answer and template", async () => {
    const tools = `{% if tools %}TOOLS{% for tool in tools %}{{ tool | tojson }}{% endfor %}\n{% endif %}{{ bos_token }}${chatml}`;
    const body = {...chats.tools, tools: chats.tools.tools};
    const result = await count({text: JSON.stringify(body), form: "json"}, {standard: tools});
    const lone = async (text: string): Promise<number> =>
      (await engine.ask("tokenize", {text, special: true})).ids.length;
    const [system, user] = chats.tools.messages;
    assert.deepEqual(
      result.messages.map(({role, tokens}) => [role, tokens]),
      [
        ["system", await lone(system.content)],
        ["user", await lone(user.content)]
      ]
    );
    assert.ok((result.tools ?? 0) > 100);
    assert.equal(result.generationPrompt, await lone("<|im_start|>assistant\n"));
    assert.equal(sum(result), result.count);
    const text = JSON.stringify(body);
    assert.deepEqual(
      result.messages.map(({start, end}) => JSON.parse(text.slice(start, end))),
      body.messages
    );
  });

  it("have BOS once, whether the template writes it or not", async () => {
    const params = {text: "a", form: "text"} as const;
    const without = await count(params, {standard: "{{ messages[0].content }}"});
    const written = await count(params, {standard: "{{ bos_token }}{{ messages[0].content }}"});
    assert.equal(without.model.addsBos, true);
    assert.equal(without.count, 2);
    assert.deepEqual([written.count, written.rendered], [without.count, without.rendered]);
    assert.deepEqual([without.template, without.messages[0]?.tokens], [1, 1]);
  });

  it("are those of the template for tools, where there is one and the chat has tools", async () => {
    const both = {standard: "standard", toolUse: "for tools"};
    const text = (body: object): CountChatParams => ({text: JSON.stringify(body), form: "json"}) as CountChatParams;
    assert.match((await count(text(chats.tools), both)).rendered, /for tools$/);
    assert.match((await count(text(chats.user), both)).rendered, /standard$/);
    assert.match((await count(text(chats.user), {toolUse: "for tools"})).rendered, /for tools$/);
  });

  it("follow the date that the template writes, and say which", async () => {
    const params = {text: "a", form: "text", now: new Date(2024, 0, 31).getTime()} as const;
    const dated = await count(params, {standard: "{{ strftime_now('%d %B %Y') }}{{ messages[0].content }}"});
    assert.equal(dated.date, "2024-01-31");
    assert.match(dated.rendered, /31 January 2024a$/);
    assert.equal((await count(params, {standard: "{{ date_string }}"})).date, "2024-01-31");
    assert.equal((await count(params)).date, null);
  });

  it("are null for a message that the template changes, and 0 for one that it leaves out", async () => {
    const params = {text: "Hello there", form: "text"} as const;
    const changed = await count(params, {
      standard: "{{ messages[0].content | upper }}{{ messages[0].content | length }}"
    });
    assert.equal(changed.messages[0]?.tokens, null);
    assert.equal(changed.template, changed.count);
    assert.equal((await count(params, {standard: "nothing"})).messages[0]?.tokens, 0);
  });

  it("warn of special tokens in a message", async () => {
    const {warnings} = await count({text: "Say <|endoftext|>.", form: "text"});
    assert.match(warnings[0] ?? "", /^Message 1 has the name of a special token/);
    assert.deepEqual((await count({text: "Say nothing.", form: "text"})).warnings, []);
  });

  it("are not guessed for a model without a chat template", async () => {
    for (const templates of [{}, {standard: " "}])
      await assert.rejects(count({text: "a", form: "text"}, templates), {
        kind: "noChatTemplate",
        message: /has no chat template/
      });
  });

  it("point at what is wrong in a prompt file", async () => {
    await assert.rejects(count({text: '{"messages": [\n  {"role": "user"}]}', form: "json"}), {
      kind: "badPrompt",
      message: /Line 2, column 3: the message has no "content"\./
    });
  });
});

describe("A chat template", () => {
  const folder = temporaryFolder();
  const engine = new Engine();
  after(() => {
    engine.retain([]);
    folder.remove();
  });

  async function run(standard: string, signal?: AbortSignal): Promise<ChatCount> {
    const file = path.join(folder.path, "hostile.gguf");
    writeFileSync(file, withChatTemplates(readFileSync(demonstration), {standard}));
    engine.retain([]);
    return await engine.ask("countChat", {model: spec(file), text: "a", form: "text"}, signal ? {signal} : {});
  }

  const doubling = (text: string, end: string) =>
    `{% set ns = namespace(x='${text}') %}{% for i in range(26) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}${end}`;
  const endless =
    "{% for i in range(10000) %}{% for j in range(10000) %}{% for k in range(10000) %}{% endfor %}{% endfor %}{% endfor %}";

  for (const [what, template, message] of [
    ["loops", endless, /stopped after 5 seconds/],
    ["writes without end", `${endless.replace("{% endfor %}", "aaaaaaaa{% endfor %}")}`, /stopped/],
    ["doubles a text", doubling("aaaaaaaa", "{{ ns.x }}"), /stopped|can't be run/],
    ["takes more memory than there is", doubling("ああああ", "{{ ns.x | upper }}"), /stopped|can't be run/],
    ["makes a list of a thousand million", "{% for i in range(1000000000) %}a{% endfor %}", /stopped/],
    ["calls itself", "{% macro f(f, a) %}{{ f(f, a) }}{% endmacro %}{{ f(f, 1) }}", /can't be run/],
    ["is nested too deep", `{{ ${"(".repeat(100_000)}1${")".repeat(100_000)} }}`, /can't be run/],
    ["is not Jinja", "{% if %}", /can't be run/],
    ["indents a lot", "{{ 'a\nb' | indent(500000000) }}", /stopped|can't be run/]
  ] as const)
    it(`that ${what} is refused in time`, async () => {
      await assert.rejects(run(template), {kind: "chatTemplateFailed", message});
    });

  it("that refuses the messages is quoted, without links and icons", async () => {
    await assert.rejects(run("{{ raise_exception('No [x](command:y) $(z) \\u202e') }}"), (error: Error) => {
      assert.equal((error as {kind?: string}).kind, "chatRefused");
      assert.match(error.message, /does not take these messages \(No \[x\] \(command:y\) \$ \(z\)/);
      return true;
    });
  });

  it("that loops is stopped when nobody waits for it any more", async () => {
    const controller = new AbortController();
    const counting = run(endless, controller.signal);
    setTimeout(() => controller.abort(), 300);
    await assert.rejects(counting, {name: "AbortError"});
  });

  it("has nothing of JavaScript", async () => {
    const {rendered} = await run(
      "{{ process }}{{ globalThis }}{{ messages.constructor }}{{ messages[0].__proto__ }}{{ range.constructor }}{{ ''.constructor }}."
    );
    assert.match(rendered, /\.$/);
    assert.doesNotMatch(rendered, /function|object|native/);
  });
});
