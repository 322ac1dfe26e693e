import {strict as assert} from "node:assert";
import fc from "fast-check";
import {editDistance} from "../../src/text/editDistance";
import {
  type PromptChangeLists,
  promptChangeKinds,
  promptChangeLabel,
  promptChanges
} from "../../src/text/promptChanges";
import {cases} from "../harness/thorough";

const numRuns = cases(200, 5000);

function changesOf(prompt: string, lists: PromptChangeLists = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    promptChanges(prompt, lists).map(({kind, detail, text}) => [detail === null ? kind : `${kind} ${detail}`, text])
  );
}

describe("small changes of a prompt", () => {
  it("change letters, spaces, marks and lines", () => {
    assert.deepEqual(changesOf("Don't  add 3.5, please:\nBig cats?\nIs it so?\n"), {
      lowerCase: "don't  add 3.5, please:\nbig cats?\nis it so?\n",
      upperCase: "DON'T  ADD 3.5, PLEASE:\nBIG CATS?\nIS IT SO?\n",
      firstLetter: "don't  add 3.5, please:\nBig cats?\nIs it so?\n",
      singleSpaces: "Don't add 3.5, please:\nBig cats?\nIs it so?\n",
      doubleSpaces: "Don't  add  3.5,  please:\nBig  cats?\nIs  it  so?\n",
      noSpaceBehind: "Don't  add 3.5, please:\nBig cats?\nIs it so?",
      spaceBehind: "Don't  add 3.5, please:\nBig cats?\nIs it so? ",
      noEndMark: "Don't  add 3.5, please:\nBig cats?\nIs it so\n",
      endMark: "Don't  add 3.5, please:\nBig cats?\nIs it so.\n",
      noPunctuation: "Don't  add 3.5 please\nBig cats\nIs it so\n",
      reversedLines: "Is it so?\nBig cats?\nDon't  add 3.5, please:\n",
      firstLineLast: "Big cats?\nIs it so?\nDon't  add 3.5, please:\n"
    });
  });

  it("take words from a list, as whole words and in the case that they have", () => {
    const prompt = "Big BIG big bigger. C++ is big";
    const changes = changesOf(prompt, {
      synonyms: [
        ["big", "large", ""],
        ["C++", "$&"]
      ]
    });
    assert.equal(changes["synonym big → large"], "Large LARGE large bigger. C++ is large");
    assert.equal(changes["synonym C++ → $&"], "Big BIG big bigger. $& is big");
    assert.equal(changes["synonym large → big"], undefined);
    assert.equal(changesOf("请翻译这句话", {synonyms: [["句话", "段话"]]})["synonym 句话 → 段话"], "请翻译这段话");
  });

  it("take other languages as they are given", () => {
    const changes = promptChanges("Why?", {
      translations: [
        {language: "de", text: "Warum?"},
        {language: "en", text: "Why?"}
      ]
    });
    assert.deepEqual(changes.at(-1), {kind: "translation", detail: "de", text: "Warum?", edits: null});
    assert.equal(changes.filter(({kind}) => kind === "translation").length, 1);
  });

  it("end a sentence as its script does", () => {
    assert.equal(changesOf("这是什么？")["endMark"], "这是什么。");
    assert.equal(changesOf("f(x)")["noEndMark"], undefined);
  });

  it("have each text once, never the prompt's own, and the same ones each time", () => {
    const anyPrompt = fc.string({
      unit: fc.constantFrom("a", "B", "ß", " ", "\n", "\r\n", ".", "👩", "什", "?"),
      maxLength: 30
    });
    fc.assert(
      fc.property(anyPrompt, (prompt) => {
        const lists = {synonyms: [["a", "b"]]};
        const changes = promptChanges(prompt, lists);
        assert.deepEqual(promptChanges(prompt, lists), changes);
        assert.equal(new Set([prompt, ...changes.map(({text}) => text)]).size, changes.length + 1);
        for (const {kind, text, edits} of changes) {
          assert.equal(edits, editDistance(prompt, text));
          const lines = (whole: string) =>
            whole
              .trimEnd()
              .split("\n")
              .map((line) => line.trimEnd())
              .toSorted();
          // A blank line that comes to the end can't be told from the white space there.
          if ((kind === "reversedLines" || kind === "firstLineLast") && !/^\s*\n/.test(prompt))
            assert.deepEqual(lines(text), lines(prompt));
        }
      }),
      {numRuns}
    );
  });

  it("have names", () => {
    const labels = promptChangeKinds.map((kind) => promptChangeLabel({kind, detail: "x"}));
    assert.equal(new Set(labels).size, promptChangeKinds.length);
  });
});
