import {strict as assert} from "node:assert";
import {type ChoiceQuestion, choiceQuestion, QuestionError, type QuestionForm} from "../../src/text/choiceQuestion";
import {fillTemplate, MissingFieldError, unescaped} from "../../src/text/promptTemplate";

function read(line: object, form: Partial<QuestionForm> = {}): ChoiceQuestion {
  return choiceQuestion(JSON.stringify(line), {template: null, letters: false, ...form});
}

describe("a line with a question", () => {
  const choices = ["red", "green", "blue"];

  it("has a context as it stands, or a question with its words around it", () => {
    const question = {id: null, choices, answer: 1};
    assert.deepEqual(read({context: "Grass is", choices, answer: 1}), {...question, context: "Grass is"});
    assert.deepEqual(read({question: "Grass?", choices, answer: "B"}), {
      ...question,
      context: "Question: Grass?\nAnswer:"
    });
    assert.equal(read({context: "{a} {{", choices}).context, "{a} {{");
  });

  for (const [name, line, expected] of [
    ["MMLU", {question: "Grass?", subject: "plants", choices, answer: 1}, null],
    ["ARC", {id: "Q7", question: "Grass?", choices: {text: choices, label: ["1", "2", "3"]}, answerKey: "2"}, "Q7"],
    [
      "ARC's own files",
      {
        id: "Q7",
        question: {stem: "Grass?", choices: choices.map((text, i) => ({text, label: "ABC"[i]}))},
        answerKey: "B"
      },
      "Q7"
    ],
    [
      "OpenBookQA",
      {id: "7-1", question_stem: "Grass?", choices: {text: choices, label: ["A", "B", "C"]}, answerKey: "B"},
      "7-1"
    ],
    [
      "CommonsenseQA",
      {
        id: "a",
        question: "Grass?",
        question_concept: "grass",
        choices: {label: ["A", "B", "C"], text: choices},
        answerKey: "B"
      },
      "a"
    ]
  ] as const)
    it(`may have the shape of ${name}`, () =>
      assert.deepEqual(read(line), {id: expected, context: "Question: Grass?\nAnswer:", choices, answer: 1}));

  it("may have the shape of HellaSwag", () => {
    const line = {ind: 24, activity_label: "Gardening", ctx_a: "Grass", ctx: "Grass is", endings: choices, label: "1"};
    assert.deepEqual(read(line), {id: "24", context: "Grass is", choices, answer: 1});
    assert.equal(read(line, {template: "{activity_label}: {ctx}"}).context, "Gardening: Grass is");
    assert.equal(read({...line, label: ""}).answer, null);
  });

  it("names its answer by index, letter, label or text", () => {
    for (const answer of [2, "2", "C", "blue"]) assert.equal(read({context: "", choices, answer}).answer, 2);
    const numbers = {text: ["2", "3", "4"], label: ["A", "B", "C"]};
    assert.equal(read({context: "", choices: numbers, answer: "C"}).answer, 2);
    assert.equal(read({context: "", choices: numbers, answer: "4"}).answer, 2);
    assert.equal(read({context: "", choices: numbers, answerKey: null}).answer, null);
  });

  it("lists its choices in the template, and has letters scored where it is told to", () => {
    const form = {template: "{question}\n{choices}\nAnswer:", letters: true};
    const {context, choices: scored, answer} = read({question: "Grass?", choices, answer: 1}, form);
    assert.equal(context, "Grass?\nA. red\nB. green\nC. blue\nAnswer:");
    assert.deepEqual([scored, answer], [["A", "B", "C"], 1]);
  });

  for (const [line, message] of [
    ["{", "is no JSON"],
    ["[1]", "is no JSON object"],
    ["null", "is no JSON object"],
    ['{"context":"a"}', 'has no "choices": an array of texts'],
    ['{"context":"a","choices":["a",1]}', 'has no "choices": an array of texts'],
    ['{"context":"a","choices":["a"]}', "has fewer than two choices"],
    ['{"context":"a","choices":["a",""]}', "has no text for choice 2"],
    ['{"choices":["a","b"]}', 'has no "context" or "question"'],
    [
      '{"context":"a","question":"b","choices":["a","b"]}',
      'has a "context" and a question: a template has to say how they stand together'
    ],
    ['{"context":"a","choices":["a","b"],"answer":2}', "has an answer that is none of its 2 choices"],
    ['{"context":"a","choices":["a","b"],"answer":-1}', "has an answer that is none of its 2 choices"],
    ['{"context":"a","choices":["a","b"],"answer":0.5}', "has an answer that is none of its 2 choices"],
    ['{"context":"a","choices":["a","b"],"answer":{}}', "has an answer that is none of its 2 choices"],
    [
      '{"context":"a","choices":["1","0"],"answer":"1"}',
      "has an answer that may mean two choices: give its index, from 0"
    ]
  ] as const)
    it(`is refused: ${line}`, () =>
      assert.throws(
        () => choiceQuestion(line, {template: null, letters: false}),
        (error: unknown) => error instanceof QuestionError && error.message === message
      ));

  it("is refused if the template names what it lacks, also what all objects have", () => {
    for (const name of ["topic", "constructor", "__proto__"])
      assert.throws(() => read({context: "a", choices}, {template: `{${name}}`}), MissingFieldError);
  });
});

describe("a template", () => {
  it("takes values as they are, and doubled braces as braces", () => {
    const values: Readonly<Record<string, string>> = {a: "{b} $& $1", b: "no"};
    assert.equal(
      fillTemplate("{{{a}}} {} { {a\n}", (name) => values[name]),
      "{{b} $& $1} {} { {a\n}"
    );
  });

  it("is typed with backslashes", () => assert.equal(unescaped("a\\nb\\\\n\\t\\x"), "a\nb\\n\t\\x"));
});
