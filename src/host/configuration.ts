import * as vscode from "vscode";
import {HostError} from "./hostError";
import {type SettingKey, type SettingValue, settingsTable} from "./settingsTable";

const section = "tokenscope";

/** A setting's value, or its default if the value is not valid: VS Code only underlines that in the settings file. */
export function readSetting<Key extends SettingKey>(key: Key): SettingValue<Key> {
  return settingsReader()(key);
}

/** Reads several settings at once: VS Code takes longer to look them up than to give a value. */
export function settingsReader(
  scope?: vscode.ConfigurationScope
): <Key extends SettingKey>(key: Key) => SettingValue<Key> {
  const configuration = vscode.workspace.getConfiguration(section, scope);
  return <Key extends SettingKey>(key: Key) => {
    const value = configuration.get<unknown>(key);
    const valid = settingsTable[key](value) ? value : configuration.inspect(key)?.defaultValue;
    return valid as SettingValue<Key>;
  };
}

/** Fires when one of these settings changes. */
export function changeOf(...keys: readonly SettingKey[]): vscode.Event<void> {
  return (listener, thisArgs, disposables) =>
    vscode.workspace.onDidChangeConfiguration(
      (change) => {
        if (keys.some((key) => change.affectsConfiguration(settingId(key)))) listener.call(thisArgs);
      },
      undefined,
      disposables
    );
}

/** Writes a setting where it is set already, so that the change takes effect; else for the user. */
export async function updateSetting<Key extends SettingKey>(key: Key, value: SettingValue<Key>): Promise<void> {
  const set = vscode.workspace.getConfiguration(section).inspect(key);
  const target =
    set?.workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  await writeSetting(key, value, target);
}

/** Where a setting is written. */
export interface WrittenSetting<Key extends SettingKey> {
  readonly target: vscode.ConfigurationTarget;
  /** What stands there; undefined if it is not set there, or not valid. */
  readonly value: SettingValue<Key> | undefined;
  /** It is set in a wider place too. */
  readonly inherits: boolean;
}

/** Where to write a setting for a folder's files: in the folder if there are several, else in the workspace, else for the user. */
export function writtenSetting<Key extends SettingKey>(
  key: Key,
  folder: vscode.WorkspaceFolder | undefined
): WrittenSetting<Key> {
  const set = vscode.workspace.getConfiguration(section, folder?.uri).inspect<unknown>(key);
  const folders = vscode.workspace.workspaceFolders?.length ?? 0;
  const places = [
    {target: vscode.ConfigurationTarget.Global, value: set?.globalValue},
    ...(folders > 0 ? [{target: vscode.ConfigurationTarget.Workspace, value: set?.workspaceValue}] : []),
    ...(folders > 1 && folder !== undefined
      ? [{target: vscode.ConfigurationTarget.WorkspaceFolder, value: set?.workspaceFolderValue}]
      : [])
  ];
  const {target = vscode.ConfigurationTarget.Global, value} = places.pop() ?? {};
  return {
    target,
    value: value !== undefined && settingsTable[key](value) ? (value as SettingValue<Key>) : undefined,
    inherits: places.some((wider) => wider.value !== undefined && wider.value !== null)
  };
}

/**
 * Writes a setting for a resource, for a language, or for all. Undefined removes it.
 *
 * @throws HostError if VS Code can't write it.
 */
export async function writeSetting<Key extends SettingKey>(
  key: Key,
  value: SettingValue<Key> | undefined,
  target: vscode.ConfigurationTarget,
  scope?: vscode.Uri | {readonly languageId: string}
): Promise<void> {
  const forLanguage = scope !== undefined && "languageId" in scope;
  try {
    await vscode.workspace.getConfiguration(section, scope).update(key, value, target, forLanguage);
  } catch (error) {
    throw new HostError(
      "settingsUnwritable",
      vscode.l10n.t(
        "VS Code could not write the setting {0} ({1}): see that its settings file may be written to and has no mistake in it.",
        settingId(key),
        firstLine(error)
      )
    );
  }
}

/** A setting's key as it stands in settings.json. */
function settingId(key: SettingKey): string {
  return `${section}.${key}`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
