import {strict as assert} from "node:assert";
import {Grammar, type GrammarState} from "../../src/grammar/grammar";
import {GrammarError} from "../../src/grammar/grammarError";
import {parseGrammar} from "../../src/grammar/parseGrammar";

const utf8 = new TextEncoder();

/** Reads pieces of a text, or tokens by their ids, one character after the other; null where the grammar refuses. */
function read(grammar: Grammar, text: string): GrammarState | null {
  let state: GrammarState | null = grammar.start;
  // «12» is the token 12, which is written as "<[12]>".
  for (const [piece, id] of text.matchAll(/«(\d+)»|[^«»]/gu)) {
    const named = id !== undefined;
    state = grammar.accept(state, utf8.encode(named ? `<[${id}]>` : piece), named ? Number(id) : 0);
    if (state === null) return null;
  }
  return state;
}

function accepts(grammar: Grammar, text: string): boolean {
  return read(grammar, text)?.canEnd === true;
}

/** The cases of llama.cpp's tests/test-grammar-integration.cpp. */
const cases: readonly {
  readonly name: string;
  readonly grammar: string;
  readonly yes: readonly string[];
  readonly no: readonly string[];
}[] = [
  {
    name: "sums",
    grammar: 'root ::= expr\nexpr ::= term ("+" term)*\nterm ::= number\nnumber ::= [0-9]+',
    yes: ["42", "1+2+3+4+5", "123+456"],
    no: ["+", "/ 3", "1+2+3+4+5+", "12a45"]
  },
  {
    name: "tokens",
    grammar: "root ::= <[10]> content <[11]>\ncontent ::= (!<[11]>)*",
    yes: [
      "«10»hello world«11»",
      "«10»text «12» and «13» more«11»",
      "«10»«11»",
      "«10»«12»«13»«14»«15»«11»",
      "«10»a«11»"
    ],
    no: ["«10»no end", "«10»", "no start«11»", "«10»«11»«11»", "«11»wrong«10»"]
  },
  {
    name: "expressions",
    grammar: `
      root ::= expression
      expression ::= term ws (("+"|"-") ws term)*
      term ::= factor ws (("*"|"/") ws factor)*
      factor ::= number | variable | "(" expression ")" | function-call
      number ::= [0-9]+
      variable ::= [a-zA-Z_][a-zA-Z0-9_]*
      function-call ::= variable ws "(" (expression ("," ws expression)*)? ")"
      ws ::= [ \\t\\n\\r]?`,
    yes: [
      "42",
      "1*2*3*4*5",
      "x",
      "x1+y2",
      "(a+b)*(c-d)",
      "func()",
      "func(x,y+2)",
      "f(g(x),h(y,z))",
      "x + 10",
      "(a + b) * (c - d)",
      "a * (b + c) - d / e",
      "f(g(x), h(y, z))",
      "123+456*789-123/456+789*123-456/789+123*456-789/123+456*789-123/456+789*123-456"
    ],
    no: [
      "+",
      "/ 3x",
      "x + + y",
      "a * / b",
      "func(,)",
      "func(x y)",
      "(a + b",
      "x + y)",
      "42 +",
      "func(x, y + 2",
      "f(g(x), h(y, z)",
      "123+456*789-123/456+789*123-456/789+123*456-789/"
    ]
  },
  {
    name: "tool calls of tokens",
    grammar: `
      root ::= reasoning+ content tool-call*
      reasoning ::= <[10]> (!<[11]>)* <[11]>
      content ::= <[20]> (!<[21]>)* <[21]>
      tool-call ::= <[12]> name <[13]> args <[14]>
      name ::= (!<[13]>)+
      args ::= (!<[14]>)*`,
    yes: [
      "«10»I am thinking«11»«20»hello!«21»«12»search«13»query=test«14»",
      "«10»1«11»«10»2«11»«20»«21»«12»tool«13»«14»",
      "«10»«11»«20»content«21»",
      "«10»think«12» nested«11»«20»«10»more«21»«12»fn«13»x=1«14»«12»fn2«13»«14»"
    ],
    no: [
      "«20»content only«21»",
      "«10»no end",
      "«10»«11»«20»no end",
      "«10»«11»«20»«21»«12»incomplete",
      "«10»«11»«11»«20»«21»"
    ]
  },
  {
    name: "any character",
    grammar: 'root ::= ... "abc" ...',
    yes: ["abcabcabc", "aaaabcccc", "🔵🟠✅abc❌🟠🔵"],
    no: ["aaabcccc", "aaaaabcccc", "aaaabccc", "aaaabccccc", "🔵🟠✅❌abc❌✅🟠🔵", "🔵🟠abc🟠🔵"]
  },
  {name: "*", grammar: 'root ::= "a"*', yes: ["", "a", "aaaaa", "a".repeat(80)], no: ["b", "ab", "aab", "ba"]},
  {name: "+", grammar: 'root ::= "a"+', yes: ["a", "aaaaa", "a".repeat(80)], no: ["", "b", "ab", "aab", "ba"]},
  {name: "?", grammar: 'root ::= "a"?', yes: ["", "a"], no: ["b", "ab", "aa", "ba"]},
  {
    name: "mixed repetitions",
    grammar: "root ::= cons+ vowel* cons? (vowel cons)*\nvowel ::= [aeiouy]\ncons ::= [bcdfghjklmnpqrstvwxyz]",
    yes: ["yes", "no", "noyes", "crwth", "four", "bryyyy"],
    no: ["yess", "yesno", "forty", "catyyy"]
  },
  {name: "{4}", grammar: "root ::= [ab]{4}", yes: ["aaaa", "bbbb", "abab"], no: ["a", "b", "aaaaa"]},
  {name: "{4,}", grammar: "root ::= [ab]{4,}", yes: ["aaaa", "aaaaab", "ababab"], no: ["", "aba"]},
  {name: "{0,4}", grammar: "root ::= [ab]{0,4}", yes: ["", "a", "aa", "aaa", "aaab"], no: ["aaaaa"]},
  {
    name: "{3,5} of a group",
    grammar: 'root ::= ("0x" [A-F0-9]{2} " "?){3,5}',
    yes: ["0xFF 0x12 0xAB", "0xFF 0x12 0xAB 0x00 0x00"],
    no: ["", "0xFF", "0xFF 0x12", "0xFF 0x12 0xAB 0x00 0x00 0x00"]
  },
  {name: "a repetition of nothing", grammar: "root ::= ( [x]* )*", yes: ["", "x", "xx"], no: ["y", "yy"]}
];

