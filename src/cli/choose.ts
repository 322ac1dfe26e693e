import {EngineError, type EngineErrorKind} from "../contract/errors";
import type {ModelRef} from "../contract/models";
import type {Progress} from "../contract/progress";
import type {Scores} from "../contract/scoring";
import {accuracy, choiceLength, rankChoices, type ScoredChoice} from "../metrics/choices";
import {answerBehind} from "../text/answerBehind";
import {type ChoiceQuestion, choiceQuestion, QuestionError, type QuestionForm} from "../text/choiceQuestion";
import {jsonText} from "../text/jsonText";
import {MissingFieldError, unescaped} from "../text/promptTemplate";
import {visibleText} from "../text/visibleText";
import {type Options, UsageError} from "./arguments";
import type {Console} from "./console";
import {readText} from "./readText";
import type {Request} from "./score";

/** Names of lm-evaluation-harness, but for the last one, which it doesn't have. */
const accuracies = {acc: "sum", acc_norm: "character", acc_bytes: "byte", acc_tokens: "token"} as const;

type AccuracyName = keyof typeof accuracies;

const accuracyNames = Object.keys(accuracies) as AccuracyName[];

/** The options that hold for all questions of a file. */
interface Asked {
  readonly model: ModelRef;
  readonly form: QuestionForm;
  readonly prefix: string;
  readonly onLoad: (progress: Progress) => void;
}

/** `choose FILE.jsonl`: prints a document for each question, and a last one with the accuracies. */
export async function choose(
  [file, extra]: readonly string[],
  model: ModelRef,
  options: Options,
  request: Request,
  console: Console
): Promise<0 | 1> {
  if (extra !== undefined) throw new UsageError(`one FILE at a time, please: "${extra}" is one too many`);
  const template = options.template === undefined ? null : unescaped(options.template);
  const prefix = unescaped(options["choice-prefix"] ?? " ");
  const form = {template, letters: options.letters ?? false};
  const asked = {model, form, prefix, onLoad: console.progressOn(file ?? "")};
  const lines = (await readText(file)).trimEnd().split(/\r?\n/);
  const tally = new Tally();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    console.tell(() => `line ${index + 1} of ${lines.length}`);
    try {
      const question = choiceQuestion(line, asked.form);
      const all = await scoresOf(question, asked, request);
      await console.answer(`${jsonText({line: index + 1, ...tally.add(question, all)})}\n`);
    } catch (error) {
      if (!concernsOneQuestion(error)) throw error;
      console.say(`tokenscope: "${visibleText(file ?? "")}", line ${index + 1}: ${visibleText(error.message)}`);
      tally.failed++;
    }
  }
  if (tally.questions + tally.failed === 0) throw new UsageError(`"${visibleText(file ?? "")}" has no questions`);
  if (tally.questions > 0) await console.answer(`${jsonText({accuracy: tally.sum(asked)})}\n`);
  return tally.failed === 0 ? 0 : 1;
}

/** The scores of each choice behind the question's context. */
async function scoresOf({context, choices}: ChoiceQuestion, {model, prefix, onLoad}: Asked, request: Request) {
  const all: Scores[] = [];
  for (const choice of choices) {
    const pair = answerBehind(context, prefix + choice);
    const scores = await request("score", {model, ...pair, joined: true, top: 0}, (progress) => {
      // A question takes less time than its progress could be read in.
      if (progress.stage === "load") onLoad(progress);
    });
    if (scores.logprobs.some(Number.isNaN))
      throw new QuestionError(
        "has no context, and this model puts nothing before a text: its first token has no probability"
      );
    all.push(scores);
  }
  return all;
}

/** What the questions add up to. */
class Tally {
  questions = 0;
  failed = 0;
  private first: Scores | undefined;
  private readonly hits: Record<AccuracyName, boolean[]> = {acc: [], acc_norm: [], acc_bytes: [], acc_tokens: []};
  private readonly ties: Record<AccuracyName, number> = {acc: 0, acc_norm: 0, acc_bytes: 0, acc_tokens: 0};

  /** The question as JSON. */
  add({id, choices, answer}: ChoiceQuestion, all: readonly Scores[]): object {
    this.questions++;
    this.first ??= all[0];
    const scored = choices.map((choice, i): ScoredChoice => {
      const {logprobs = new Float64Array()} = all[i] ?? {};
      return {logprob: logprobs.reduce((sum, v) => sum + v, 0), tokens: logprobs.length, ...choiceLength(choice)};
    });
    const rankings = rankChoices(scored);
    const chosen = perAccuracy((name) => rankings[accuracies[name]].best);
    for (const name of accuracyNames) {
      if (answer !== null) this.hits[name].push(chosen[name] === answer);
      if (rankings[accuracies[name]].tied) this.ties[name]++;
    }
    const warnings = [...new Set(all.flatMap((scores) => scores.warnings))];
    return {
      ...(id === null ? {} : {id}),
      answer,
      chosen,
      contextTokens: all[0]?.contextIds.length ?? 0,
      choices: scored.map((choice, i) => ({
        text: choices[i],
        ...choice,
        probabilities: {
          sum: rankings.sum.probabilities?.[i] ?? null,
          character: rankings.character.probabilities?.[i] ?? null,
          byte: rankings.byte.probabilities?.[i] ?? null,
          token: rankings.token.probabilities?.[i] ?? null
        }
      })),
      ...(warnings.length === 0 ? {} : {warnings})
    };
  }

  /** All questions as JSON. */
  sum({form, prefix}: Asked): object {
    const {questions, failed, first, hits} = this;
    return {
      model: first?.model,
      bos: first?.windowing.bos,
      window: first?.windowing.window,
      template: form.template,
      choicePrefix: prefix,
      letters: form.letters,
      questions,
      answered: hits.acc.length,
      failed,
      ...perAccuracy((name) => {
        const {value, standardError} = accuracy(hits[name]) ?? {value: null, standardError: null};
        return {value, standardError, ties: this.ties[name]};
      })
    };
  }
}

function perAccuracy<T>(of: (name: AccuracyName) => T): Record<AccuracyName, T> {
  return {acc: of("acc"), acc_norm: of("acc_norm"), acc_bytes: of("acc_bytes"), acc_tokens: of("acc_tokens")};
}

/** Errors of the engine that concern one text. */
const ofOneText: ReadonlySet<EngineErrorKind> = new Set(["emptyText", "nothingToScore", "longRun"]);

/** Whether an error concerns one question only, so that the next one can be scored. */
function concernsOneQuestion(error: unknown): error is Error {
  return (
    error instanceof QuestionError ||
    error instanceof MissingFieldError ||
    (error instanceof EngineError && ofOneText.has(error.kind))
  );
}
