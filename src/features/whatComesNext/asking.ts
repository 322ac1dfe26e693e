import {isDeepStrictEqual} from "node:util";
import * as vscode from "vscode";
import {type ModelRef, modelKey} from "../../contract/models";
import type {Progress} from "../../contract/progress";
import type {NextDistribution, NextParams} from "../../contract/sampling";
import type {Host} from "../../host/host";
import type {CursorPrompt} from "./cursorPrompt";
import {type NextOptions, shownTokens} from "./protocol";

export interface Question {
  readonly prompt: CursorPrompt;
  readonly model: ModelRef;
  readonly options: NextOptions;
}

export interface Answers {
  onAnswer(question: Question, answer: NextDistribution): void;
  onProgress(progress: Progress): void;
  onError(error: unknown): void;
}

interface Running {
  readonly question: Question;
  readonly source: vscode.CancellationTokenSource;
}

/**
 * Asks the engine one question at a time, and none twice. Another prompt cancels the question before it; other samplers wait for its
 * answer, so that a slider that is moved is followed.
 */
export class Asking implements vscode.Disposable {
  private running: Running | null = null;
  private waiting: Question | null = null;
  private answered: {readonly question: Question; readonly answer: NextDistribution} | null = null;

  constructor(
    private readonly host: Host,
    private readonly answers: Answers
  ) {}

  ask(question: Question): void {
    const {running, answered} = this;
    if (running !== null && !running.source.token.isCancellationRequested && isSame(running.question, question)) {
      this.waiting = null;
      return;
    }
    if (running === null && answered !== null && isSame(answered.question, question)) {
      this.answers.onAnswer(question, answered.answer);
      return;
    }
    this.waiting = question;
    if (running === null) void this.work();
    else if (!isSamePrompt(running.question, question)) running.source.cancel();
  }

  /** Nothing is wanted any more. */
  cancel(): void {
    this.waiting = null;
    this.running?.source.cancel();
  }

  /** The next question is asked, also if it was answered before. */
  forget(): void {
    this.cancel();
    this.answered = null;
  }

  dispose(): void {
    this.forget();
  }

  private async work(): Promise<void> {
    for (let question = this.waiting; question !== null; question = this.waiting) {
      this.waiting = null;
      const source = new vscode.CancellationTokenSource();
      this.running = {question, source};
      try {
        const answer = await this.host.engine.request("next", paramsOf(question), {
          token: source.token,
          onProgress: (progress) => source.token.isCancellationRequested || this.answers.onProgress(progress)
        });
        this.answered = {question, answer};
        if (!source.token.isCancellationRequested) this.answers.onAnswer(question, answer);
      } catch (error) {
        if (!source.token.isCancellationRequested && this.waiting === null) this.answers.onError(error);
      } finally {
        source.dispose();
        this.running = null;
      }
    }
  }
}

function paramsOf({prompt, model, options}: Question): NextParams {
  const {samplers, draws} = options;
  return {model, prompt: {kind: "text", text: prompt.text}, samplers, top: shownTokens, ...(draws && {draws})};
}

function isSamePrompt(a: Question, b: Question): boolean {
  return a.prompt.text === b.prompt.text && modelKey(a.model) === modelKey(b.model);
}

function isSame(a: Question, b: Question): boolean {
  return (
    isSamePrompt(a, b) &&
    isDeepStrictEqual(a.options.samplers, b.options.samplers) &&
    isDeepStrictEqual(a.options.draws, b.options.draws)
  );
}
