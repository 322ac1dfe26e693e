import {strict as assert} from "node:assert";
import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";
import * as l10n from "@vscode/l10n";
import fc from "fast-check";
import {Console} from "../../src/cli/console";
import {trimCompletion} from "../../src/completion/trim";
import {EngineError} from "../../src/contract/errors";
import {safeFileName} from "../../src/engine/transfer/fileName";
import type {Evaluation} from "../../src/features/evaluateFolder/evaluation";
import {evaluationCsv} from "../../src/features/evaluateFolder/exports";
import {logprobsPage} from "../../src/features/logprobs/logprobsPage";
import {parseMessage as readLogprobsMessage} from "../../src/features/logprobs/parseMessage";
import {modelInfoPage} from "../../src/features/modelInfo/modelInfoPage";
import {parseMessage as readModelInfoMessage} from "../../src/features/modelInfo/parseMessage";
import {parseMessage as readTokenizerMessage} from "../../src/features/tokenizer/parseMessage";
import {tokenizerPage} from "../../src/features/tokenizer/tokenizerPage";
import {displayName} from "../../src/gguf/displayName";
import {urlHost} from "../../src/host/urlHost";
import {webviewPage} from "../../src/host/webviewPage";
import {csvPieces} from "../../src/metrics/scoreExport";
import {jsonText} from "../../src/text/jsonText";
import {logText} from "../../src/text/logText";
import {escapeMarkdown} from "../../src/text/markdownText";
import {plainPath, plainText} from "../../src/text/plainText";
import {shortLabel} from "../../src/text/tokenLabel";
import {invisible, visibleText} from "../../src/text/visibleText";
import {allHostile, hostileTexts} from "../harness/hostileText";
import {root} from "../harness/paths";

/** Links in VS Code's notifications and prompts (linkedText.ts). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)\3)?\)/;
const huge = "\u202e]($(x)".repeat(150_000);

/** Decodes entities. */
const drawn = (markdown: string) => markdown.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));

