import * as vscode from "vscode";
import type {UnfinishedDownload} from "../../host/downloads/unfinishedDownloads";
import type {Host} from "../../host/host";
import {findLocalModels} from "../../host/models/local/findLocalModels";
import type {HeaderCache} from "../../host/models/local/headerCache";
import type {ChosenModel} from "../../host/models/modelChoice";
import {modelSearchEnvironment} from "../../host/models/modelSearchPaths";
import {recentModels} from "../../host/models/recentModels";
import {showStreamingQuickPick} from "../../host/streamingQuickPick";
import {type ListingSources, ModelListing} from "./modelListing";
import type {ModelRole} from "./modelRole";
import {type KnownModels, modelRow, type PickerActs, pickerRows} from "./pickerRows";
import {useModel} from "./useModel";

/** Choosing a model from a list, a dialog, or by its role. */
export class ModelSelection {
  constructor(
    private readonly host: Host,
    private readonly headers: HeaderCache
  ) {}

  dispose(): void {
    this.headers.dispose();
  }

  /** Shows the list. The chosen model gets this role. Closing the list changes nothing. */
  async select(role: ModelRole): Promise<void> {
    const {host, headers} = this;
    const {settings} = host;
    const acts = this.actsFor(role);
    let unfinished: readonly UnfinishedDownload[] = [];
    const known: KnownModels = {
      scoring: settings.scoringModel(),
      completion: settings.completionModel(),
      demonstration: settings.demonstrationModel()
    };
    const sources: ListingSources = {
      demonstrationModel: known.demonstration.path,
      inUse: [known.scoring.path, known.completion.path],
      recent: recentModels(host),
      contexts: settings.scoringModel(),
      find: (signal) => findLocalModels(modelSearchEnvironment(host), signal),
      facts: (model, signal) => headers.facts(model, signal)
    };
    const listing = new ModelListing(sources, (listed) => modelRow(listed, known, role, acts));
    const act = await showStreamingQuickPick({
      title: listTitle(role),
      placeholder: vscode.l10n.t("Search by name, quantization or program"),
      buttons: [
        {
          iconPath: new vscode.ThemeIcon("settings"),
          tooltip: vscode.l10n.t("Choose What the Model Is For"),
          act: () => acts.chooseRole()
        }
      ],
      rows: (complete) => pickerRows({listing, unfinished, complete}, known, acts),
      fill: async (signal, onMore) => {
        const looking = host.downloads.unfinished().then((found) => {
          unfinished = found;
          onMore();
        });
        await Promise.all([looking, listing.load(signal, onMore)]);
      },
      onError: (error) => void host.errors.show(error)
    });
    await act?.();
  }

  /** Sets the model for a role. Shows the list again if the user wants another model after all. */
  async use(model: ChosenModel, role: ModelRole): Promise<void> {
    if ((await useModel(this.host, model, role)) === "chooseAnother") await this.select(role);
  }

  async browse(role: ModelRole): Promise<void> {
    const [file] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t("Select a GGUF Model"),
        openLabel: vscode.l10n.t("Use Model"),
        canSelectMany: false,
        filters: {[vscode.l10n.t("GGUF models")]: ["gguf"], [vscode.l10n.t("All files")]: ["*"]}
      })) ?? [];
    if (file !== undefined) await this.use({kind: "file", path: file.fsPath}, role);
  }

  /** The scoring model completes too from now on. */
  async useOneForBoth(): Promise<void> {
    await this.use(this.host.settings.modelChoice().scoring, "both");
  }

  private actsFor(role: ModelRole): PickerActs {
    return {
      use: (model, chosenRole) => this.use(model, chosenRole),
      chooseRole: () => this.chooseRole(role),
      useOneForBoth: () => this.useOneForBoth(),
      browse: () => this.browse(role),
      addFolder: () => this.addFolder(role)
    };
  }

  private async chooseRole(now: ModelRole): Promise<void> {
    const roles: readonly {readonly role: ModelRole; readonly name: string; readonly description: string}[] = [
      {role: "both", name: vscode.l10n.t("For Everything"), description: vscode.l10n.t("measures and completes")},
      {
        role: "scoring",
        name: vscode.l10n.t("For Measuring Only"),
        description: vscode.l10n.t("tokens, perplexity, logprobs; another model completes")
      },
      {
        role: "completion",
        name: vscode.l10n.t("For Completion Only"),
        description: vscode.l10n.t("at the cursor and while typing; another model measures")
      }
    ];
    const chosen = await vscode.window.showQuickPick(
      roles.map(({role, name, description}) => ({label: role === now ? `$(check) ${name}` : name, description, role})),
      {
        title: vscode.l10n.t("What Is the Model For?"),
        placeHolder: vscode.l10n.t("Two models need memory for both"),
        matchOnDescription: true
      }
    );
    await this.select(chosen?.role ?? now);
  }

  private async addFolder(role: ModelRole): Promise<void> {
    const folders = await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Add a Folder of Models"),
      openLabel: vscode.l10n.t("Add Folder"),
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: true
    });
    if (folders !== undefined) await this.host.settings.addModelFolders(folders.map(({fsPath}) => fsPath));
    await this.select(role);
  }
}

function listTitle(role: ModelRole): string {
  switch (role) {
    case "both":
      return vscode.l10n.t("Select Model");
    case "scoring":
      return vscode.l10n.t("Select Model for Measuring Only");
    case "completion":
      return vscode.l10n.t("Select Model for Completion Only");
    default:
      return role satisfies never;
  }
}
