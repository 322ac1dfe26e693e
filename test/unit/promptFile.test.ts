import {strict as assert} from "node:assert";
import fc from "fast-check";
import {parsePlacedJson, plainValue, TextProblemAt} from "../../src/text/placedJson";
import {type Prompt, parsePrompt} from "../../src/text/promptFile";
import {cases} from "../harness/thorough";

/** Where a text is wrong, as the text from there on, and what is said of it. */
function problem(text: string): readonly [rest: string, message: string] {
  try {
    parsePrompt(text, "json");
  } catch (error) {
    if (error instanceof TextProblemAt) return [text.slice(error.offset), error.message];
    throw error;
  }
  throw new assert.AssertionError({message: `nothing is wrong in ${text}`});
}

const said = ({messages}: Prompt): unknown => messages.map(({role, content}) => [role, content]);

describe("JSON with places", () => {
  it("is read as JSON.parse reads it", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2, "\t"), (text, indentation) => {
        const written = JSON.stringify(JSON.parse(text), null, indentation);
        assert.deepEqual(plainValue(parsePlacedJson(written)), JSON.parse(written));
      }),
      {seed: 16, numRuns: cases(200, 10_000)}
    );
  });

  it("is wrong where JSON.parse says so", () => {
    const broken = fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...'{}[]",:\\ 0-tn\n\0')).map(([text, at, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + 1);
    });
    fc.assert(
      fc.property(fc.oneof(broken, fc.string()), (text) => {
        let expected: unknown = TextProblemAt;
        try {
          expected = JSON.parse(text);
        } catch {}
        try {
          assert.deepEqual(plainValue(parsePlacedJson(text)), expected);
        } catch (error) {
          if (!(error instanceof TextProblemAt)) throw error;
          assert.equal(expected, TextProblemAt, text);
          assert.ok(error.offset >= 0 && error.offset <= text.length);
        }
      }),
      {seed: 16, numRuns: cases(500, 20_000)}
    );
  });

  it("takes long strings, and says where there are too many values in each other", () => {
    const long = `"${'\\"x'.repeat(1_000_000)}"`;
    assert.equal(plainValue(parsePlacedJson(long)), JSON.parse(long));
    assert.throws(() => parsePlacedJson("[".repeat(100_000)), TextProblemAt);
  });
});