/** Each sink, and what must not appear in it. */
const sinks: readonly (readonly [where: string, made: (text: string) => string, not: RegExp, longest: number])[] = [
  ["a notification, a title or a row of a list", plainText, link, 1200],
  ["the path of a file that an agent asks for", plainPath, link, 1200],
  ["a row's icons", plainText, /\$\([a-z~-]+\)/, 1200],
  ["a name out of a model's metadata", (text) => displayName(text) ?? "", invisible, 800],
  ["a label of a token", (text) => shortLabel(visibleText(text)), invisible, 201],
  ["Markdown", (text) => escapeMarkdown(text.slice(0, 1000)), /[^\p{L}\p{N} &#;]|&(?!#\d+;)/u, 20_000],
  ["Markdown, as it is drawn", (text) => drawn(escapeMarkdown(text.slice(0, 1000))), invisible, 8000],
  ["the name of a download", safeFileName, /[/\\:*?"<>|]|^\./, 200],
  ["an entry of the log", logText, /\n(?! {4})/, 200_000],
  ["an address's host", urlHost, link, 1200]
];

describe("A stranger's text", () => {
  for (const [where, made, not, longest] of sinks)
    it(`is only a text in ${where}`, () => {
      for (const [what, text] of [
        ...Object.entries(hostileTexts),
        ["all of them", allHostile],
        ["huge", huge]
      ] as const) {
        const shown = made(text);
        assert.doesNotMatch(shown, not, what);
        assert.doesNotMatch(shown.replace(/[\n\t]/g, ""), invisible, what);
        assert.ok(shown.length <= longest, `${what}: ${shown.length} characters`);
      }
    });

  it("is any text: none of the above finds one that gets through", () => {
    const piece = fc.constantFrom(
      ...Object.values(hostileTexts),
      "[",
      "](",
      "$(",
      "$",
      "(",
      ")",
      "&",
      "\\",
      "\n",
      "=",
      ";"
    );
    const text = fc
      .array(fc.oneof(piece, fc.string({unit: "binary", maxLength: 5})), {maxLength: 8})
      .map((all) => all.join(""));
    fc.assert(
      fc.property(text, (one) => {
        for (const [, made, not] of sinks) {
          assert.doesNotMatch(made(one), not);
          assert.doesNotMatch(made(one).replace(/[\n\t]/g, ""), invisible);
        }
      }),
      {seed: 4, numRuns: 500}
    );
  });

  it("fills a sentence's place once: what looks like another place in it stays", () => {
    assert.equal(l10n.t("{0} and {1}", "{1} $& %s", "{0}"), "{1} $& %s and {0}");
  });

  it("stays one line on a terminal, and moves no cursor", () => {
    let written = "";
    const stream = {
      write: (text: string) => {
        written += text;
      }
    };
    new Console(stream, stream).sayError(new EngineError("modelMissing", `There is no "${allHostile}".`));
    assert.equal(written.trimEnd().split("\n").length, 1);
    assert.doesNotMatch(written.trimEnd(), invisible);
  });

  it("is the same in JSON to a program, and nothing to a terminal or an editor", () => {
    for (const indentation of [0, 2]) {
      const json = jsonText({[allHostile]: [allHostile]}, indentation);
      assert.deepEqual(JSON.parse(json), {[allHostile]: [allHostile]});
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
      assert.doesNotMatch(json, /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/);
    }
  });

  it("is no completion from its first control on", () => {
    assert.equal(trimCompletion("a = 1\u202e;", "", ""), "a = 1");
    // Lone surrogates, line ends that editors warn about, and zero-width characters.
    for (const unseen of ["\ufffd", "\u2028", "\u200b", "\u2060", "\ufeff", "\u{e0041}"])
      assert.equal(trimCompletion(`a = 1${unseen};`, "", ""), "a = 1", JSON.stringify(unseen));
    // Emoji and Persian need these joiners and non-joiners.
    assert.equal(trimCompletion("a\u200d\u200cb", "", ""), "a\u200d\u200cb");
    assert.equal(trimCompletion("\u001b[31mred", "", ""), "");
    assert.equal(trimCompletion("if x:\n\treturn 'שלום'", "", ""), "if x:\n\treturn 'שלום'");
  });
});

describe("A table that leaves Tokenscope", () => {
  /** The cells in a spreadsheet, for any separator (with RFC 4180's quotes). */
  function cells(csv: string, separator: string): string[] {
    const found = csv.matchAll(
      new RegExp(`(?:^|${separator}|\\n)(?:"((?:[^"]|"")*)"[^${separator}\\n]*|([^${separator}\\n]*))`, "g")
    );
    return [...found].map(([, quoted, bare]) => quoted ?? bare ?? "");
  }
  const formula = /^\s*[=+\-@]/;

  it("has no formula in it, in no locale: files of an evaluation", () => {
    const reason = `"${hostileTexts.formula}" can't be read`;
    for (const name of [
      "=1+1.md",
      "-x",
      " @a",
      "\t=a",
      "\n=a",
      "a;=1+1",
      "a,=1+1",
      'a";=1',
      "＝1",
      hostileTexts.formula
    ]) {
      const unscored = [{path: name, reason, uri: undefined as never}];
      const evaluation = {files: [], failed: unscored, leftOut: unscored} as unknown as Evaluation;
      for (const separator of [",", ";", "\t"])
        for (const cell of cells(evaluationCsv(evaluation), separator))
          assert.doesNotMatch(cell, formula, `${JSON.stringify(name)} by ${JSON.stringify(separator)}`);
    }
  });

  it("has no formula in it, in no locale: tokens", () => {
    const texts = Object.values(hostileTexts);
    const tokens = {
      ids: texts.map((_, index) => index),
      ends: null,
      logprobs: Float64Array.from(texts, () => 0),
      textOf: (token: number) => texts[token] ?? ""
    };
    const csv = [...csvPieces({source: {title: hostileTexts.formula}}, tokens)].join("").slice(1);
    for (const separator of [",", ";", "\t"])
      for (const cell of cells(csv, separator)) assert.doesNotMatch(cell, /^\s*[=+@]|^-(?!0$|\d|inf)/);
  });
});

describe("The policy of a page", () => {
  const parts = {script: "/a.js", styles: "/a.css", cspSource: "https://source.test", nonce: "n0nce"};
  const pages = {
    logprobs: webviewPage(logprobsPage, {...parts, canFetch: false}),
    modelInfo: webviewPage(modelInfoPage, {...parts, canFetch: false}),
    tokenizer: webviewPage(tokenizerPage, {...parts, canFetch: false}),
    "modelInfo of a remote machine": webviewPage(modelInfoPage, {...parts, canFetch: true})
  };

  for (const [name, html] of Object.entries(pages))
    it(`lets nothing in that is not ours, and nothing out: ${name}`, () => {
      const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1] ?? "";
      const directives = Object.fromEntries(
        policy.split("; ").map((directive) => [directive.split(" ")[0], directive.split(" ").slice(1).join(" ")])
      );
      const connecting = name.includes("remote") ? {"connect-src": parts.cspSource} : {};
      assert.deepEqual(directives, {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "script-src": "'nonce-n0nce'",
        "style-src": parts.cspSource,
        ...connecting
      });
      assert.equal(html.match(/<script/g)?.length, 1);
      assert.doesNotMatch(html, /<style|style=|\son\w+=/);
    });
});

describe("The source", () => {
  const files = ["src", "webview"].flatMap((folder) =>
    readdirSync(path.join(root, folder), {recursive: true, encoding: "utf8"})
      .filter((file) => file.endsWith(".ts"))
      .map((file) => ({name: `${folder}/${file}`, text: readFileSync(path.join(root, folder, file), "utf8")}))
  );
  const found = (pattern: RegExp) =>
    files.flatMap(({name, text}) => [...text.matchAll(pattern)].map(([match]) => `${name}: ${match}`));

  it("trusts Markdown only with our own commands, by name", () => {
    const trusting = found(/(?<!workspace\s*\.)\bisTrusted\b[^;]*;/g);
    assert.ok(trusting.length >= 3, trusting.join("\n"));
    // The only other command is VS Code's own page about trust, without arguments.
    for (const statement of trusting)
      assert.match(
        statement,
        /: isTrusted = \{\s*enabledCommands: \[\s*((?:commandId\("\w+"\)|manageTrustCommand),?\s*)+\]\s*\};$/
      );
  });

  it("puts no text into a page as markup, and makes no program of one", () => {
    const sinksOfMarkup =
      /\b(innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|unsafeSVG|unsafeStatic|srcdoc|document\.write|eval|new Function)\b|\bhref=(?!"\$\{styles\}")/g;
    assert.deepEqual(found(sinksOfMarkup), []);
  });

  it("opens files, and one address that stands in it", () => {
    assert.deepEqual(found(/openExternal|"(?:vscode|workbench\.action)\.\w*[oO]pen(?:External|Url|Browser)\w*"/g), []);
    const opening = found(/(?:"vscode\.(?:open|diff)\w*".*)/g).map((line) => line.replace(/^src\/features\//, ""));
    assert.deepEqual(
      opening.map((line) => line.replace(/:.*?"(vscode\.\w+)".*/, " $1")),
      [
        "src/host/saveScores.ts vscode.open",
        "evaluateFolder/evaluationView.ts vscode.open",
        "folderTokens/countRows.ts vscode.open",
        "gpu/showGpu.ts vscode.open",
        "gpu/showGpu.ts vscode.open",
        "scoreChanges/changesTree.ts vscode.open",
        "scoreChanges/changesTree.ts vscode.open",
        "scoreChanges/changesTree.ts vscode.diff"
      ],
      opening.join("\n")
    );
    assert.match(files.find(({name}) => name.endsWith("showGpu.ts"))?.text ?? "", /argument: toolkitPage/);
  });
});

describe("A message of a view", () => {
  const readers = {
    logprobs: (message: unknown) => readLogprobsMessage(message, 3),
    modelInfo: readModelInfoMessage,
    tokenizer: readTokenizerMessage
  };
  const types = [
    ...["hello", "ready", "alternatives", "select", "copyJson", "scoreAgain", "cancel", "value", "copyValue", "piece"],
    ...["noPiece", "useModel", "download", "reveal", "readAgain", "saveCopy", "__proto__", "toString", "", "ready "],
    ...["tryAgain", "search", "rows", "tokenize", "copy"]
  ];
  const value = fc.oneof(
    fc.anything({withNullPrototype: true, withTypedArray: true, withSparseArray: true, maxDepth: 2}),
    fc.constantFrom(...Object.values(hostileTexts), 0, 1, 2, 3, -1, 0.5, Number.NaN, 2 ** 53, null, new Uint8Array(3))
  );
  const message = fc.record(
    {
      type: fc.oneof(fc.constantFrom(...types), value),
      token: value,
      showing: value,
      key: value,
      request: value,
      bytes: value,
      query: fc.oneof(value, fc.record({query: value, by: value, ignoreCase: value, kinds: value, order: value})),
      ids: fc.oneof(value, fc.array(value, {maxLength: 2}), fc.constant([0, 7])),
      scratch: fc.oneof(value, fc.record({text: fc.oneof(value, fc.string()), special: fc.oneof(value, fc.boolean())})),
      id: value,
      as: fc.oneof(value, fc.constantFrom("id", "json")),
      ["__proto__"]: value,
      constructor: value
    },
    {requiredKeys: ["type"]}
  );
  /** The expected value of every field. */
  const fields: Readonly<Record<string, (field: unknown) => boolean>> = {
    type: (field) => types.includes(field as string),
    token: (field) => field === 0 || field === 1 || field === 2,
    showing: (field) => field === null || typeof field === "string",
    key: (field) => typeof field === "string" && field.length <= 1 << 16,
    request: Number.isSafeInteger,
    bytes: (field) => field instanceof Uint8Array,
    ids: (field) => Array.isArray(field) && field.every((id) => Number.isSafeInteger(id) && id >= 0),
    scratch: (field) => {
      const {text, special, ...others} = field as Record<string, unknown>;
      return typeof text === "string" && typeof special === "boolean" && Object.keys(others).length === 0;
    },
    id: (field) => Number.isSafeInteger(field) && (field as number) >= 0,
    as: (field) => field === "id" || field === "text" || field === "json"
  };

  for (const [view, read] of Object.entries(readers))
    it(`is nothing but what its type says, whatever ${view} sends`, () => {
      let taken = 0;
      fc.assert(
        fc.property(message, (sent) => {
          const got = read(sent);
          if (got === null) return;
          taken++;
          assert.equal(Object.getPrototypeOf(got), Object.prototype);
          assert.equal(got.type, sent.type);
          for (const [name, field] of Object.entries(got)) assert.ok(fields[name]?.(field), name);
        }),
        {seed: 4, numRuns: 8000}
      );
      assert.ok(taken > 500, `${taken} were taken`);
    });

  it("may be huge: it is looked at, not gone through", () => {
    const long = Array.from({length: 1_000_000}, () => ({type: "ready", showing: null}));
    for (const read of Object.values(readers)) {
      assert.equal(read(long), null);
      assert.equal(read({type: "x".repeat(1_000_000)}), null);
    }
    assert.equal(readModelInfoMessage({type: "value", key: "x".repeat(1_000_000)}), null);
  });
});
