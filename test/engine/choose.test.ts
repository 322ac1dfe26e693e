import {strict as assert} from "node:assert";
import {readFileSync} from "node:fs";
import path from "node:path";
import type {Progress} from "../../src/contract/progress";
import {questionTemplate} from "../../src/text/choiceQuestion";
import {root} from "../harness/paths";
import {cli} from "./cliProcess";
import {Engine} from "./engine";

const questions = path.join(root, "test/fixtures/choices/questions.jsonl");

const lengths = {sum: () => 1, character: "characters", byte: "bytes", token: "tokens"} as const;
const rules = {acc: "sum", acc_norm: "character", acc_bytes: "byte", acc_tokens: "token"} as const;

type Rule = keyof typeof lengths;
type Name = keyof typeof rules;

interface Choice {
  readonly text: string;
  readonly logprob: number;
  readonly tokens: number;
  readonly bytes: number;
  readonly characters: number;
  readonly probabilities: Readonly<Record<Rule, number | null>>;
}

interface Chosen {
  readonly line: number;
  readonly id?: string;
  readonly answer: number | null;
  readonly chosen: Readonly<Record<Name, number>>;
  readonly contextTokens: number;
  readonly choices: readonly Choice[];
  readonly warnings?: readonly string[];
}

type Accuracies = Readonly<Record<Name, {value: number; standardError: number | null; ties: number}>> &
  Readonly<Record<string, unknown>>;

interface Run {
  readonly code: number | null;
  readonly all: readonly Chosen[];
  readonly accuracy: Accuracies | undefined;
  readonly lines: readonly string[];
}

async function choose(args: readonly string[], input?: string): Promise<Run> {
  const {code, stdout, stderr} = await cli(["choose", ...args, "--gpu", "off"], input === undefined ? {} : {input});
  const documents = stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as object);
  const last = documents.at(-1);
  const isLast = last !== undefined && "accuracy" in last;
  return {
    code,
    all: (isLast ? documents.slice(0, -1) : documents) as readonly Chosen[],
    accuracy: isLast ? (last.accuracy as Accuracies) : undefined,
    lines: stderr.split("\n").slice(0, -1)
  };
}

