import * as vscode from "vscode";
import {type GgufModel, isModelFile, isSameModel} from "../../contract/models";
import {catalogue, type Purpose} from "../../host/downloads/catalogue";
import type {UnfinishedDownload} from "../../host/downloads/unfinishedDownloads";
import {homeFolder} from "../../host/home";
import type {LocalModel} from "../../host/models/local/localModel";
import {type ChosenModel, shippedModel} from "../../host/models/modelChoice";
import {openSetting, runCommand} from "../../host/runCommand";
import {type Row, type RowButton, separator} from "../../host/streamingQuickPick";
import {revealInFileManagerCommand} from "../../host/vscodeCommands";
import {plainText} from "../../text/plainText";
import type {ModelListing} from "./modelListing";
import type {ModelRole} from "./modelRole";
import {downloadText, type InUse, type ListedModel, rowText, storeName, whereText} from "./modelRow";

/** What the rows do. */
export interface PickerActs {
  use(model: ChosenModel, role: ModelRole): Promise<void>;
  chooseRole(): Promise<void>;
  useOneForBoth(): Promise<void>;
  browse(): Promise<void>;
  addFolder(): Promise<void>;
}

/** The models in use, and the one that ships with Tokenscope. */
export interface KnownModels {
  readonly scoring: GgufModel;
  readonly completion: GgufModel;
  readonly demonstration: GgufModel;
}

/** A model's row, with what is known of it so far. */
export function modelRow(listed: ListedModel, known: KnownModels, role: ModelRole, acts: PickerActs): Row {
  const {model} = listed;
  const inUse = inUseOf(model.path, known);
  const demonstration = isModelFile(known.demonstration, model.path);
  const {label, description, detail} = demonstration
    ? rowText(named(listed), inUse, vscode.l10n.t("ships with Tokenscope"))
    : rowText(listed, inUse, whereText(model, homeFolder()));
  const chosen: ChosenModel = demonstration ? shippedModel : {kind: "file", path: model.path};
  return {
    key: model.path,
    label: `${inUse === null ? "" : "$(check) "}${plainText(label)}`,
    description: plainText(description),
    detail: plainText(detail),
    act: () => acts.use(chosen, role),
    buttons: modelButtons(model, chosen, acts)
  };
}

export interface PickerState {
  readonly listing: ModelListing<Row>;
  readonly unfinished: readonly UnfinishedDownload[];
  /** All models have been found and read. */
  readonly complete: boolean;
}

/** The rows of the list: the models on this machine, what else to do about models, and downloads. */
export function pickerRows(state: PickerState, known: KnownModels, acts: PickerActs): Row[] {
  return [...modelRows(state.listing), ...folderRows(state, acts), ...roleRows(known, acts), ...downloadRows(state)];
}

function modelRows(listing: ModelListing<Row>): Row[] {
  const {sections, demonstration} = listing;
  const rowsOf = (models: readonly LocalModel[]) => models.flatMap((model) => listing.row(model) ?? []);
  return [
    ...sections.flatMap(({store, models}) => [
      separator(store === null ? vscode.l10n.t("Recently used") : storeName(store)),
      ...rowsOf(models)
    ]),
    ...(demonstration === null ? [] : [separator(vscode.l10n.t("Demonstration model")), ...rowsOf([demonstration])])
  ];
}

function folderRows({listing, complete}: PickerState, acts: PickerActs): Row[] {
  const nothingFound = complete && listing.sections.length === 0;
  return [
    separator(vscode.l10n.t("Other models on this machine")),
    {key: "browse", label: `$(folder-opened) ${vscode.l10n.t("Browse for a File…")}`, act: () => acts.browse()},
    {
      key: "addFolder",
      label: `$(new-folder) ${vscode.l10n.t("Add a Folder of Models…")}`,
      ...(nothingFound && {
        detail: vscode.l10n.t(
          "No models were found where Ollama, LM Studio, Hugging Face, llama.cpp, GPT4All and Jan keep theirs."
        )
      }),
      act: () => acts.addFolder(),
      buttons: [
        {
          iconPath: new vscode.ThemeIcon("gear"),
          tooltip: vscode.l10n.t("Edit the Folders in the Settings"),
          act: () => openSetting("modelFolders")
        }
      ]
    }
  ];
}

