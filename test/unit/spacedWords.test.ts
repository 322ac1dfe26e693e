import {strict as assert} from "node:assert";
import {hasSpacedWords} from "../../src/text/spacedWords";

describe("Words with spaces between them", () => {
  it("are in prose of any script that has spaces", () => {
    for (const text of ["The end.", "Ein Satz über Zahlen.", "Это предложение.", "هذه جملة.", "한국어 문장입니다."])
      assert.ok(hasSpacedWords(text, "plaintext"), text);
    assert.ok(hasSpacedWords("# Title\n\nText.", "markdown"));
  });

  it("are not in code, whatever it says", () => {
    for (const language of ["python", "typescript", "json", "html", "a language of tomorrow"])
      assert.ok(!hasSpacedWords("The end of the story.", language), language);
  });

  it("are not where a script has no spaces", () => {
    for (const text of ["这是一句话。", "これは文です。", "นี่คือประโยค", "这 是 一 句 话"])
      assert.ok(!hasSpacedWords(text, "plaintext"), text);
  });

  it("are there beside a few such letters, and not beside many", () => {
    assert.ok(hasSpacedWords(`The word 漢字 is ${"an example of it ".repeat(5)}`, "plaintext"));
    assert.ok(!hasSpacedWords("The word 漢字かな交じり文", "plaintext"));
  });

  it("are not where there is no letter", () => {
    assert.ok(!hasSpacedWords("1 2 3 😀", "plaintext"));
    assert.ok(!hasSpacedWords("", "plaintext"));
  });
});
