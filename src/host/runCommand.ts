import * as vscode from "vscode";
import {type CommandArguments, type CommandName, commandId} from "./commands";
import type {ContextKey} from "./contextKeys";
import type {SettingKey} from "./settingsTable";
import {openSettingsCommand} from "./vscodeCommands";

/** A Markdown link that runs a command. It works where the Markdown trusts the command. */
export function commandLink<Name extends CommandName>(
  text: string,
  name: Name,
  tooltip?: string,
  ...parameters: CommandArguments<Name>
): string {
  const query = parameters.length === 0 ? "" : `?${encodeURIComponent(JSON.stringify(parameters))}`;
  const title = tooltip === undefined ? "" : ` "${tooltip}"`;
  return `[${text}](command:${commandId(name)}${query}${title})`;
}

/** Runs one of our own commands. */
export async function runCommand<Name extends CommandName>(
  name: Name,
  ...parameters: CommandArguments<Name>
): Promise<void> {
  await vscode.commands.executeCommand(commandId(name), ...parameters);
}

/** The address of one of our settings in the settings editor. */
export function settingUri(key: SettingKey): vscode.Uri {
  const query = encodeURIComponent(JSON.stringify([`tokenscope.${key}`]));
  return vscode.Uri.parse(`command:${openSettingsCommand}?${query}`);
}

/** Shows one of our settings in the settings editor. */
export async function openSetting(key: SettingKey): Promise<void> {
  await vscode.commands.executeCommand(openSettingsCommand, `tokenscope.${key}`);
}

/** Sets what the `when` clauses of package.json ask for. */
export function setContext(key: ContextKey, value: unknown): void {
  void vscode.commands.executeCommand("setContext", `tokenscope.${key}`, value);
}
