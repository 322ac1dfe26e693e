import {strict as assert} from "node:assert";
import fc from "fast-check";
import {completionEnd} from "../../src/completion/stop";

/** The kept part of a generated text; undefined if generation goes on. */
function kept(prefix: string, generated: string, extent: "line" | "block" | "unlimited" = "block"): string | undefined {
  const end = completionEnd(generated, prefix, extent);
  return end === undefined ? undefined : generated.slice(0, end);
}

describe("the end of a one-line completion", () => {
  it("is the first line break of any kind", () => {
    assert.equal(kept("x = ", "1\ny = 2", "line"), "1");
    assert.equal(kept("x = ", "1\r\ny = 2", "line"), "1");
    assert.equal(kept("x = ", "1\ry = 2", "line"), "1");
  });

  it("is its start where it opens with a line break", () => {
    assert.equal(kept("x = 1", "\ny = 2", "line"), "");
  });

  it("isn't reached while the line goes on", () => {
    assert.equal(kept("x = ", "1 + 2", "line"), undefined);
    assert.equal(kept("x = ", "", "line"), undefined);
  });
});

describe("the end of an unlimited completion", () => {
  it("is the model's affair", () => {
    assert.equal(kept("", "a\n\n\nb\n}\n", "unlimited"), undefined);
  });
});

