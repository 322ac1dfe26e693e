import {strict as assert} from "node:assert";
import {plainPath, plainText} from "../../src/text/plainText";

describe("a text for a notification", () => {
  it("holds no link, whatever a file or a model calls itself", () => {
    const link = "[open](command:workbench.action.quit).md";
    // VS Code's pattern for links in notifications.
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

describe("a path in a question", () => {
  it("is whole where it is short", () => {
    assert.equal(plainPath("src/app/main.ts"), "src/app/main.ts");
    assert.equal(plainPath("x".repeat(300)), "x".repeat(300));
  });

  it("shows where it begins and the whole name of its file, however long it is", () => {
    const name = `${"n".repeat(251)}.env`;
    const shown = plainPath(`service/${"deep/".repeat(1000)}${name}`);
    assert.match(shown, /^service\/(deep\/)+.*…/);
    assert.ok(shown.endsWith(`/${name}`));
    assert.equal(shown.length, 301);
  });

  it("shows what can't be seen, and holds no link", () => {
    assert.equal(plainPath("a\u202e/[x](command:y)\n"), "a\\u{202e}/[x] (command:y)⏎");
    // Surrogate pairs at the cut.
    assert.ok(plainPath(`a${"😀".repeat(500)}`).isWellFormed());
  });
});
