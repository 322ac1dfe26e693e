import {strict as assert} from "node:assert";
import {stopGranularity} from "../../src/completion/completionMode";

describe("inside a string", () => {
  it("a completion is one line", () => {
    for (const line of ['log("a', "log('it\\'s", "x = `a", "# it's"])
      assert.equal(stopGranularity(line, "\n"), "line", line);
    for (const line of ['log("a")', "x = ''", 'say("it\'s")']) assert.equal(stopGranularity(line, "\n"), "block", line);
  });
});

describe("behind an apostrophe that opens no string", () => {
  it("a completion is a block", () => {
    for (const line of [
      "It's a line of prose",
      "The dogs' owners",
      "l'homme",
      "impl<'a> Foo<'a> for Bar<'a> {",
      "fn f(x: &'a str) {",
      "static NAME: &'static str = ",
      "'outer: loop {",
      "    continue 'outer;",
      "foldl' f x = ",
      "int n = 1'000'000;",
      "(require 'cl-lib)",
      "(mapcar #'car xs)",
      "(defvar x '(a b)",
      "A = B(1)'",
      "height: 5'10\"",
      "“It’s” – „das“ ",
      "``quoted''",
      "```js",
      "select 'it''s' from a"
    ])
      assert.equal(stopGranularity(line, "\n"), "block", line);
  });

  it("but one line where a string is open all the same", () => {
    for (const line of [
      "print(f'",
      "print(rb'a",
      "x = 'static",
      "['hello, w",
      "f('a",
      '"""It',
      "select 'it''s",
      "'I don't",
      "“It"
    ])
      assert.equal(stopGranularity(line, "\n"), "line", line);
  });
});

describe("the extent of a completion", () => {
  it("is a block at the end of a line", () => {
    assert.equal(stopGranularity("function f() {", "\n}\n"), "block");
    assert.equal(stopGranularity("def f():\n    ", "\nprint(f())"), "block");
    assert.equal(stopGranularity("", ""), "block");
  });

  it("is a block where only spaces follow on the line, whatever its line break", () => {
    assert.equal(stopGranularity("x = ", " \t\r\nnext line"), "block");
    assert.equal(stopGranularity("x = ", " \rnext line"), "block");
  });

  it("is one line where text follows on the line", () => {
    assert.equal(stopGranularity("const x = ", " + 1;\n"), "line");
  });

  it("is one line before a closing bracket, quote or semicolon: they are text too", () => {
    for (const rest of [")", "]", "}", '"', ";", ","]) {
      assert.equal(stopGranularity("foo(", `${rest}\n`), "line", rest);
    }
  });

  it("is one line inside a line comment, where a sentence is wanted and not the function below it", () => {
    for (const line of ["// Returns ", "    # Returns ", "-- Returns ", " * Returns ", " *"]) {
      assert.equal(stopGranularity(`x\n${line}`, "\n"), "line", line);
    }
  });

  it("is one line inside a comment that begins behind code, or that is open on the line", () => {
    for (const line of [
      "const a = 1; // the ",
      "x = 1  # the ",
      "select a -- the ",
      "/* Returns ",
      "<p> <!-- The ",
      "a(); /* b "
    ])
      assert.equal(stopGranularity(`x\n${line}`, "\n"), "line", line);
    for (const line of [
      "/* a */ ",
      "<!-- a --> ",
      "fetch('http://a/ // b') ",
      'x = "a # b" ',
      "color: #fff",
      "this.#a = ",
      "i-- "
    ])
      assert.equal(stopGranularity(`x\n${line}`, "\n"), "block", line);
  });

  it("is a block below a comment, and for a line that only contains one's sign", () => {
    assert.equal(stopGranularity("// The sum.\n", "\n"), "block");
    assert.equal(stopGranularity("const half = a //", "\n"), "block");
    assert.equal(stopGranularity("*pointer = ", "\n"), "block");
  });
});
