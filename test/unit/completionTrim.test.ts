import {strict as assert} from "node:assert";
import fc from "fast-check";
import {trimCompletion} from "../../src/completion/trim";

/** `|` is the cursor. */
function shown(document: string, generated: string): string {
  const cursor = document.indexOf("|");
  return trimCompletion(generated, document.slice(0, cursor), document.slice(cursor + 1));
}

describe("a completion is cleaned of", () => {
  it("a trailing newline and blank lines (llama-coder #50)", () => {
    assert.equal(shown("x = |", "1\n"), "1");
    assert.equal(shown("x = |", "1  \n\n  "), "1");
    assert.equal(shown("foo(|)", "a\n"), "a");
  });

  it("white space alone, which as ghost text looks like nothing (llama.vscode #69)", () => {
    assert.equal(shown("x|", "   "), "");
    assert.equal(shown("x|", "\n\n\t"), "");
    assert.equal(shown("foo(|)", "  "), "");
    assert.equal(shown("|", ""), "");
  });

  it("a leading space behind a space (Tabby #3261)", () => {
    assert.equal(shown("return |", " x;"), "x;");
    assert.equal(shown("return|", " x;"), " x;");
    assert.equal(shown("if a:\n    |", " return b"), "return b");
    assert.equal(shown("\t|", " return b"), "return b");
  });

  it("no indentation that is missing before the cursor, so that Tab indents there (llama.vscode #24)", () => {
    assert.equal(shown("if a:\n|", "    return b"), "    return b");
    assert.equal(shown("if a:\n  |", "  return b"), "  return b");
    assert.equal(shown("/**\n|", " * What"), " * What");
    assert.equal(shown("  /**\n  |", " * What"), " * What");
  });

  it("the indentation that the cursor stands behind, said again (`def f():` and a whole line below it)", () => {
    assert.equal(shown("def f():\n    |", "    a = 1\n    return a"), "a = 1\n    return a");
    assert.equal(shown("def f():\n    |", "    return a"), "return a");
    assert.equal(shown("def f():\n  |", "  a = 1\n  return a"), "a = 1\n  return a");
    assert.equal(
      shown("def f():\n    |", "    if a:\n        return a\n    return b"),
      "if a:\n        return a\n    return b"
    );
    assert.equal(shown("function f() {\n  |\n}", "  return a;"), "return a;");
    assert.equal(shown("func f() {\n\t|\n}", "\ta := 1\n\treturn a"), "a := 1\n\treturn a");
    assert.equal(shown("class A {\n  f() {\n    |\n  }\n}", "    a();\n    b();"), "a();\n    b();");
    assert.equal(shown("    a = 1\n    |", "    return a"), "return a");
    assert.equal(shown("        a = 1\n    |", "        b = 2"), "    b = 2");
    assert.equal(shown("  if (a) {\n    b();\n  |", "  }"), "}");
    assert.equal(shown("def f():\r\n    |\r\n", "    a = 1\r\n    return a"), "a = 1\r\n    return a");
  });

  it("the same in tabs where the document has spaces, in spaces where it has tabs, and in both", () => {
    assert.equal(shown("def f():\n    |", "\ta = 1\n\treturn a"), "a = 1\n\treturn a");
    assert.equal(shown("def f():\n\t|", "    a = 1\n    return a"), "a = 1\n    return a");
    assert.equal(shown("if a:\n\tif b:\n\t    |", "\t    c()\n\t    d()"), "c()\n\t    d()");
    const tabs = {tabs: true, size: 8};
    assert.equal(trimCompletion("        a = 1", "def f():\n\t", "", tabs), "a = 1");
  });

  it("the same where only the lines that follow tell", () => {
    assert.equal(shown("    |", "    a = 1\n    return a"), "a = 1\n    return a");
    assert.equal(shown("def f():\n  |\n  return a", "  a = 1"), "a = 1");
    assert.equal(shown("    if a:\n        b()\n    |", "    c()\n    d()"), "c()\n    d()");
    assert.equal(shown("    if a:\n        b()\n    |", "    else:\n        d()"), "else:\n        d()");
  });

  it("closing brackets and quotes that stand behind the cursor already (Continue #10751, #2169)", () => {
    assert.equal(shown("foo(|)", "a)"), "a");
    assert.equal(shown('foo("|")', 'hello")'), "hello");
    assert.equal(shown("((a|)", " + b))"), " + b)");
    assert.equal(shown("[foo(|)]", "a)]"), "a");
    assert.equal(shown("f({a: [|]});", "1]});"), "1");
  });

  it("the longest overlap with the rest of the line", () => {
    assert.equal(shown("const | = 1;", "x = 1;"), "x");
    assert.equal(shown("a.le|ngth", "ngth"), "");
    assert.equal(shown("a.|length", "items.length"), "items.");
  });

  it("an overlap with the rest of a word that the cursor stands in (llama.vscode #13)", () => {
    assert.equal(shown("Not |qual|`≠`", "equal|`≠`"), "e");
    assert.equal(shown("foo_|_baz(1)", "bar_baz"), "bar");
    assert.equal(shown("x = hello_|world", "there_world"), "there_");
  });

  it("an overlap with the lines below", () => {
    assert.equal(shown("if (x) {|\n}\n", "\n  a();\n}"), "\n  a();");
    assert.equal(shown("if (x) {|  \n}\n", "\n  a();\n}"), "\n  a();");
    assert.equal(shown("a()|\nb()\ncde()", "\nb()\ncd"), "");
  });

  it("an unmatched closing bracket, also where spaces or a semicolon keep it from being an overlap", () => {
    assert.equal(shown("foo(|)", "a);"), "a");
    assert.equal(shown("foo(| )", "a)"), "a");
    assert.equal(shown("foo([|])", "a] );"), "a");
    assert.equal(shown('foo("|")', 'a");'), "a");
  });

  it("a bracket at its end that closes nothing (Continue #10751)", () => {
    assert.equal(shown("foo(a|\n", ", b))"), ", b)");
    assert.equal(shown("x = a|\n", "[0]];"), "[0]");
    assert.equal(shown("foo(bar(|\n", "1));"), "1));");
    assert.equal(shown("if (x) {\n  a(|\n", ");\n}"), ");\n}");
  });

  it("what follows a bracket or quote that stands behind the cursor already (Continue #10751)", () => {
    assert.equal(shown("if (|)", "a === b) {"), "a === b");
    assert.equal(shown("a = foo(|)", 'x, "y") + 1'), 'x, "y"');
    assert.equal(shown("foo(bar(|))", "a), b)"), "a");
    assert.equal(shown("foo(bar(|)", "a), b)"), "a), b");
    assert.equal(shown("foo(|)", "bar(a), [b]"), "bar(a), [b]");
    assert.equal(shown('print("|")', 'a", b'), "a");
    assert.equal(shown('print("|")', 'a\\"b", c'), 'a\\"b');
    assert.equal(shown("print('|')", "a', 'b"), "a', 'b");
  });

  it("what follows a quote behind the cursor, though an apostrophe stands before it (`It's a \"`)", () => {
    for (const before of [
      "It's a ",
      "// don't print ",
      "# the dogs' ",
      "the '90s were ",
      "It’s a ",
      "l'homme dit ",
      "let x' = f' ++ ",
      "int n = 1'000; puts(",
      "fn f<'a, 'b>(x: &'a str, y: &'b str) { println!(",
      "let s: &'static str = ",
      "'outer: loop { println!(",
      "(setq x 'foo y ",
      "(concat '(a b) ",
      "A = B'; disp(",
      "`it's` is a ",
      '"don\'t" and ',
      "'I don't know,' she said, ",
      '"""It\'s a '
    ])
      assert.equal(shown(`${before}"|"`, 'test".'), "test", before);
    assert.equal(shown("It's a '|'", "test'."), "test");
    assert.equal(shown("It's a `|`", "test`."), "test");
    assert.equal(shown("It's “|”", "a test” then"), "a test");
    assert.equal(shown("It's (|)", "a test) then"), "a test");
    assert.equal(shown("print('|')", "don't')"), "don't");
    assert.equal(shown("print('|', a)", "it's', b"), "it's");
    assert.equal(shown("print(f'|')", "{a}')"), "{a}");
    assert.equal(shown("select '|'", "it''s' from a"), "it''s");
    assert.equal(shown('"say \'hi |"', "there'\", x"), "there'");
    assert.equal(shown("'He said \"|\"'", 'hi" and'), "hi");
  });

  it("what follows the end of a docstring, and not what it quotes", () => {
    assert.equal(shown('"""|"""', 'It\'s a "test".""" x'), 'It\'s a "test".');
    assert.equal(shown('    """It\'s a |"""', 'test."""\n    a = 1'), "test.");
  });

  it("a quote at its end that opens a string with nothing in it, or closes none", () => {
    assert.equal(shown("|", 'console.log("'), "console.log(");
    assert.equal(shown("a = |", "f('"), "f(");
    assert.equal(shown("a = |", 'b"'), "b");
    assert.equal(shown('a = "|', 'b"'), 'b"');
    assert.equal(shown("|", '"""'), '"""');
    assert.equal(shown("|", "```"), "```");
    assert.equal(shown("It is the |", "dogs'"), "dogs'");
    assert.equal(shown("a = [|", '"x", "y"'), '"x", "y"');
  });

  it("spaces where the document has tabs, and tabs where it has spaces (Tabby #3263)", () => {
    const generated = "\n    a(b,  c);\n\t\td();";
    assert.equal(trimCompletion(generated, "if (x) {", "\n", {tabs: true, size: 4}), "\n\ta(b,  c);\n\t\td();");
    assert.equal(trimCompletion(generated, "if (x) {", "\n", {tabs: false, size: 2}), "\n    a(b,  c);\n    d();");
    assert.equal(trimCompletion("    a();", "\t", "\n", {tabs: true, size: 4}), "\ta();");
    assert.equal(trimCompletion("    b", "a", "\n", {tabs: true, size: 4}), "    b");
  });

  it("the next lines of the document over again", () => {
    assert.equal(shown("a()\n|\nb()\nc()", "b()"), "");
    assert.equal(shown("a()\n|\n\nb()\n\nc()", "b()\nc()"), "");
    assert.equal(shown("{\n  |\n  b();\n}", "a();\n  b();"), "a();");
    assert.equal(shown("{\n  |\n\n}", "a();\n}"), "a();");
  });

  it("the next lines over again where the last one was left unfinished", () => {
    assert.equal(shown("a()\n|\n\nb()\n\nfoo(1)", "b()\nfo"), "");
  });
});

