import {strict as assert} from "node:assert";
import fc from "fast-check";
import {readCountInput} from "../../src/features/agentTool/countInput";
import {maxTextLength, readPerplexityInput} from "../../src/features/agentTool/perplexityInput";
import {mostSurprisingLines, mostSurprisingTokens} from "../../src/features/agentTool/surprising";
import {ToolInputError} from "../../src/features/agentTool/toolInput";

describe("An agent's input", () => {
  it("is a text, or a file with lines and context", () => {
    assert.deepEqual(readPerplexityInput({text: "a"}), {of: "text", text: "a"});
    assert.deepEqual(readPerplexityInput({text: "a", filePath: null, startLine: null, context: false}), {
      of: "text",
      text: "a"
    });
    assert.deepEqual(readPerplexityInput({filePath: "a.ts"}), {
      of: "file",
      path: "a.ts",
      startLine: undefined,
      endLine: undefined,
      context: false
    });
    assert.deepEqual(readPerplexityInput({filePath: "a.ts", startLine: 2, endLine: 2, context: true, more: 1}), {
      of: "file",
      path: "a.ts",
      startLine: 2,
      endLine: 2,
      context: true
    });
  });

  for (const [input, message] of [
    [undefined, /object/],
    [null, /object/],
    ["text", /object/],
    [["text"], /object/],
    [{}, /either/],
    [{text: null}, /either/],
    [{text: "a", filePath: "b"}, /either/],
    [{text: ""}, /not empty/],
    [{text: 5}, /string/],
    [{text: {toString: () => "a"}}, /string/],
    [{text: "a", startLine: 1}, /cut the text/],
    [{text: "a", context: true}, /context/],
    [{filePath: 5}, /path/],
    [{filePath: ""}, /path/],
    [{filePath: "a\0b"}, /path/],
    [{filePath: "a".repeat(5000)}, /path/],
    [{filePath: "a", startLine: 0}, /startLine/],
    [{filePath: "a", startLine: 1.5}, /startLine/],
    [{filePath: "a", startLine: "1"}, /startLine/],
    [{filePath: "a", endLine: Number.POSITIVE_INFINITY}, /endLine/],
    [{filePath: "a", endLine: 1e300}, /endLine/],
    [{filePath: "a", startLine: 3, endLine: 2}, /endLine/],
    [{filePath: "a", context: "yes"}, /context/],
    [{text: "a".repeat(maxTextLength + 1)}, /too long/]
  ] as const)
    it(`that is ${JSON.stringify(input)?.slice(0, 60)} is refused in a sentence`, () => {
      assert.throws(
        () => readPerplexityInput(input),
        (error: unknown) =>
          error instanceof ToolInputError && message.test(error.message) && /^[A-Z`].*\.$/.test(error.message)
      );
    });

  it("is read or refused, whatever it is", () => {
    const keys = fc.constantFrom("text", "filePath", "startLine", "endLine", "context", "__proto__");
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(keys, fc.anything())), (input) => {
        try {
          readPerplexityInput(input);
        } catch (error) {
          assert.ok(error instanceof ToolInputError, String(error));
        }
      }),
      {seed: 20261122}
    );
  });
});

describe("An agent's input for a count", () => {
  it("is a text, a file or a folder", () => {
    assert.deepEqual(readCountInput({text: "a"}), {of: "text", text: "a", chat: false});
    assert.deepEqual(readCountInput({text: "a", filePath: null, as: "chat"}), {of: "text", text: "a", chat: true});
    assert.deepEqual(readCountInput({filePath: "a.md", as: "plain"}), {of: "file", path: "a.md", chat: false});
    assert.deepEqual(readCountInput({folderPath: ".", as: null, more: 1}), {of: "folder", path: "."});
    const long = "a".repeat(maxTextLength + 1);
    assert.deepEqual(readCountInput({text: long}), {of: "text", text: long, chat: false});
  });

  for (const [input, message] of [
    [undefined, /object/],
    [[], /object/],
    [{}, /one of/],
    [{text: "a", filePath: "b"}, /one of/],
    [{filePath: "a", folderPath: "b"}, /one of/],
    [{text: ""}, /not empty/],
    [{text: 5}, /string/],
    [{filePath: ""}, /path of a file/],
    [{folderPath: "a\0b"}, /path of a folder/],
    [{folderPath: "a".repeat(5000)}, /path of a folder/],
    [{text: "a", as: "prompt"}, /plain/],
    [{text: "a", as: true}, /plain/],
    [{folderPath: "a", as: "chat"}, /no chat/]
  ] as const)
    it(`that is ${JSON.stringify(input)?.slice(0, 60)} is refused in a sentence`, () => {
      assert.throws(
        () => readCountInput(input),
        (error: unknown) =>
          error instanceof ToolInputError && message.test(error.message) && /^[A-Z`].*\.$/.test(error.message)
      );
    });

  it("is read or refused, whatever it is", () => {
    const keys = fc.constantFrom("text", "filePath", "folderPath", "as", "__proto__");
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(keys, fc.anything())), (input) => {
        try {
          readCountInput(input);
        } catch (error) {
          assert.ok(error instanceof ToolInputError, String(error));
        }
      }),
      {seed: 20261130}
    );
  });
});

describe("What surprised most", () => {
  const text = "ab\ncdé\n\nf";
  const bits = (...all: number[]) => Float64Array.from(all, (one) => -one * Math.LN2);
  // "ab", "\n", "cd", half of é, the other half and a line feed, "\n", "f"
  const ends = Uint32Array.of(2, 3, 5, 6, 8, 9, 10);

  it("are tokens with their lines, worst first", () => {
    const tokens = mostSurprisingTokens(text, bits(Number.NaN, 1, 8, 2, 4, 3, 9), ends, 3);
    assert.deepEqual(
      tokens.map(({token, line, bits}) => [token, line, bits]),
      [
        [6, 3, 9],
        [2, 1, 8],
        [4, 1, 4]
      ]
    );
    assert.equal(mostSurprisingTokens(text, bits(1, 1, 1, 1, 1, 1, 1), null, 50).length, 7);
  });

  it("are lines with the bits of the tokens that begin in them", () => {
    const lines = mostSurprisingLines(text, bits(Number.NaN, 1, 8, 2, 4, 3, 9), ends, 3);
    assert.deepEqual(
      lines.map(({line, bits, bitsPerByte}) => [line, bits, bitsPerByte]),
      [
        [1, 14, 14 / 5],
        [3, 9, 9],
        [2, 3, 3]
      ]
    );
  });
});
