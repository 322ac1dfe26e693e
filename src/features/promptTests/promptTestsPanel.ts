import * as vscode from "vscode";
import {copyText} from "../../host/copyText";
import type {Host} from "../../host/host";
import {LatestOnly} from "../../host/latestOnly";
import {WebviewPanel} from "../../host/webviewPanel";
import {jsonText} from "../../text/jsonText";
import {count} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {changeTest} from "./chooseTest";
import {consistencyReport} from "./consistencyReport";
import {drawAnswers} from "./drawAnswers";
import {parseMessage} from "./parseMessage";
import {openPlace, openText} from "./places";
import {promptsReport} from "./promptsReport";
import {promptTestsPage} from "./promptTestsPage";
import type {FromView, PromptTest, Stage, ToView} from "./protocol";
import {type Built, reportMarkdown, tableCsv} from "./report";
import {scorePrompts} from "./scorePrompts";
import {panelType} from "./viewTypes";

/** Tells what there is so far, and how far it is. */
type OnStep = (built: Built, message: string) => void;

/** The view of a test of prompts: which of several makes an answer most probable, or how much answers to one agree. */
export class PromptTestsPanel implements vscode.Disposable {
  private stage: Stage = {type: "idle"};
  private built: Built | null = null;
  private readonly running = new LatestOnly();
  private readonly view: WebviewPanel<FromView, ToView>;

  constructor(
    private readonly host: Host,
    private readonly panel: vscode.WebviewPanel,
    private test: PromptTest
  ) {
    this.view = new WebviewPanel(host, panel, {
      page: promptTestsPage,
      readableFolder: null,
      parse: parseMessage,
      answer: (message) => this.answer(message)
    });
    this.view.owns(this.running);
  }

  static create(host: Host, test: PromptTest): PromptTestsPanel {
    const options = {enableFindWidget: true};
    const panel = vscode.window.createWebviewPanel(panelType, titleOf(test), vscode.ViewColumn.Beside, options);
    return new PromptTestsPanel(host, panel, test);
  }

  get onDidDispose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  dispose(): void {
    this.view.dispose();
  }

  /** Runs another test in this panel. */
  async show(test: PromptTest): Promise<void> {
    this.test = test;
    this.panel.title = titleOf(test);
    this.panel.reveal();
    await this.run();
  }

  /** Runs the test with progress. A cancelled one keeps what there is. */
  private async run(): Promise<void> {
    const {host, test} = this;
    const title = plainText(progressTitle(test));
    const options = {location: vscode.ProgressLocation.Notification, title, cancellable: true};
    await vscode.window.withProgress(options, (progress, cancelling) =>
      this.running.run(cancelling, async (token, isLatest) => {
        const onStep: OnStep = (built, message) => {
          if (!isLatest()) return;
          this.set({type: "running", message}, built);
          progress.report({message});
        };
        this.set({type: "running", message: ""}, null);
        try {
          await runTest(host, test, token, onStep);
          if (isLatest()) this.set({type: token.isCancellationRequested ? "cancelled" : "done"});
        } catch (error) {
          if (!isLatest()) return;
          if (error instanceof vscode.CancellationError || token.isCancellationRequested)
            return this.set({type: "cancelled"});
          this.set({type: "failed", message: host.errors.describe(error)});
          // With its buttons. Not waited for: they may stay.
          void host.errors.show(error);
        }
      })
    );
  }

  private async answer(message: FromView): Promise<void> {
    switch (message.type) {
      case "ready":
        return this.post();
      case "runAgain":
        return await this.run();
      case "change": {
        const test = await changeTest(this.host, this.test);
        return test && (await this.show(test));
      }
      case "cancel":
        return this.running.cancel();
      case "copyMarkdown":
      case "copyJson":
        return this.built === null ? undefined : await this.copy(message.type, this.built);
      case "copyCsv":
        return await this.copyCsv(message.table);
      case "open":
        return await this.open(message);
      default:
        return message satisfies never;
    }
  }

  private async copy(as: "copyMarkdown" | "copyJson", {report, json}: Built): Promise<void> {
    if (as === "copyJson") await copyText(`${jsonText(json, 2)}\n`, vscode.l10n.t("Report copied as JSON"));
    else await copyText(reportMarkdown(this.panel.title, report), vscode.l10n.t("Report copied as Markdown"));
  }

  private async copyCsv(index: number): Promise<void> {
    const table = this.built?.report.tables[index];
    if (table !== undefined) await copyText(tableCsv(table), vscode.l10n.t("Table copied as CSV"));
  }

  private async open({table, row}: Extract<FromView, {type: "open"}>): Promise<void> {
    const opening = this.built?.openings[table]?.[row];
    if (opening === undefined) return;
    const {viewColumn} = this.panel;
    await ("place" in opening ? openPlace(opening.place, viewColumn) : openText(opening.text, viewColumn));
  }

  private set(stage: Stage, built: Built | null = this.built): void {
    this.stage = stage;
    this.built = built;
    this.post();
  }

  private post(): void {
    this.view.post({...this.stage, source: this.test, report: this.built?.report ?? null});
  }
}

async function runTest(host: Host, test: PromptTest, token: vscode.CancellationToken, onStep: OnStep): Promise<void> {
  if (test.kind === "prompts")
    return await scorePrompts(host, test, token, (result) =>
      onStep(promptsReport(result), progressOf(result.prompts.length, test.prompts.length))
    );
  let built: Built | null = null;
  await drawAnswers(host, test, token, {
    onStep(result) {
      built = consistencyReport(result);
      const {changes, allChanges, drawnWith} = result;
      const message =
        drawnWith === null
          ? drawnText(0, test.settings.count)
          : vscode.l10n.t("change {0} of {1}", count(changes.length), count(allChanges));
      onStep(built, message);
    },
    onDrawn(done) {
      if (built !== null) onStep(built, drawnText(done, test.settings.count));
    }
  });
}

function progressOf(done: number, all: number): string {
  return vscode.l10n.t("{0} of {1}", count(done), count(all));
}

function drawnText(done: number, all: number): string {
  return vscode.l10n.t("answer {0} of {1}", count(done), count(all));
}

function titleOf({kind}: PromptTest): string {
  return kind === "prompts" ? vscode.l10n.t("Prompts") : vscode.l10n.t("Consistency");
}

function progressTitle(test: PromptTest): string {
  return test.kind === "prompts"
    ? vscode.l10n.t("Comparing {0} prompts", count(test.prompts.length))
    : vscode.l10n.t("Consistency of answers: {0}", test.prompt.title);
}
