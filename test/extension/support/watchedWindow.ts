import * as vscode from "vscode";

export interface Message {
  readonly severity: "error" | "warning" | "information";
  readonly text: string;
  readonly buttons: readonly string[];
}

/** Work that was shown with progress. */
export interface Work {
  readonly title: string;
  /** The reports so far. */
  readonly reports: {readonly message?: string; readonly increment?: number}[];
  /** Presses its Cancel button. */
  cancel(): void;
  ended: boolean;
}

const loading = /^(Loading .*\.gguf|Starting Tokenscope's engine)$/;

/**
 * Records what the extension shows and the API does not expose: messages, progress and lists. VS Code's test driver
 * hides notifications, so messages are only recorded; work and lists run as usual.
 *
 * It works because VS Code gives extension and tests the same API object.
 */
export class WatchedWindow implements vscode.Disposable {
  readonly messages: Message[] = [];
  readonly works: Work[] = [];
  /**
   * Progress in the status bar: the engine starts, or a model is loaded. It may come with any work that takes a moment.
   */
  readonly loads: Work[] = [];
  readonly lists: vscode.QuickPick<vscode.QuickPickItem>[] = [];
  /** The options of save dialogs. */
  readonly saveDialogs: vscode.SaveDialogOptions[] = [];
  private readonly answers: string[] = [];
  private readonly targets: vscode.Uri[] = [];
  private readonly originals = new Map<keyof typeof vscode.window, unknown>();

  constructor() {
    const message =
      (severity: Message["severity"]) =>
      (text: string, ...buttons: string[]) => {
        this.messages.push({severity, text, buttons});
        const answer = this.answers.findIndex((one) => buttons.includes(one));
        return Promise.resolve(answer < 0 ? undefined : this.answers.splice(answer, 1)[0]);
      };
    this.replace("showErrorMessage", message("error"));
    this.replace("showWarningMessage", message("warning"));
    this.replace("showInformationMessage", message("information"));
    const withProgress: typeof vscode.window.withProgress = vscode.window.withProgress;
    this.replace("withProgress", ((options, task) =>
      withProgress(options, async (progress, token) => {
        const source = new vscode.CancellationTokenSource();
        const following = token.onCancellationRequested(() => source.cancel());
        const work: Work = {title: options.title ?? "", reports: [], cancel: () => source.cancel(), ended: false};
        const report: typeof progress.report = (value) => {
          work.reports.push(value);
          progress.report(value);
        };
        try {
          const running = task({report}, source.token);
          // Recorded only now, so that a test that sees the work can rely on its request being sent.
          (loading.test(work.title) ? this.loads : this.works).push(work);
          return await running;
        } finally {
          work.ended = true;
          following.dispose();
        }
      })) satisfies typeof vscode.window.withProgress);
    this.replace("showSaveDialog", (options: vscode.SaveDialogOptions = {}) => {
      this.saveDialogs.push(options);
      return Promise.resolve(this.targets.shift());
    });
    const createQuickPick: typeof vscode.window.createQuickPick = vscode.window.createQuickPick;
    this.replace("createQuickPick", () => {
      const list = createQuickPick();
      this.lists.push(list);
      return list;
    });
  }

  get errors(): Message[] {
    return this.messages.filter(({severity}) => severity === "error");
  }

  /** Presses this button on the next message that has it. */
  answer(button: string): void {
    this.answers.push(button);
  }

  /** Chooses these files in the next save dialogs; without one, a dialog is cancelled. */
  saveTo(...files: string[]): void {
    this.targets.push(...files.map((file) => vscode.Uri.file(file)));
  }

  forget(): void {
    for (const seen of [
      this.messages,
      this.works,
      this.loads,
      this.lists,
      this.answers,
      this.saveDialogs,
      this.targets
    ])
      seen.length = 0;
  }

  dispose(): void {
    for (const [key, original] of this.originals) Reflect.set(vscode.window, key, original);
  }

  private replace(key: keyof typeof vscode.window, replacement: unknown): void {
    this.originals.set(key, vscode.window[key]);
    if (!Reflect.set(vscode.window, key, replacement)) throw new Error(`vscode.window.${key} can't be watched`);
  }
}

/** Watches the window during each test of a `describe`. */
export function watchWindow(): () => WatchedWindow {
  let watched: WatchedWindow | undefined;
  beforeEach(() => {
    watched = new WatchedWindow();
  });
  afterEach(() => {
    watched?.dispose();
    watched = undefined;
  });
  return () => {
    if (watched === undefined) throw new Error("The window is watched during tests only.");
    return watched;
  };
}