describe("the end of a block", () => {
  it("is a blank line, once something was written", () => {
    assert.equal(kept("def f():", "\n    return 1\n\ndef g"), "\n    return 1");
    assert.equal(kept("Some prose", " goes on.\n  \t\nNext"), " goes on.");
    assert.equal(kept("def f():", "\n\n    return 1"), undefined);
  });

  it("is a line indented less than the cursor's", () => {
    assert.equal(kept("def f():\n    ", "return 1\nprint"), "return 1");
    assert.equal(kept("def f():\n    x = 1", "\n    return x\nprint"), "\n    return x");
    assert.equal(kept("\tif x:\n\t\t", "a()\n\tb()"), "a()");
  });

  it("is the cursor where nothing of the block is left to write", () => {
    assert.equal(kept("def f():\n    return 1", "\n\n\ndef g"), "");
    assert.equal(kept("def f():\n    return 1", "\nprint"), "");
  });

  it("takes the indentation of what the model writes where the cursor's line is blank", () => {
    assert.equal(kept("def f():\n", "    x = 1\n    return x\nprint"), "    x = 1\n    return x");
  });

  it("is not after the first line, where that repeats the cursor's indentation", () => {
    assert.equal(kept("def f():\n    ", "    a = 1\n    return a\nprint"), "    a = 1\n    return a");
    assert.equal(kept("def f():\n    ", "    a = 1\n    return a\n\nprint"), "    a = 1\n    return a");
    assert.equal(kept("func f() {\n\t", "\ta()\n\tb()\n}"), "\ta()\n\tb()");
    assert.equal(kept("    ", "    a()\n    b()\nc"), "    a()\n    b()");
    assert.equal(kept("def f():\n    ", "    for a in b:\n        c()\n    d("), "    for a in b:\n        c()");
    assert.equal(kept("def f():\n    ", "    a()\n    a()\n"), "    a()");
    assert.equal(kept("    if x:\n    ", "    a()\n        b()\n    c()"), "    a()\n        b()");
  });

  it("is the next statement at the cursor's indentation, once the text went deeper and came back", () => {
    assert.equal(kept("def f(a):", "\n    return a\nprint("), "\n    return a");
    assert.equal(kept("", "for x in y:\n    f(x)\nprint("), "for x in y:\n    f(x)");
    assert.equal(kept("const x = list", "\n  .map(f)\n  .filter(g);\nconst "), "\n  .map(f)\n  .filter(g);");
  });

  it("isn't reached by statements that follow each other", () => {
    assert.equal(kept("", "a = 1\nb = 2\nc = 3\n"), undefined);
  });

  it("comes after the bracket that closes what the cursor's line opened", () => {
    assert.equal(kept("if (x) {", "\n  a();\n}\nb();"), "\n  a();\n}");
    assert.equal(kept("  foo(", "\n    a,\n    b\n  );\n  bar"), "\n    a,\n    b\n  );");
  });

  it("comes after the bracket that closes what the completion opened", () => {
    assert.equal(kept("", "if (x) {\n  a();\n}\nb();"), "if (x) {\n  a();\n}");
    assert.equal(kept("const f", " = [\n  1\n];\nconst "), " = [\n  1\n];");
  });

  it("comes before a bracket that closes something from further above", () => {
    assert.equal(kept("function f() {\n  ", "return 1;\n}\n"), "return 1;");
    assert.equal(kept("function f() {\n", "return 1;\n}\n"), "return 1;");
    assert.equal(kept("} else ", "if (x) {\n  a();\n}\n}"), "if (x) {\n  a();\n}");
  });

  it("isn't reached by a bracket the model starts with", () => {
    assert.equal(kept("function f() {\n  return 1;\n", "}"), undefined);
  });

  it("comes before a line that says again what the line above it says", () => {
    assert.equal(
      kept("import path", " from 'p';\nimport a from 'a';\nimport a from 'a';\n"),
      " from 'p';\nimport a from 'a';"
    );
    assert.equal(kept("x", " = 1\nx = 1\n"), " = 1");
  });

  it("is not seen in brackets that close one after the other", () => {
    assert.equal(kept("f(", "[[\n  ]\n  ]\n"), undefined);
  });

  it("comes after else, finally, end and the other words that carry on or close a block", () => {
    assert.equal(kept("if x:", "\n    a()\nelse:\n    b()\n"), undefined);
    assert.equal(kept("if x:", "\n    a()\nelse:\n    b()\nc()"), "\n    a()\nelse:\n    b()");
    assert.equal(kept("if (x) {", "\n  a();\n} else {\n  b();\n}\nc();"), "\n  a();\n} else {\n  b();\n}");
    assert.equal(kept("def f", "\n  1\nend\nf "), "\n  1\nend");
    assert.equal(kept("if (x)", "\n{\n  a();\n}\nelse\n{\n  b();\n}\nc "), "\n{\n  a();\n}\nelse\n{\n  b();\n}");
  });

  it("waits for a word that may still become one of them", () => {
    assert.equal(kept("if x:", "\n    a()\nel"), undefined);
    assert.equal(kept("if x:", "\n    a()\nelse"), undefined);
    assert.equal(kept("if x:", "\n    a()\nelsew"), "\n    a()");
  });

  it("isn't reached inside a bracket that is still open, such as the cases of a switch", () => {
    assert.equal(kept("switch (x) {", "\ncase 1:\n  a();\ncase 2:\n  b();"), undefined);
  });

  it("reads CRLF as one line break, also when it comes in two halves", () => {
    assert.equal(kept("def f():\r\n    ", "a = 1\r\n    return a\r"), undefined);
    assert.equal(kept("def f():\r\n    ", "a = 1\r\n    return a\r\n\r\nb"), "a = 1\r\n    return a");
  });
});

