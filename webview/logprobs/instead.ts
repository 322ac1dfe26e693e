import {nothing, render} from "lit";
import type {ToView} from "../../src/features/logprobs/protocol";
import {failure, noText, scoring} from "./states";

type Progress = Extract<ToView, {type: "progress"}>;
type Failure = Extract<ToView, {type: "failed"}>;

export interface InsteadActions {
  readonly cancel: () => void;
  readonly scoreAgain: () => void;
}

/** What is drawn in place of the text, which may be shown again later. */
export class Instead {
  private isStopping = false;
  private progress: Progress | null = null;

  constructor(
    private readonly element: HTMLElement,
    private readonly actions: InsteadActions
  ) {
    render(noText(), element);
  }

  get isShown(): boolean {
    return document.body.classList.contains("no-text");
  }

  show(message: Progress | Failure): void {
    document.body.classList.add("no-text");
    this.progress = message.type === "progress" ? message : null;
    if (message.type === "failed")
      render(failure(message.source, message.message, this.actions.scoreAgain), this.element);
    else render(scoring(message.source, message.progress, this.isStopping, this.actions.cancel), this.element);
  }

  hide(): void {
    document.body.classList.remove("no-text");
    this.progress = null;
    render(nothing, this.element);
  }

  /** Whether the user has stopped what is being scored. */
  stopping(isStopping: boolean): void {
    this.isStopping = isStopping;
    if (this.progress && isStopping) this.show(this.progress);
  }
}