function close(actual: number | null, expected: number, what: string, tolerance = 1e-9): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${what}: ${actual}, ${expected}`);
}

/** What is scored of a line of the fixture, as lm-evaluation-harness cuts it. */
function pairOf(line: string): {context: string; texts: readonly string[]} {
  const fields = JSON.parse(line);
  const context: string = fields.context ?? fields.ctx ?? questionTemplate.replace("{question}", fields.question);
  const choices: readonly string[] = fields.choices?.text ?? fields.choices ?? fields.endings;
  return {context, texts: choices.map((choice) => ` ${choice}`)};
}

describe("choose", () => {
  let fixture: Promise<Run> | undefined;
  const run = (): Promise<Run> => {
    fixture ??= choose([questions]);
    return fixture;
  };

  it("gives each choice the logprobs of its tokens in the text that context and choice are together", async () => {
    const {code, all, lines} = await run();
    assert.deepEqual([code, lines, all.length], [0, [], 20]);
    const engine = new Engine();
    for (const [i, line] of readFileSync(questions, "utf8").trimEnd().split("\n").entries()) {
      const {context, texts} = pairOf(line);
      const {ids: before} = await engine.ask("tokenize", {text: context});
      for (const [c, text] of texts.entries()) {
        const whole = await engine.ask("score", {text: context + text, top: 0});
        const behind = whole.logprobs.subarray(before.length);
        const {logprob = Number.NaN, tokens} = all[i]?.choices[c] ?? {};
        assert.equal(tokens, behind.length);
        close(
          logprob,
          behind.reduce((sum, v) => sum + v, 0),
          `line ${i + 1}, choice ${c + 1}`,
          1e-6
        );
      }
      assert.equal(all[i]?.contextTokens, before.length);
    }
  });

  it("chooses by sum, characters, bytes and tokens, with probabilities", async () => {
    const {all} = await run();
    for (const {choices, chosen} of all)
      for (const [name, rule] of Object.entries(rules) as [Name, Rule][]) {
        const length = lengths[rule];
        const values = choices.map(
          (choice) => choice.logprob / (typeof length === "string" ? choice[length] : length())
        );
        assert.equal(chosen[name], values.indexOf(Math.max(...values)));
        const sum = values.reduce((all, value) => all + Math.exp(value), 0);
        for (const [i, value] of values.entries())
          close(choices[i]?.probabilities[rule] ?? null, Math.exp(value) / sum, `${name} of choice ${i}`);
      }
    const rose = all[17]?.choices[1];
    assert.deepEqual(
      [rose?.characters, rose?.bytes],
      [Array.from(rose?.text ?? "").length, Buffer.byteLength(rose?.text ?? "")]
    );
  });

  it("ends with the accuracies of the questions that have an answer, and their standard errors", async () => {
    const {all, accuracy} = await run();
    assert.deepEqual([accuracy?.["questions"], accuracy?.["answered"], accuracy?.["failed"]], [20, 19, 0]);
    for (const name of Object.keys(rules) as Name[]) {
      const hits = all.filter(({answer}) => answer !== null).map(({answer, chosen}) => Number(chosen[name] === answer));
      const mean = hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
      const deviation = Math.sqrt(hits.reduce((sum, hit) => sum + (hit - mean) ** 2, 0) / (hits.length - 1));
      close(accuracy?.[name].value ?? null, mean, name);
      close(accuracy?.[name].standardError ?? null, deviation / Math.sqrt(hits.length), `± of ${name}`);
      assert.equal(accuracy?.[name].ties, 1);
    }
  });

  it("names ids and right answers of the shapes that it knows", async () => {
    const {all} = await run();
    assert.deepEqual(
      all.map(({answer}) => answer),
      [0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 1, 1, 0, 0, 2, 0, 0, 0, null, 0]
    );
    assert.deepEqual([all[11]?.id, all[15]?.id, all[0]?.id], ["made-1", "16", undefined]);
  });

  it("goes on where a line is wrong, and fails in the end", async () => {
    const good = '{"context": "x =", "choices": ["1", "2"], "answer": 0}';
    const input = [good, "{", "", '{"context": "x", "choices": ["1"]}', good, ""].join("\r\n");
    const {code, all, accuracy, lines} = await choose(["-"], input);
    assert.equal(code, 1);
    assert.deepEqual(
      all.map(({line}) => line),
      [1, 5]
    );
    assert.deepEqual(lines, [
      'tokenscope: "-", line 2: is no JSON',
      'tokenscope: "-", line 4: has fewer than two choices'
    ]);
    assert.deepEqual([accuracy?.["questions"], accuracy?.["failed"]], [2, 2]);
  });

  it("has no accuracies where no line is right, or there is none", async () => {
    const wrong = await choose(["-"], "no\n");
    assert.deepEqual([wrong.code, wrong.all, wrong.accuracy], [1, [], undefined]);
    const empty = await choose(["-"], "\n\n");
    assert.deepEqual([empty.code, empty.lines.length], [1, 1]);
    assert.match(empty.lines[0] ?? "", /"-" has no questions/);
    const two = await choose([questions, questions]);
    assert.match(two.lines[0] ?? "", /one FILE at a time/);
  });

  it("takes a template, a prefix, and letters", async () => {
    const input = '{"question": "Which is red?", "choices": ["blood", "snow"], "answer": 1}\n';
    const template = "{question}\\n{choices}\\nAnswer:";
    const {code, all, accuracy} = await choose(
      ["-", "--template", template, "--letters", "--choice-prefix", ""],
      input
    );
    assert.equal(code, 0);
    assert.deepEqual(
      all[0]?.choices.map(({text, bytes}) => [text, bytes]),
      [
        ["A", 1],
        ["B", 1]
      ]
    );
    assert.deepEqual([accuracy?.["choicePrefix"], accuracy?.["letters"]], ["", true]);
    const context = "Which is red?\nA. blood\nB. snow\nAnswer:";
    const scores = await new Engine().ask("score", {text: "B", context, joined: true, top: 0});
    close(
      all[0]?.choices[1]?.logprob ?? null,
      scores.logprobs.reduce((sum, v) => sum + v, 0),
      "B",
      1e-6
    );
  });
});

describe("context and text cut in one piece", () => {
  const paragraph = "def add(a, b):\n    return a + b\n\n";

  it("moves white space before a choice to it", async () => {
    const spaced = await choose(["-", "--choice-prefix", ""], '{"context": "return a ", "choices": ["+ b", "- b"]}\n');
    const plain = await choose(["-"], '{"context": "return a", "choices": ["+ b", "- b"]}\n');
    const logprobs = ({all}: Run) => all[0]?.choices.map(({logprob}) => logprob);
    assert.deepEqual(logprobs(spaced), logprobs(plain));
  });

  it("warns where no token ends between them, and has the tokens behind the context's own number", async () => {
    const engine = new Engine();
    const [context, text] = ["The cat", "sat on the mat"];
    const {ids: before} = await engine.ask("tokenize", {text: context});
    const {ids: whole} = await engine.ask("tokenize", {text: context + text});
    assert.notDeepEqual([...whole.subarray(0, before.length)], [...before]);
    const {ids, contextIds, ends, warnings} = await engine.ask("score", {text, context, joined: true});
    assert.deepEqual([[...contextIds], [...ids]], [[...before], [...whole.subarray(before.length)]]);
    assert.equal(ends?.at(-1), Buffer.byteLength(text));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /other tokens where they meet/);
    const apart = await engine.ask("score", {text, context});
    assert.deepEqual(apart.warnings, []);
  });

  it("refuses a text that has no token of its own", async () => {
    const engine = new Engine();
    const {texts} = await engine.ask("tokenize", {text: "return return"});
    const word = texts[0] ?? "";
    assert.equal(word, "return");
    const refused = engine.ask("score", {context: word.slice(0, -1), text: word.slice(-1), joined: true});
    await assert.rejects(refused, /no token of its own/);
  });

  it("evaluates a context once for all choices", async () => {
    const engine = new Engine();
    const context = paragraph.repeat(60).trimEnd();
    const batches = async (text: string): Promise<number> => {
      const progress: Progress[] = [];
      await engine.ask("score", {text, context, joined: true, top: 0}, {onProgress: (one) => progress.push(one)});
      return progress.filter(({stage}) => stage === "score").length;
    };
    const [first, second, third] = [await batches(" * c"), await batches(" + d"), await batches(" - d")];
    assert.ok(first > 1, `${first} batches`);
    assert.deepEqual([second, third], [1, 1]);
  });

  it("keeps as much of a long context as the window has room for, and says what it left out", async () => {
    const engine = new Engine();
    const context = paragraph.repeat(200).trimEnd();
    const {ids: before} = await engine.ask("tokenize", {text: context});
    const scores = await engine.ask("score", {text: " * c", context, joined: true, top: 0});
    const {ids, contextIds, windowing} = scores;
    assert.equal(1 + contextIds.length + ids.length, windowing.window);
    assert.deepEqual([...contextIds], [...before.subarray(before.length - contextIds.length)]);
    assert.ok(scores.logprobs.every((logprob) => logprob < 0));
    assert.match(scores.warnings[0] ?? "", /cut at its beginning by [\d,]+ tokens/);
  });
});