describe("a model that says the same again and again in one line", () => {
  it("is ended, and that line is not shown", () => {
    for (const piece of ["a, ", "foo ", "self.", "x = ", "\\x00", "the end of "]) {
      assert.equal(kept("x = [", piece.repeat(20)), "", piece);
      assert.equal(kept("x = [", piece.repeat(20), "line"), "", piece);
      assert.equal(kept("def f():", `\n    a = 1\n    b = ${piece.repeat(20)}`), "\n    a = 1", piece);
    }
  });

  it("is ended after 256 characters where they may have been meant", () => {
    for (const piece of [" ", "=", "-", "0, ", "a", "🚀", "| --- "]) {
      const times = Math.ceil(256 / piece.length);
      assert.equal(kept("", piece.repeat(times), "line"), "", piece);
      assert.equal(kept("", piece.repeat(times - 1), "line"), undefined, piece);
    }
  });

  it("is not seen in rulers, tables, zeros, deep indentation and the like", () => {
    for (const line of [
      `// ${"-".repeat(120)}`,
      "=".repeat(80),
      `|${" --- |".repeat(30)}`,
      `|${" ".repeat(200)}|`,
      `[${"0, ".repeat(80)}0]`,
      `0x${"0".repeat(64)}`,
      `${"0x00, ".repeat(16)}`,
      `b"${"\\x00".repeat(16)}"`,
      `${"A".repeat(100)}==`,
      `${" ".repeat(100)}return x`,
      `[${"null, ".repeat(16)}null]`,
      "ha ha ha ha ha ha ha ha"
    ]) {
      assert.equal(kept("", line, "line"), undefined, line);
      assert.equal(kept("", line), undefined, line);
    }
  });

  it("is left alone where nothing was said of an end", () => {
    assert.equal(kept("", "a, ".repeat(100), "unlimited"), undefined);
  });
});

describe("the end of a completion, asked for after every token", () => {
  const code = fc
    .array(
      fc.constantFrom(
        ...["a", "foo()", "if x", "else", "elif", "end", ":", "{", "}", ");", "(", " ", "  ", "    ", "\t"],
        ...["\n", "\n", "\n", "\r", "\r\n", "\n\n", "👩", "\ud800"]
      ),
      {maxLength: 30}
    )
    .map((parts) => parts.join(""));
  /** Repeats a part too often. */
  const repetitive = fc
    .array(
      fc.tuple(fc.constantFrom("a", "ab", "a, ", "foo(", " ", "}", "\n", "-", "a b\n"), fc.integer({min: 1, max: 25})),
      {
        maxLength: 6
      }
    )
    .map((parts) => parts.map(([piece, times]) => piece.repeat(times)).join(""));
  const extents = fc.constantFrom("line" as const, "block" as const, "unlimited" as const);

  it("never changes once it is known, whatever comes later", () => {
    fc.assert(
      fc.property(code, fc.oneof(code, repetitive), extents, (prefix, generated, extent) => {
        let known: number | undefined;
        for (let length = 0; length <= generated.length; length++) {
          const end = completionEnd(generated.slice(0, length), prefix, extent);
          if (known !== undefined) assert.equal(end, known);
          known = end;
        }
      }),
      {seed: 7, numRuns: 3000}
    );
  });

  it("never changes where the text begins with the cursor's indentation", () => {
    const blanks = fc.constantFrom("  ", "    ", "\t", "\t  ");
    const above = fc.constantFrom("", "a\n", "if x:\n", "  b {\n", "    c\n", "\tfoo(\n", "        .d()\n");
    fc.assert(
      fc.property(
        above,
        blanks,
        fc.oneof(code, fc.constantFrom(".a()", "&& b", "=> c")),
        code,
        (line, cursor, first, more) => {
          const generated = `${cursor}${first}\n${more}`;
          let known: number | undefined;
          for (let length = 0; length <= generated.length; length++) {
            const end = completionEnd(generated.slice(0, length), line + cursor, "block");
            if (known !== undefined) assert.equal(end, known);
            known = end;
          }
        }
      ),
      {seed: 10, numRuns: 3000}
    );
  });

  it("lies inside the text, and a block's end at the end of a line that isn't blank, or at the cursor", () => {
    fc.assert(
      fc.property(code, fc.oneof(code, repetitive), extents, (prefix, generated, extent) => {
        const end = completionEnd(generated, prefix, extent);
        if (end === undefined) return;
        assert.ok(end >= 0 && end < generated.length);
        if (end > 0) assert.match(generated.charAt(end), /[\r\n]/);
        if (extent === "block" && end > 0) assert.match(generated.slice(0, end), /\S[^\S\r\n]*$/);
      }),
      {seed: 8, numRuns: 3000}
    );
  });
});
