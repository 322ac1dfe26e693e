// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scanned sources are texts here.
import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import {textsOf, withKeys} from "../../scripts/l10n/manifest.mjs";
import {bareTexts, messagesOf} from "../../scripts/l10n/messages.mjs";
import {localization, translationProblems} from "../../scripts/l10n/project.mjs";
import {root} from "../harness/paths";

const found = (source: string) => messagesOf(source).messages.map(({message}) => message);
const problems = (source: string) => messagesOf(source).problems.map(({line}) => line);

describe("The translations", () => {
  it("are complete, fit their originals, and no text was forgotten", () => {
    const {bundle, texts, problems: all} = localization(root);
    assert.deepEqual(all, []);
    assert.ok(Object.keys(bundle).length > 400);
    const written = (file: string) => JSON.parse(readFileSync(path.join(root, file), "utf8"));
    assert.deepEqual(written("l10n/bundle.l10n.json"), bundle, "npm run l10n");
    assert.deepEqual(written("package.nls.json"), texts, "npm run l10n");
  });

  it("miss what is not there, and have nothing left over", () => {
    const english = {a: "{0} of {1}", b: "Press `x` or [stop](command:stop)"};
    assert.deepEqual(translationProblems(english, {a: "{1}: {0}", b: "[Halt](command:stop) oder `x`"}), []);
    assert.deepEqual(translationProblems(english, {a: "{0} von {1}", c: "C"}), ['missing: "b"', 'left over: "c"']);
    assert.equal(translationProblems(english, {...english, a: "{0} von {0}"}).length, 1);
    assert.equal(translationProblems(english, {...english, b: "`x`, [Halt](command:go)"}).length, 1);
  });
});

describe("The texts of a source", () => {
  it("are the literals given to l10n.t", () => {
    assert.deepEqual(found('l10n.t("One"); vscode.l10n.t("{0} of {1}", a, b)'), ["One", "{0} of {1}"]);
    assert.deepEqual(found('l10n.t(\n  "Long",\n  f(")")\n)'), ["Long"]);
    assert.deepEqual(found(String.raw`l10n.t("\"a\"\n\u2026"); l10n.t('it\'s')`), ['"a"\n…', "it's"]);
  });

  it("are found in templates, and not in comments, strings and regular expressions", () => {
    assert.deepEqual(found('`a ${b ? `${l10n.t("In")}` : l10n.t("Out")} }`'), ["In", "Out"]);
    assert.deepEqual(found('// l10n.t("no")\n/* l10n.t("no") */ const a = "l10n.t(1)";'), []);
    assert.deepEqual(found('const a = /["\'`]/g; const b = 1 / 2; l10n.t("Yes"); c = d / e'), ["Yes"]);
    assert.deepEqual(found('if (/[/"]/.test(a)) return /"/; l10n.t("Yes")'), ["Yes"]);
  });

  it("may have a comment for who translates them", () => {
    const {messages} = messagesOf('l10n.t({message: "{0}, {1}", args: [f({x: 1}), b], comment: ["a", "b"]})');
    assert.deepEqual(messages, [{message: "{0}, {1}", comment: ["a", "b"], line: 1}]);
  });

  it("can't be put together", () => {
    assert.deepEqual(
      problems('\nl10n.t("a" + b);\nl10n.t(`a ${b}`);\nl10n.t(a);\nl10n.t`a`;\nl10n.t({message: a})'),
      [2, 3, 4, 5, 6]
    );
  });

  it("come from the library as a whole, so that calls look alike", () => {
    assert.deepEqual(problems('import * as l10n from "@vscode/l10n";'), []);
    assert.deepEqual(problems('import {t} from "@vscode/l10n";'), [1]);
  });

  it("without l10n.t are found where people would see them", () => {
    const bare = (source: string) => bareTexts(source).length;
    assert.equal(bare('vscode.window.showErrorMessage("Sorry")'), 1);
    assert.equal(bare("vscode.window.showErrorMessage(`${name} is gone`)"), 1);
    assert.equal(bare('throw new EngineError("notGguf", "This is no model.")'), 1);
    assert.equal(bare('const item = {label: "$(gear) Settings"}; item.tooltip = "Open";'), 2);
    assert.equal(bare('html`<p title="Show all">${count}</p><b>two words</b>`'), 2);
    assert.equal(bare('item.label = l10n.t("Settings"); item.id = "two"; item.text = "$(flame)";'), 0);
    assert.equal(bare('log.info("two words"); throw new RangeError("two words"); // two words'), 0);
    assert.equal(bare('html`<div class="two words">${a}</div>`'), 0);
  });
});

describe("The texts of package.json", () => {
  const manifest = {
    displayName: "Tokenscope",
    contributes: {
      commands: [{command: "tokenscope.a", title: "Do A", category: "Tokenscope"}],
      configuration: {
        title: "Tokenscope",
        properties: {"tokenscope.gpu": {enum: ["off"], enumDescriptions: ["None."], description: "Which."}}
      },
      viewsWelcome: [
        {view: "tokenscope.v", when: "tokenscope.v.empty == no", contents: "[A](command:tokenscope.a)"},
        {view: "tokenscope.v", when: "!tokenscope.v.empty", contents: "B"}
      ],
      walkthroughs: [
        {id: "first", title: "First", description: "D", steps: [{id: "one", title: "One", media: {altText: "P"}}]}
      ],
      languageModelTools: [{name: "tokenscope_p", displayName: "P", modelDescription: "For the model."}]
    }
  };

  it("get readable keys; names and what is said to models stay", () => {
    const {texts, plain} = textsOf(manifest, {});
    assert.deepEqual(texts, {
      "command.a.title": "Do A",
      "setting.gpu.description": "Which.",
      "setting.gpu.enumDescriptions.off": "None.",
      "welcome.v.empty-no.contents": "[A](command:tokenscope.a)",
      "welcome.v.not-empty.contents": "B",
      "walkthrough.first.title": "First",
      "walkthrough.first.description": "D",
      "walkthrough.first.one.title": "One",
      "walkthrough.first.one.altText": "P",
      "tool.p.displayName": "P"
    });
    assert.deepEqual(plain, Object.keys(texts));
    const moved = withKeys(manifest);
    assert.equal(moved.contributes.commands[0]?.title, "%command.a.title%");
    assert.equal(moved.contributes.commands[0]?.category, "Tokenscope");
    assert.equal(moved.contributes.languageModelTools[0]?.modelDescription, "For the model.");
  });

  it("move once: after that only new ones do", () => {
    const {texts} = textsOf(manifest, {});
    const moved = withKeys(manifest);
    assert.deepEqual(withKeys(moved), moved);
    assert.deepEqual(textsOf(moved, texts), {texts, plain: []});
    moved.contributes.commands.push({command: "tokenscope.b", title: "Do B", category: "Tokenscope"});
    assert.deepEqual(textsOf(moved, texts).plain, ["command.b.title"]);
    assert.equal(withKeys(moved).contributes.commands[1]?.title, "%command.b.title%");
    assert.throws(() => textsOf(moved, {}), /package\.nls\.json has no command\.a\.title/);
  });
});