describe("a completion keeps", () => {
  it("a bracket or quote that it opened itself", () => {
    assert.equal(shown("foo(|)", "bar()"), "bar()");
    assert.equal(shown("foo(|)", "[1, 2]"), "[1, 2]");
    assert.equal(shown("foo(|)", "bar());"), "bar()");
    assert.equal(shown("x = [|'b']", "'a', "), "'a', ");
  });

  it("indentation that goes deeper than the cursor's", () => {
    assert.equal(shown("    if x:\n    |", "    return a"), "    return a");
    assert.equal(shown("    if x:\n    |", "    a()\n        return a\n    b()"), "    a()\n        return a\n    b()");
    assert.equal(shown("  if (x) {\n  |\n  }", "  a();"), "  a();");
    assert.equal(shown("  if (x)\n  |", "  a();"), "  a();");
    assert.equal(shown("\tfor x in y {\n\t|", "\tf(x)"), "\tf(x)");
    assert.equal(shown("  foo(a,\n  |", "  b)"), "  b)");
    assert.equal(shown("  <div>\n  |\n  </div>", "  <p>a</p>"), "  <p>a</p>");
    assert.equal(shown("    x = list\n    |", "    .map(f)"), "    .map(f)");
    assert.equal(shown("    foo x\n    |", "    a\n        b"), "    a\n        b");
    assert.equal(shown("    foo x\n    |\n        b", "    a"), "    a");
    assert.equal(shown("        a()\n    |", "    b()"), "    b()");
    assert.equal(shown("a {\n    b {\n        c();\n  |", "  }\n}"), "  }\n}");
    assert.equal(shown("    if a:\n        b()\n |", "   c()"), "   c()");
  });

  it("an apostrophe and a quote that belong to it", () => {
    assert.equal(shown("|", "it's 'so'"), "it's 'so'");
    assert.equal(shown("foo(|)", "'it''s'"), "'it''s'");
    assert.equal(shown("|", "let y = x'"), "let y = x'");
    assert.equal(shown("|", "A = B(1)'"), "A = B(1)'");
  });

  it("a bracket that the line doesn't have", () => {
    assert.equal(shown("foo(|", "a);"), "a);");
    assert.equal(shown("foo(|]", "a)"), "a)");
  });

  it("a bracket whose double stands further out, at another indentation", () => {
    assert.equal(shown("{\n  if (x) {|\n}", "\n    a();\n  }"), "\n    a();\n  }");
  });

  it("a word that ends with what the next word starts with", () => {
    assert.equal(shown("x = |table", "cat"), "cat");
  });

  it("a line whose beginning is the user's, though the next line is the same", () => {
    assert.equal(shown("b|\nb()", "()"), "()");
  });

  it("a line that is only the beginning of the next one", () => {
    assert.equal(shown("|\nab = 1", "a"), "a");
  });

  it("its indentation on a blank line", () => {
    assert.equal(shown("def f():\n|", "    return 1\n"), "    return 1");
    assert.equal(shown("def f():\n  |", "  return 1"), "  return 1");
  });

  it("a space before the text that follows", () => {
    assert.equal(shown("return |b", "a + "), "a + ");
    assert.equal(shown("return | b", "a + "), "a +");
  });
});