/** What is wrong, and where. */
function problem(text: string, tokenOf?: (text: string) => number | null): string {
  try {
    parseGrammar(text, tokenOf && {tokenOf});
  } catch (error) {
    assert.ok(error instanceof GrammarError, String(error));
    return error.message;
  }
  return "";
}

describe("Grammars are read as llama.cpp reads them", () => {
  for (const {name, grammar, yes, no} of cases)
    it(name, () => {
      const read = new Grammar(parseGrammar(grammar));
      for (const text of yes) assert.ok(accepts(read, text), text);
      for (const text of no) assert.ok(!accepts(read, text), text);
    });

  it("with comments, escapes, and lines that go on", () => {
    const grammar = new Grammar(
      parseGrammar(
        '# first\r\nroot ::= "\\x41\\u00e9\\U0001F600" | # goes on\n  [\\]\\-\\\\] ( "\\t\\"" # inside\n | b )\r\rb ::= [a-] [^\\n]{2}'
      )
    );
    for (const text of ["Aé😀", ']\t"', "-a😀x", "\\-zz"]) assert.ok(accepts(grammar, text), text);
    for (const text of ["A", "a", "]b12", "]a1\n"]) assert.ok(!accepts(grammar, text), text);
  });

  it("with empty alternates, literals and classes, and names defined twice", () => {
    const grammar = new Grammar(parseGrammar('root ::= | a\na ::= "x"\na ::= "" [] "y" [^]'));
    assert.ok(accepts(grammar, "") && accepts(grammar, "y") && !accepts(grammar, "x"));
  });

  it("a class whose end is below its beginning has nothing", () => {
    const grammar = new Grammar(parseGrammar("root ::= [z-ab] | [^z-a]"));
    assert.ok(accepts(grammar, "b") && accepts(grammar, "z"));
    assert.ok(!accepts(new Grammar(parseGrammar("root ::= [z-ab]")), "z"));
  });

  it("a token by its text, where the model has it", () => {
    const text = 'root ::= <think> "x" !</think>';
    const rules = parseGrammar(text, {tokenOf: (written) => ["<think>", "</think>"].indexOf(written)});
    assert.ok(accepts(new Grammar(rules), "«0»x«0»") && !accepts(new Grammar(rules), "«0»x«1»"));
    assert.match(problem(text), /^Line 1, column 10 .*"<think>" is not one token/);
    assert.match(
      problem(text, (written) => (written === "<think>" ? 3 : null)),
      /column 23 .*"<\/think>"/
    );
  });

  it("another rule than root", () => {
    assert.ok(accepts(new Grammar(parseGrammar('foobar ::= "a"', {root: "foobar"})), "a"));
  });
});

