import {strict as assert} from "node:assert";
import {plainText} from "../../src/host/plainText";

describe("a text for a notification", () => {
  it("holds no link, whatever a file or a model calls itself", () => {
    const link = "[open](command:workbench.action.quit).md";
    // What VS Code takes for a link in a notification.
    const pattern = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^\s)]+)[^)]*\)/;
    assert.match(link, pattern);
    assert.doesNotMatch(plainText(`${link}: 12 tokens`), pattern);
  });

  it("holds no icon", () => {
    assert.ok(!plainText("$(verified-filled) Model").includes("$("));
  });

  it("shows what can't be seen, and ends somewhere", () => {
    assert.equal(plainText("a\u202eb"), "a\\u{202e}b");
    assert.ok(plainText("x".repeat(10_000)).length < 400);
  });

  it("leaves a plain sentence alone", () => {
    const sentence = 'retry.py, lines 3–9: 1,234 tokens (Tiny "Q8_0").';
    assert.equal(plainText(sentence), sentence);
  });
});