describe("a completion's line ends", () => {
  it("are the document's", () => {
    assert.equal(shown("if x:|\r\n", "\n  a\n  b"), "\r\n  a\r\n  b");
    assert.equal(shown("if x:|\n", "\r\n  a\r\n  b"), "\n  a\n  b");
    assert.equal(shown("if x:|", "\n  a\r\n  b"), "\n  a\n  b");
  });

  it("don't keep it from finding what is there already", () => {
    assert.equal(shown("if (x) {|\r\n}\r\n", "\n  a();\n}"), "\r\n  a();");
  });
});

describe("cleaning", () => {
  const code = fc
    .array(fc.constantFrom("a", "foo", "(", ")", "{", "}", '"', ";", ",", " ", "  ", "\n", "\r\n", "👩"), {
      maxLength: 15
    })
    .map((parts) => parts.join(""));

  it("only ever takes away: what is shown is a piece of what was generated", () => {
    fc.assert(
      fc.property(code, code, code, (generated, prefix, suffix) => {
        const text = trimCompletion(generated, prefix, suffix);
        assert.ok(toLineFeeds(generated).includes(toLineFeeds(text)));
        assert.ok(text === "" || text.trim() !== "");
      }),
      {seed: 9, numRuns: 3000}
    );
  });

  const word = fc.constantFrom("a", "foo(b)", "return c", "x = 1", "if d:", "else:");
  const steps = fc.array(fc.tuple(fc.nat(2), word), {minLength: 1, maxLength: 5});
  const indents = fc.constantFrom("  ", "    ", "\t");

  it("shows the same, whether a model begins at the cursor or with the whole line", () => {
    fc.assert(
      fc.property(indents, fc.integer({min: 1, max: 3}), steps, fc.boolean(), (indent, depth, body, known) => {
        const cursor = indent.repeat(depth);
        const above = `${indent.repeat(depth - 1)}if x:\n${cursor}y = 2\n`;
        const [, first = ""] = body[0] ?? [];
        // Lines of a block, none indented less than it.
        const rest = body.slice(1).map(([deeper, text]) => `\n${cursor}${indent.repeat(deeper)}${text}`);
        const generated = [first, ...rest].join("");
        const indentation = known ? {tabs: indent === "\t", size: indent === "  " ? 2 : 4} : undefined;
        const trimmed = (text: string): string => trimCompletion(text, above + cursor, "", indentation);
        // Compared with the next line, the first may be indented more.
        fc.pre(body[1]?.[0] !== depth || first.endsWith(":"));
        assert.equal(trimmed(cursor + generated), trimmed(generated));
      }),
      {seed: 11, numRuns: 2000}
    );
  });

  it("leaves a first line where it stands one step deeper than the line that opens its block", () => {
    fc.assert(
      fc.property(indents, fc.integer({min: 1, max: 3}), steps, (indent, depth, body) => {
        const cursor = indent.repeat(depth);
        const [, first = ""] = body[0] ?? [];
        const rest = body.slice(1).map(([deeper, text]) => `\n${cursor}${indent.repeat(deeper + 1)}${text}`);
        const generated = [indent + first, ...rest].join("");
        const size = indent === "  " ? 2 : 4;
        const text = trimCompletion(generated, `${cursor}if x:\n${cursor}`, "", {tabs: indent === "\t", size});
        assert.equal(text, generated);
      }),
      {seed: 12, numRuns: 2000}
    );
  });

  function toLineFeeds(text: string): string {
    return text.replaceAll("\r\n", "\n");
  }
});
