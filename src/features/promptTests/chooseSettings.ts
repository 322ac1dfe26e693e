import * as vscode from "vscode";
import type {Host} from "../../host/host";
import {presets} from "../../sampling/presets";
import {decimal, plural} from "../../text/numberText";
import {limits, parseSettings} from "./parseMessage";
import type {SampleSettings} from "./protocol";
import {defaultSettings, drawingPresets, extentText, presetLabel} from "./samplers";

/** VS Code remembers how answers were drawn under this key. */
const settingsKey = "tokenscope.consistencySettings";

interface SettingItem extends vscode.QuickPickItem {
  /** Undefined: draw. Resolves with the settings as they are then. */
  readonly edit?: (settings: SampleSettings) => Promise<SampleSettings>;
}

/**
 * Lets the user change how answers are drawn, until the first row is chosen: then it resolves. Undefined if the list was closed.
 * `before`: the settings to begin with, or null for those of the last time.
 */
export async function chooseSettings(
  host: Host,
  title: string,
  before: SampleSettings | null
): Promise<SampleSettings | undefined> {
  let settings = before ?? parseSettings(host.globalState.get<unknown>(settingsKey)) ?? defaultSettings;
  for (;;) {
    const chosen = await vscode.window.showQuickPick(items(settings), {
      title: vscode.l10n.t("Consistency of Answers: {0}", title),
      placeHolder: vscode.l10n.t("Enter draws; choose a row below to change it"),
      ignoreFocusOut: true
    });
    if (chosen === undefined) return undefined;
    if (chosen.edit === undefined) {
      await host.globalState.update(settingsKey, settings);
      return settings;
    }
    settings = await chosen.edit(settings);
  }
}

function items({preset, temperature, count, seed, maxTokens, extent}: SampleSettings): SettingItem[] {
  const own = presets.find(({id}) => id === preset)?.settings.temperature ?? 1;
  return [
    {label: vscode.l10n.t("$(play) Draw {0} Answers", count)},
    {label: "", kind: vscode.QuickPickItemKind.Separator},
    {
      label: vscode.l10n.t("Answers"),
      description: String(count),
      edit: numberEdit("count", vscode.l10n.t("How many answers are drawn"), 1, limits.count)
    },
    {label: vscode.l10n.t("Samplers"), description: presetLabel(preset), edit: editPreset},
    {
      label: vscode.l10n.t("Temperature"),
      description: decimal(temperature ?? own, 2),
      edit: editTemperature
    },
    {
      label: vscode.l10n.t("Seed"),
      description: String(seed),
      edit: numberEdit(
        "seed",
        vscode.l10n.t("The seed of the first answer; each further one has the next"),
        0,
        limits.seed
      )
    },
    {
      label: vscode.l10n.t("Length"),
      description: vscode.l10n.t("{0} at most", plural(maxTokens, "token")),
      edit: numberEdit("maxTokens", vscode.l10n.t("Tokens after which an answer ends"), 1, limits.maxTokens)
    },
    {label: vscode.l10n.t("End"), description: extentText(extent), edit: toggleExtent}
  ];
}

async function toggleExtent(settings: SampleSettings): Promise<SampleSettings> {
  return {...settings, extent: settings.extent === "line" ? "unlimited" : "line"};
}

function numberEdit(
  key: "count" | "seed" | "maxTokens",
  prompt: string,
  min: number,
  max: number
): NonNullable<SettingItem["edit"]> {
  return async (settings) => {
    const isValid = (text: string) => /^\d+$/.test(text.trim()) && Number(text) >= min && Number(text) <= max;
    const text = await vscode.window.showInputBox({
      prompt,
      value: String(settings[key]),
      ignoreFocusOut: true,
      validateInput: (typed) => (isValid(typed) ? null : vscode.l10n.t("A whole number from {0} to {1}.", min, max))
    });
    return text === undefined || !isValid(text) ? settings : {...settings, [key]: Number(text)};
  };
}

async function editPreset(settings: SampleSettings): Promise<SampleSettings> {
  const chosen = await vscode.window.showQuickPick(
    drawingPresets.map(({id}) => ({label: presetLabel(id), id})),
    {
      placeHolder: vscode.l10n.t("What stands between the model's probabilities and the token that is drawn"),
      ignoreFocusOut: true
    }
  );
  return chosen === undefined ? settings : {...settings, preset: chosen.id, temperature: null};
}

async function editTemperature(settings: SampleSettings): Promise<SampleSettings> {
  const typedValue = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text.replace(",", ".")));
  const isValid = (text: string) => typedValue(text) >= 0 && typedValue(text) <= limits.temperature;
  const text = await vscode.window.showInputBox({
    prompt: vscode.l10n.t("Logits are divided by it: 1 leaves them, 0 takes the first choice"),
    value: settings.temperature === null ? "" : String(settings.temperature),
    ignoreFocusOut: true,
    validateInput: (typed) =>
      isValid(typed) ? null : vscode.l10n.t("A number from {0} to {1}.", 0, limits.temperature)
  });
  return text === undefined || !isValid(text) ? settings : {...settings, temperature: typedValue(text)};
}