describe("A prompt file", () => {
  it("in Markdown is one message, without its front matter", () => {
    const head = "---\r\nmode: agent\ntools: ['search']\n--- \n";
    const {messages, notes} = parsePrompt(`${head}\nExplain.\n---\n`, "markdown");
    assert.deepEqual(messages, [
      {role: "user", content: "\nExplain.\n---\n", toolCalls: [], start: head.length, end: head.length + 14}
    ]);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /tools that it names/);
    assert.match(parsePrompt("---\na: b\n---\nx", "markdown").notes[0] ?? "", /^The front matter is not counted/);
  });

  it("in Markdown without front matter, or without its end, is all counted", () => {
    for (const text of ["", "# Title\n---\n", "---\nno end", "--- x\n---\n", " ---\na\n---\n"])
      assert.deepEqual(said(parsePrompt(text, "markdown")), [["user", text]]);
    assert.deepEqual(said(parsePrompt("---\n---", "markdown")), [["user", ""]]);
  });

  it("says that references are counted as they are written", () => {
    for (const text of ["Look at #file:a.ts", "Use \u0024{input:name}"])
      assert.match(parsePrompt(text, "markdown").notes[0] ?? "", /^References/);
    assert.deepEqual(parsePrompt("# files, a#file, $5", "markdown").notes, []);
  });

  it("as plain text is one message", () => {
    const text = "---\na: b\n---\n{}";
    assert.deepEqual(said(parsePrompt(text, "text")), [["user", text]]);
  });

  it("in JSON has messages with their places", () => {
    const first = '{"role":"system","content":"Be brief."}';
    const second = '{"content": [{"type": "text", "text": "a"}, {"type": "image_url"}, "b"], "role": "user"}';
    for (const text of [`[${first}, ${second}]`, `{"model": "x", "messages": [${first},\n${second}], "tools": null}`]) {
      const prompt = parsePrompt(text, "json");
      assert.deepEqual(said(prompt), [
        ["system", "Be brief."],
        ["user", ["a", "b"]]
      ]);
      assert.deepEqual(
        prompt.messages.map(({start, end}) => text.slice(start, end)),
        [first, second]
      );
      assert.deepEqual(prompt.notes, ["Message 2 has parts that are not text, such as images: they are not counted."]);
    }
  });

  it("in JSON has tools and calls of them, in OpenAI's two ways of writing", () => {
    const parameters = {type: "object", properties: {a: {type: "string"}}};
    const {messages, tools} = parsePrompt(
      JSON.stringify({
        messages: [
          {
            role: "assistant",
            content: null,
            reasoning_content: "Hm.",
            tool_calls: [
              {id: "1", type: "function", function: {name: "f", arguments: '{"a": 1}'}},
              {name: "g", arguments: {b: 2}},
              {function: {name: "h"}}
            ]
          },
          {role: "tool", tool_call_id: "1", name: "f", content: "x"}
        ],
        tools: [
          {type: "function", function: {name: "f", description: "d", parameters}},
          {type: "function", name: "g"}
        ]
      }),
      "json"
    );
    assert.deepEqual(messages[0]?.toolCalls, [
      {id: "1", name: "f", arguments: '{"a": 1}'},
      {name: "g", arguments: '{"b":2}'},
      {name: "h", arguments: "{}"}
    ]);
    assert.equal(messages[0]?.content, "");
    assert.equal(messages[0]?.reasoning, "Hm.");
    assert.equal(messages[1]?.toolCallId, "1");
    assert.deepEqual(tools, [
      {name: "f", description: "d", parameters: JSON.stringify(parameters)},
      {name: "g", description: "", parameters: "{}"}
    ]);
  });

  it("says what is wrong in JSON, and where", () => {
    const list = 'a list "messages" with at least one message is expected';
    for (const [text, rest, message] of [
      ["{}", "{}", list],
      ['{"messages": []}', "[]}", list],
      ['{"messages": 1}', "1}", list],
      ["", "", "a value is expected here"],
      ['[{"role": "user" "content"', '"content"', "a comma or a closing brace is expected here"],
      ['[{"role": "user", content', "content", "a name in quotes is expected here"],
      ['[{"role" "user"', '"user"', "a colon is expected here"],
      ['[{"role": "user"}', "", "a comma or a closing bracket is expected here"],
      ["[1] x", "x", "the JSON has ended before this"],
      ['["a', '"a', "this string has no end"],
      ['["a\nb"]', '"a\nb"]', "this string has a line end in it, or a character that must be escaped"],
      ["[1]", "1]", 'the message has no "role"'],
      ['[{"role": 1}]', "1}]", '"role" is not a text'],
      ['[{"role": "user"}]', '{"role": "user"}]', 'the message has no "content"'],
      ['[{"role": "user", "content": 1}]', "1}]", '"content" is neither a text nor a list of parts'],
      ['[{"role": "a", "tool_calls": {}}]', "{}}]", '"tool_calls" is not a list'],
      ['[{"role": "a", "tool_calls": [{}]}]', "{}]}]", 'the tool call has no "name"'],
      ['[{"role": "a", "tool_calls": [{"name": "f", "arguments": "x"}]}]', '"x"}]}]', '"arguments" is not JSON'],
      ['{"messages": [{"role": "a", "content": ""}], "tools": {}}', "{}}", '"tools" is not a list'],
      ['{"messages": [{"role": "a", "content": ""}], "tools": [{}]}', "{}]}", 'the tool has no "name"']
    ] as const)
      assert.deepEqual(problem(text), [rest, message]);
  });

  it("may be any text: it is a prompt, or it is said what is wrong", () => {
    const messages = fc.record(
      {
        role: fc.oneof(fc.string(), fc.jsonValue({maxDepth: 1})),
        content: fc.oneof(fc.string({unit: "binary"}), fc.jsonValue({maxDepth: 3})),
        name: fc.jsonValue({maxDepth: 0}),
        tool_calls: fc.jsonValue({maxDepth: 3})
      },
      {requiredKeys: []}
    );
    const text = fc.oneof(
      fc.string({unit: "binary"}),
      fc.json(),
      fc.record({messages: fc.array(messages), tools: fc.jsonValue()}).map((value) => JSON.stringify(value)),
      fc.string().map((rest) => `---\n${rest}\n---\n${rest}`)
    );
    fc.assert(
      fc.property(text, fc.constantFrom("json", "markdown", "text"), (text, form) => {
        try {
          const {messages} = parsePrompt(text, form);
          assert.ok(messages.length > 0);
          for (const {start, end} of messages) assert.ok(0 <= start && start <= end && end <= text.length);
        } catch (error) {
          assert.ok(error instanceof TextProblemAt && form === "json", String(error));
        }
      }),
      {seed: 16, numRuns: cases(500, 20_000)}
    );
  });
});
