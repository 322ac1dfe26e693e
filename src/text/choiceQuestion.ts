import {fillTemplate} from "./promptTemplate";

/** A question of which one choice is to be chosen. */
export interface ChoiceQuestion {
  /** As its line names it. */
  readonly id: string | null;
  /** What stands before each choice. */
  readonly context: string;
  /** What is scored behind the context, without the prefix. */
  readonly choices: readonly string[];
  /** Index of the right choice; null where the line has none. */
  readonly answer: number | null;
}

/** How a line becomes a question. */
export interface QuestionForm {
  /** Null: a `context` as it stands, a `question` in {@link questionTemplate}. */
  readonly template: string | null;
  /** The letters of the choices are scored in place of their texts. */
  readonly letters: boolean;
}

/** As lm-evaluation-harness has it for ARC. */
export const questionTemplate = "Question: {question}\nAnswer:";

/** A line that can't be read as a question. */
export class QuestionError extends Error {}

type Fields = Readonly<Record<string, unknown>>;

interface Choices {
  readonly texts: readonly string[];
  /** Their names; letters where the line has none. */
  readonly labels: readonly string[];
}

/**
 * Reads a line of a file of questions: this project's own shape, and those of MMLU, HellaSwag, ARC, OpenBookQA and CommonsenseQA
 * (docs/headless.md).
 *
 * @throws QuestionError, MissingFieldError
 */
export function choiceQuestion(line: string, {template, letters}: QuestionForm): ChoiceQuestion {
  const fields = fieldsOf(line);
  const {texts, labels} = choicesOf(fields);
  const answer = answerOf(fields, {texts, labels});
  const question = questionOf(fields);
  const written = ["context", "ctx"].find((name) => typeof fields[name] === "string");
  if (template === null && question === undefined && written === undefined)
    throw new QuestionError('has no "context" or "question"');
  if (template === null && question !== undefined && written !== undefined)
    throw new QuestionError(`has a "${written}" and a question: a template has to say how they stand together`);
  const form = template ?? (written === undefined ? questionTemplate : `{${written}}`);
  const context = fillTemplate(form, (name) => {
    if (name === "choices") return texts.map((text, i) => `${letterOf(i)}. ${text}`).join("\n");
    if (name === "question" && question !== undefined) return question;
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  });
  const id = fields["id"] ?? fields["ind"];
  return {
    id: typeof id === "string" || typeof id === "number" ? String(id) : null,
    context,
    choices: letters ? texts.map((_, i) => letterOf(i)) : texts,
    answer
  };
}

function fieldsOf(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new QuestionError("is no JSON");
  }
  if (!isFields(value)) throw new QuestionError("is no JSON object");
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** ARC's and CommonsenseQA's own files have an object with a `stem`, OpenBookQA a `question_stem`. */
function questionOf(fields: Fields): string | undefined {
  const {question, question_stem: stem} = fields;
  const found = isFields(question) ? question["stem"] : (question ?? stem);
  return typeof found === "string" ? found : undefined;
}

function choicesOf(fields: Fields): Choices {
  const {question} = fields;
  const found = fields["choices"] ?? fields["endings"] ?? (isFields(question) ? question["choices"] : undefined);
  const choices = Array.isArray(found) ? listed(found) : isFields(found) ? columns(found) : undefined;
  if (choices === undefined) throw new QuestionError('has no "choices": an array of texts');
  if (choices.texts.length < 2) throw new QuestionError("has fewer than two choices");
  const empty = choices.texts.indexOf("");
  if (empty !== -1) throw new QuestionError(`has no text for choice ${empty + 1}`);
  return choices;
}

/** `["a", "b"]`, or `[{"label": "A", "text": "a"}, …]`. */
function listed(found: readonly unknown[]): Choices | undefined {
  const labels: string[] = [];
  const texts: string[] = [];
  for (const [i, item] of found.entries()) {
    const text = isFields(item) ? item["text"] : item;
    const label = isFields(item) ? item["label"] : undefined;
    if (typeof text !== "string") return undefined;
    texts.push(text);
    labels.push(typeof label === "string" ? label : letterOf(i));
  }
  return {texts, labels};
}

/** `{"text": ["a", "b"], "label": ["A", "B"]}`. */
function columns({text, label}: Fields): Choices | undefined {
  const choices = Array.isArray(text) ? listed(text) : undefined;
  if (choices === undefined || !Array.isArray(label)) return choices;
  return {...choices, labels: choices.texts.map((_, i) => String(label[i] ?? letterOf(i)))};
}

/** A, B, …, Z, and numbers beyond. */
function letterOf(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : String(index + 1);
}

function answerOf(fields: Fields, choices: Choices): number | null {
  // HellaSwag's label is an index, also where it is written as a string.
  const {answer = fields["answerKey"], label} = fields;
  if (!isMissing(answer)) return indexOf(answer, choices);
  if (isMissing(label)) return null;
  return indexOf(typeof label === "string" && /^\d+$/.test(label) ? Number(label) : label, choices);
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** A number is an index, from 0. A string is a label, a choice's text, or an index. */
function indexOf(answer: unknown, {texts, labels}: Choices): number {
  const meant = new Set<number>();
  if (typeof answer === "number") meant.add(answer);
  if (typeof answer === "string") {
    const byLabel = labels.indexOf(answer);
    const byText = texts.indexOf(answer);
    for (const index of [byLabel, byText]) if (index !== -1) meant.add(index);
    // Labels that are numbers count from 1 mostly: they are not read as indices.
    if (byLabel === -1 && /^\d+$/.test(answer) && Number(answer) < texts.length) meant.add(Number(answer));
  }
  const [index, ...more] = meant;
  if (index === undefined || !Number.isInteger(index) || index < 0 || index >= texts.length)
    throw new QuestionError(`has an answer that is none of its ${texts.length} choices`);
  if (more.length > 0) throw new QuestionError("has an answer that may mean two choices: give its index, from 0");
  return index;
}
