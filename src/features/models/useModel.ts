import path from "node:path";
import * as vscode from "vscode";
import type {GgufModel, MemoryEstimate, ModelDescription} from "../../contract/models";
import {whyNotGenerating} from "../../gguf/architectureKind";
import {isBelow, isReallyBelow} from "../../host/documents/pathContainment";
import type {Host} from "../../host/host";
import {HostError} from "../../host/hostError";
import {actionLabel, applyAdvice, type FitAction, fitFromEstimate} from "../../host/models/memoryFit";
import type {ChosenModel, ModelChoice} from "../../host/models/modelChoice";
import {rememberModel} from "../../host/models/recentModels";
import {count} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {chosen, type ModelRole} from "./modelRole";

export type UseOutcome = "used" | "chooseAnother" | "nothing";

/** Reads a model, sets it, and says what it is. Nothing changes if it can't be used or the user does not want it after all. */
export async function useModel(host: Host, model: ChosenModel, role: ModelRole): Promise<UseOutcome> {
  const {settings} = host;
  const spec = settings.refOf(model);
  await refuseUntrusted(spec.path);
  const before: Previous = {choice: settings.modelChoice(), spec: settings.scoringModel()};
  const choice = chosen(before.choice, model, role);
  const {model: description, estimate} = await inspect(host, spec, otherModel(host, choice, role));
  const warning = warningOf(description, estimate, role);
  if (warning !== null) {
    const answer = await ask(warning);
    if (answer?.kind !== "use") {
      // The engine has opened it only to inspect it.
      host.engine.retain([settings.scoringModel(), settings.completionModel()]);
      return answer === undefined ? "nothing" : "chooseAnother";
    }
    if (answer.action !== undefined) await applyAdvice(settings, answer.action, () => Promise.resolve());
  }
  await settings.setModelChoice(choice);
  await rememberModel(host, spec.path);
  announce(
    host,
    {...description, contextSize: settings.scoringModel().contextSize || description.contextSize},
    role,
    before
  );
  return "used";
}

/**
 * @throws HumanError in Restricted Mode if the file is in the workspace, directly or through a symbolic link: native code reads
 * models, and any link can call the command that chooses one.
 */
async function refuseUntrusted(file: string): Promise<void> {
  if (vscode.workspace.isTrusted) return;
  const uri = vscode.Uri.file(file);
  // A file that does not exist has no real path. That it is missing is reported later.
  for (const {uri: folder} of vscode.workspace.workspaceFolders ?? [])
    if (isBelow(folder, uri) || (folder.scheme === "file" && (await isReallyBelow(folder, uri).catch(() => false))))
      throw new HostError(
        "untrustedModel",
        vscode.l10n.t(
          '"{0}" is in a folder that you do not trust, so it is not loaded: trust the folder, or choose another model.',
          plainText(path.basename(file))
        )
      );
}

/** The state that Undo restores. */
interface Previous {
  readonly choice: ModelChoice;
  readonly spec: GgufModel;
}

/** The model of the other role, if it stays loaded. */
function otherModel({settings}: Host, choice: ModelChoice, role: ModelRole): readonly GgufModel[] {
  if (choice.completion === null) return [];
  return [settings.refOf(role === "completion" ? choice.scoring : choice.completion)];
}

/** What the model is, and the memory it will need; null if that is unknown. */
async function inspect(
  host: Host,
  model: GgufModel,
  beside: readonly GgufModel[]
): Promise<{readonly model: ModelDescription; readonly estimate: MemoryEstimate | null}> {
  return await vscode.window.withProgress(
    {location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Reading the model…"), cancellable: true},
    async (_, token) => {
      const description = await host.engine.request("describe", {model}, {token});
      const estimate = await host.engine.request("estimate", {model, beside}, {token}).catch((error: unknown) => {
        if (token.isCancellationRequested) throw error;
        // The model can be used without an estimate. If it does not load, its first use says why.
        host.log.warn(String(error));
        return null;
      });
      return {model: description, estimate};
    }
  );
}

interface Warning {
  readonly text: string;
  readonly answers: readonly Answer[];
}

interface Answer {
  readonly title: string;
  readonly kind: "use" | "another";
  /** Applied before the model is used. */
  readonly action?: FitAction;
}

/** A reason not to use this model, shown before it is loaded; null if none is known. */
function warningOf(model: ModelDescription, estimate: MemoryEstimate | null, role: ModelRole): Warning | null {
  const name = plainText(model.name);
  const another: Answer = {title: vscode.l10n.t("Choose Another…"), kind: "another"};
  const anyway: Answer = {title: vscode.l10n.t("Use Anyway"), kind: "use"};
  const reason = whyNotGenerating(model.capabilities.purpose, plainText(model.file));
  // Such a model can still count tokens.
  if (reason !== null) return {text: reason, answers: role === "completion" ? [another] : [another, anyway]};
  const fit = estimate === null ? null : fitFromEstimate(estimate);
  if (fit?.verdict !== "tooLarge" || fit.advice === null) return null;
  const {action} = fit;
  const advised: readonly Answer[] =
    action === null || action.kind === "smallerModel" ? [] : [{title: actionLabel(action), kind: "use", action}];
  return {
    text: vscode.l10n.t("{0} is too large for the memory that is free. {1}", name, fit.advice),
    answers: [...advised, anyway, another]
  };
}

async function ask({text, answers}: Warning): Promise<Answer | undefined> {
  const title = await vscode.window.showWarningMessage(text, ...answers.map((answer) => answer.title));
  return answers.find((answer) => answer.title === title);
}

/** Not awaited: the model is in use already, and the message may stay open. */
function announce(host: Host, model: ModelDescription, role: ModelRole, before: Previous): void {
  const undo = vscode.l10n.t("Undo");
  void vscode.window.showInformationMessage(announcement(model, role), undo).then(async (answer) => {
    if (answer === undo) await restore(host, before);
  });
}

function announcement({name, quantization, vocabularySize, contextSize}: ModelDescription, role: ModelRole): string {
  const values = [plainText(name), plainText(quantization), count(vocabularySize), count(contextSize)] as const;
  switch (role) {
    case "both":
      return vscode.l10n.t("Tokenscope uses {0} ({1}): {2} tokens in its vocabulary, {3} in its context.", ...values);
    case "scoring":
      return vscode.l10n.t(
        "Tokenscope measures with {0} ({1}): {2} tokens in its vocabulary, {3} in its context.",
        ...values
      );
    case "completion":
      return vscode.l10n.t(
        "Tokenscope completes with {0} ({1}): {2} tokens in its vocabulary, {3} in its context.",
        ...values
      );
    default:
      return role satisfies never;
  }
}

async function restore({settings}: Host, {choice, spec}: Previous): Promise<void> {
  const now = settings.scoringModel();
  if (now.contextSize !== spec.contextSize) await settings.setContextSize(spec.contextSize);
  if (now.gpuLayers !== spec.gpuLayers) await settings.setGpuLayers(spec.gpuLayers);
  await settings.setModelChoice(choice);
  vscode.window.setStatusBarMessage(vscode.l10n.t("Tokenscope uses the previous model again"), 4000);
}