function roleRows({scoring, completion}: KnownModels, acts: PickerActs): Row[] {
  const chooseRole = {
    key: "chooseRole",
    label: `$(settings) ${vscode.l10n.t("Choose What the Model Is For…")}`,
    act: () => acts.chooseRole()
  };
  const useOneForBoth = {
    key: "useOneForBoth",
    label: `$(combine) ${vscode.l10n.t("Use One Model for Both")}`,
    description: vscode.l10n.t("the measuring model completes too"),
    act: () => acts.useOneForBoth()
  };
  return [
    separator(vscode.l10n.t("One model or two")),
    chooseRole,
    ...(isSameModel(scoring, completion) ? [] : [useOneForBoth])
  ];
}

function downloadRows({listing, unfinished}: PickerState): Row[] {
  return [
    separator(vscode.l10n.t("Download")),
    ...resumeRows(unfinished),
    {
      key: "downloadModel",
      label: `$(link) ${vscode.l10n.t("Download by Address…")}`,
      description: vscode.l10n.t("hf:user/model or a URL"),
      act: () => runCommand("downloadModel")
    },
    ...catalogueRows(listing, "completion", vscode.l10n.t("Download for completing code")),
    ...catalogueRows(listing, "evaluation", vscode.l10n.t("Download for measuring"))
  ];
}

function resumeRows(unfinished: readonly UnfinishedDownload[]): Row[] {
  const [first, ...more] = unfinished;
  if (first === undefined) return [];
  return [
    {
      key: "resumeDownload",
      label: `$(debug-continue) ${vscode.l10n.t("Resume an Unfinished Download…")}`,
      description:
        more.length === 0
          ? plainText(first.fileName)
          : vscode.l10n.t("{0} and {1} more", plainText(first.fileName), more.length),
      act: () => runCommand("resumeDownload")
    }
  ];
}

/** Recommended models that are not on this machine. */
function catalogueRows(listing: ModelListing<Row>, purpose: Purpose, heading: string): Row[] {
  const entries = catalogue().filter((entry) => entry.purpose === purpose && !listing.has(fileNameOf(entry.uri)));
  if (entries.length === 0) return [];
  return [
    separator(heading),
    ...entries.map((entry) => {
      const {label, description, detail} = downloadText(entry, listing.fit(null, entry.bytes) ?? null);
      return {
        key: entry.uri,
        label: `$(cloud-download) ${label}`,
        description,
        detail,
        act: () => runCommand("downloadModel", entry.uri)
      };
    })
  ];
}

function fileNameOf(uri: string): string {
  return uri.slice(uri.lastIndexOf("/") + 1);
}

/** The demonstration model under its own name, if that is known. */
function named(listed: ListedModel): ListedModel {
  const name = listed.facts?.name ?? vscode.l10n.t("Demonstration model");
  return {...listed, model: {...listed.model, name}};
}

function inUseOf(file: string, {scoring, completion}: KnownModels): InUse {
  const completes = isModelFile(completion, file);
  if (isModelFile(scoring, file)) return completes ? "both" : "scoring";
  return completes ? "completion" : null;
}

function modelButtons(model: LocalModel, chosen: ChosenModel, acts: PickerActs): RowButton[] {
  const buttons: RowButton[] = [
    {
      iconPath: new vscode.ThemeIcon("sparkle"),
      tooltip: vscode.l10n.t("Use for Completion Only"),
      act: () => acts.use(chosen, "completion")
    },
    {
      iconPath: new vscode.ThemeIcon("info"),
      tooltip: vscode.l10n.t("Model Info"),
      act: () => runCommand("showModelInfo", model.path)
    }
  ];
  // In a browser or a remote window, the file is not on the machine of its user.
  if (vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined)
    buttons.push({
      iconPath: new vscode.ThemeIcon("folder"),
      tooltip: vscode.l10n.t("Reveal in File Manager"),
      act: () => vscode.commands.executeCommand(revealInFileManagerCommand, vscode.Uri.file(model.path))
    });
  return buttons;
}