describe("A grammar is refused with the place", () => {
  const refused: readonly (readonly [text: string, message: RegExp])[] = [
    ["", /no rule "root"/],
    ["rot ::= [0-9]", /no rule "root"/],
    ["root = [0-9]", /^Line 1, column 6 .*"::=" is missing/],
    ["root ::= expr\nexpr ::= numero", /^Line 2, column 10 .*"numero" is not defined/],
    ['root ::= "a', /^Line 1, column 12 .*"""? is missing/],
    ["root ::= [a", /column 12 .*"\]" is missing/],
    ["root ::= [a-", /column 13 .*"\]" is missing/],
    ['root ::= ("a"', /column 14 .*"\)" is missing/],
    ['root ::= "a")', /column 13 .*"\)" does not belong/],
    ["root ::= a_b", /column 11 .*"_" does not belong/],
    ['root ::= "a"\n  😀', /^Line 2, column 3 .*"😀" does not belong/],
    ["root ::= *", /column 10 .*nothing before it to repeat/],
    ['root ::= ""*', /column 12 .*nothing before it to repeat/],
    ['root ::= "\\q"', /column 11 .*"\\q" begins no escape/],
    ['root ::= "\\u00g0"', /"\\u" begins no escape/],
    ['root ::= "\\', /"\\" begins no escape/],
    ['root ::= "a"{', /column 14 .*something is missing/],
    ['root ::= "a"{,3}', /column 14 .*"," does not belong/],
    ['root ::= "a"{2;3}', /column 15 .*"}" is missing/],
    ['root ::= "a"{3,2}', /column 13 .*ends below its beginning/],
    ['root ::= "a"{2001}', /at most 2,?000 repetitions/],
    ['root ::= "a"{99999999999999999999999}', /at most 2,?000 repetitions/],
    ['root ::= "a"{50}{50}', /at most 2,?000 repetitions/],
    ['root ::= ("a"?){0,50}{0,50}', /at most 2,?000 repetitions/],
    ["root ::= <[x]>", /column 12 .*"x" does not belong/],
    ["root ::= <[1>", /"\]>" is missing/],
    ["root ::= !a", /"<" is missing/],
    ["root ::= <a", /">" is missing/],
    ['root ::= "a" | root "a"', /^Line 1, column 1 .*"root" begins with itself/],
    ['root ::= asdf\nasdf ::= "a" | asdf "a"', /^Line 2, column 1 .*"asdf"/],
    ['root ::= asdf\nasdf ::= "a" | foo "b"\nfoo ::= "c" | asdf "d" | "e"', /begins with itself/],
    [
      'root ::= asdf\nasdf ::= "a" | foo "b"\nfoo ::= "c" | empty asdf "d" | "e"\nempty ::= "blah" | ',
      /begins with itself/
    ],
    // llama.cpp overlooks this one, and builds stacks without end.
    ['root ::= a root "x" | "y"\na ::= b\nb ::= "z" | ', /"root" begins with itself/],
    [`root ::= ${"(".repeat(300)}`, /too large/],
    [`root ::= "${"a".repeat(10_000)}"{0,2000}`, /too large/],
    [`root ::= "${"a".repeat(1 << 20)}"`, /too large/]
  ];
  for (const [text, message] of refused)
    it(JSON.stringify(text.slice(0, 80)), () => {
      assert.match(problem(text), message);
    });

  it("as numbers, too", () => {
    assert.throws(() => parseGrammar("root ::= a\r\na ::= [b"), {place: {line: 2, column: 9}});
    assert.throws(() => parseGrammar("a ::= [b]"), {place: null});
  });

  it("a maximum beyond llama.cpp's limit is none", () => {
    assert.ok(accepts(new Grammar(parseGrammar('root ::= "a"{1,3000}')), "a".repeat(3500)));
  });

  it("a long chain of rules is read", () => {
    const rules = Array.from({length: 20_000}, (_, i) => `r${i} ::= r${i + 1}`).join("\n");
    assert.ok(accepts(new Grammar(parseGrammar(`root ::= r0\n${rules}\nr20000 ::= "x"`)), "x"));
  });

  it("one that is too ambiguous, when it is used", () => {
    assert.throws(() => {
      const grammar = new Grammar(
        parseGrammar("root ::= (((a?){40} a?){40} a?){40}\na ::= b* c*\nb ::= [a]* [a]\nc ::= [a]+")
      );
      let state: GrammarState | null = grammar.start;
      for (let i = 0; i < 50 && state !== null; i++) state = grammar.accept(state, utf8.encode("a"));
    }, GrammarError);
  });
});
