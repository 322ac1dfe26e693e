import type * as vscode from "vscode";
import {parseOptions} from "./parseMessage";
import {type NextOptions, usualOptions} from "./protocol";

const stateKey = "tokenscope.nextOptions";

/** Milliseconds: a slider that is moved changes its value many times. */
const saveDelay = 500;

/** The options of this workspace. They outlive the view. */
export class SavedOptions implements vscode.Disposable {
  private options: NextOptions;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly state: vscode.Memento) {
    this.options = parseOptions(state.get(stateKey)) ?? usualOptions;
  }

  get value(): NextOptions {
    return this.options;
  }

  set value(options: NextOptions) {
    this.options = options;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), saveDelay);
  }

  dispose(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.save();
  }

  private save(): void {
    this.timer = undefined;
    void this.state.update(stateKey, this.options);
  }
}
