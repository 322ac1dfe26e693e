import {strict as assert} from "node:assert";
import {placesOf} from "../../src/engine/chat/places";
import {signOf} from "../../src/engine/chat/rendering";
import {strftime} from "../../src/engine/chat/strftime";
import type {ChatMessage} from "../../src/text/promptFile";

const message = (content: string, ...calls: readonly (readonly [name: string, written: string])[]): ChatMessage => ({
  role: "user",
  content,
  toolCalls: calls.map(([name, written]) => ({name, arguments: written}))
});

/** What was found of each message, and which were not. */
function found(text: string, signed: string | null, messages: readonly ChatMessage[]): unknown {
  const {places, unknown} = placesOf({text, signed}, messages);
  return [places.map(({message, start, end}) => [message, text.slice(start, end)]), [...unknown]];
}

describe("Messages in a rendered chat", () => {
  const roles = (a: string, b: string) => `<user>${a}<end><model>${b}<end>`;

  it("are where the signs are, whatever they say", () => {
    const messages = [message("user"), message("model><end")];
    assert.deepEqual(found(roles("user", "model><end"), roles(signOf(0), signOf(1)), messages), [
      [
        [0, "user"],
        [1, "model><end"]
      ],
      []
    ]);
  });

  it("may have lost white space at their ends, be left out, or be there twice", () => {
    const messages = [message(" a \n"), message("dropped"), message(" b")];
    assert.deepEqual(found("[a][ b]( b)", `[${signOf(0)}][${signOf(2)}](${signOf(2)})`, messages), [
      [
        [0, "a"],
        [2, " b"],
        [2, " b"]
      ],
      []
    ]);
  });

  it("may have several parts", () => {
    const messages: ChatMessage[] = [{...message(""), content: ["a", "b"]}, message("c")];
    assert.deepEqual(found("[a|b][c]", `[${signOf(0)}|${signOf(1)}][${signOf(2)}]`, messages), [
      [
        [0, "a"],
        [0, "b"],
        [1, "c"]
      ],
      []
    ]);
  });

  it("are looked for where the template's text depends on them", () => {
    const messages = [message("one"), message("two")];
    assert.deepEqual(found("<x>one</x><y>two</y>", `<x>${signOf(0)}</x>`, messages), [
      [
        [0, "one"],
        [1, "two"]
      ],
      []
    ]);
    assert.deepEqual(found("<x>one</x><y>two</y>", null, messages), [
      [
        [0, "one"],
        [1, "two"]
      ],
      []
    ]);
  });

  it("are not guessed", () => {
    // "user" is also the template's word, and "three" was changed.
    assert.deepEqual(found("<user>user</user>TWO", null, [message("user"), message("three")]), [[], [0, 1]]);
  });

  it("have their tool calls between their neighbours", () => {
    const messages = [message("ask"), message("", ["get", '{"a":"x","b":[1]}'], ["get", "{}"]), message("get")];
    const spaced = 'ask <call>{"name": "get", "arguments": {"a": "x", "b": [1]}}</call><call>get</call>get.';
    assert.deepEqual(found(spaced, `${spaced.replace("ask", signOf(0)).slice(0, -4)}${signOf(2)}.`, messages), [
      [
        [0, "ask"],
        [2, "get"],
        [1, 'get", "arguments": {"a": "x", "b": [1]}}</call><call>get']
      ],
      []
    ]);
    const single = [message("", ["f", '{"a":"x","b":7}'])];
    assert.deepEqual(found("<f><a>x</a><b>7</b></f>", "<f><a>x</a><b>7</b></f>", single), [
      [[0, "f><a>x</a><b>7"]],
      []
    ]);
    assert.deepEqual(found("<f>", "<f>", single), [[], [0]]);
    assert.deepEqual(found("<g>", "<g>", single), [[], []]);
  });
});

describe("strftime", () => {
  it("writes as C does", () => {
    const time = new Date(2024, 6, 6, 15, 4, 9).getTime();
    assert.equal(
      strftime("%d %b %Y|%B %-d|%e|%A %a|%F %T|%I:%M %p|%y|100%%|%Q", time),
      ["06 Jul 2024", "July 6", " 6", "Saturday Sat", "2024-07-06 15:04:09", "03:04 PM", "24", "100%", "%Q"].join("|")
    );
  });
});
