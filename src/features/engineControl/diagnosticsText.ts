import type {DeviceState, ProcessVersions} from "../../contract/devices";
import type {BlamedDriver} from "../../host/blamedDriver";
import {deviceNames} from "../../host/deviceNames";
import type {EngineState} from "../../host/engine/engineClient";
import type {RecentError} from "../../host/errors";
import type {SettingKey} from "../../host/settingsTable";
import type {PastDeath} from "./engineHistory";
import {fileNameOnly, framesOf, hostOnly, plainName, type Secrets, wordOnly} from "./shareable";

/** A setting that is not at its default. */
export interface ChangedSetting {
  /** As it stands in settings.json. */
  readonly key: string;
  readonly value: unknown;
  /** The values it takes, if it takes only certain words. */
  readonly words: readonly string[] | undefined;
  /** Where it is set. */
  readonly where: string;
}

/** The engine's answer, or why there is none. */
export type Asked<T> = {readonly answer: T} | {readonly refused: string};

export interface Facts {
  readonly tokenscope: string;
  readonly vscode: {readonly version: string; readonly ui: "desktop" | "web"; readonly language: string};
  readonly host: {
    readonly node: string;
    /** `vscode.env.remoteName`. */
    readonly remote: string | undefined;
    readonly kind: "ui" | "workspace";
  };
  readonly trusted: boolean;
  readonly system: {readonly platform: string; readonly arch: string; readonly release: string};
  /** The name that the system gives it, if any. */
  readonly processor: string | undefined;
  readonly threads: number;
  /** Bytes of main memory. */
  readonly memory: {readonly free: number; readonly total: number};
  readonly engine: EngineState;
  readonly history: {
    readonly starts: number;
    readonly deathCount: number;
    readonly deaths: readonly PastDeath[];
  };
  readonly blamed: BlamedDriver | undefined;
  readonly versions: Asked<ProcessVersions>;
  readonly devices: Asked<readonly DeviceState[]>;
  readonly settings: readonly ChangedSetting[];
  readonly proxy: boolean;
  readonly errors: readonly RecentError[];
  /** The extension's own folder. */
  readonly folder: string;
  readonly secrets: Secrets;
}

/**
 * The diagnostics as Markdown. Always in English, for the developers who read the report. Every fact that does not come from us
 * goes through shareable.ts.
 */
export function diagnosticsText(facts: Facts): string {
  return [
    "### Tokenscope diagnostics",
    table(overview(facts)),
    "#### Devices",
    devicesText(facts),
    "#### Settings that are not at their defaults",
    list(facts.settings.map((setting) => settingText(setting, facts.secrets))),
    "#### Engine",
    list(engineLines(facts)),
    "#### Recent errors",
    list(facts.errors.map((error) => errorText(error, facts))),
    ""
  ].join("\n\n");
}

function overview(facts: Facts): [string, string][] {
  const {vscode, host, system, memory, secrets} = facts;
  const own = "answer" in facts.versions ? facts.versions.answer : undefined;
  const release = own?.llamaCpp ?? undefined;
  return [
    ["Tokenscope", facts.tokenscope],
    [
      "VS Code",
      `${plainName(vscode.version, secrets)}, ${vscode.ui}, language ${plainName(wordOnly(vscode.language) ?? "?", secrets)}`
    ],
    [
      "Extension host",
      `Node ${plainName(host.node, secrets)}, ${host.remote === undefined ? "local" : `remote (${plainName(wordOnly(host.remote) ?? "another kind", secrets)})`}, runs as ${host.kind} extension`
    ],
    ["Workspace", facts.trusted ? "trusted" : "not trusted"],
    [
      "Engine",
      own === undefined
        ? `not known: ${refusal(facts.versions)}`
        : `Node ${plainName(own.node, secrets)}, node-llama-cpp ${plainName(own.nodeLlamaCpp ?? "not found", secrets)}, llama.cpp ${release === undefined ? "does not load" : plainName(release, secrets)}`
    ],
    ["System", plainName(`${system.platform} ${system.arch}, ${system.release}`, secrets)],
    ["Processor", `${plainName(facts.processor ?? "not known", secrets)}, ${facts.threads} threads`],
    ["Memory", `${gigabytes(memory.free)} of ${gigabytes(memory.total)} free`],
    ["Proxy", facts.proxy ? "set in VS Code" : "not set in VS Code"]
  ];
}

function devicesText({devices, blamed, secrets}: Facts): string {
  const avoided =
    blamed === undefined
      ? []
      : [
          `crashed at the start of a model: ${deviceNames[blamed.device]} (${names(blamed, secrets)}), crashes: ${blamed.crashes}, ${blamed.avoided ? "the CPU is used instead" : "still used"}`
        ];
  if (!("answer" in devices)) return list([`not known: ${refusal(devices)}`, ...avoided]);
  return list([...devices.answer.map((state) => deviceText(state, secrets)), ...avoided]);
}

function deviceText(state: DeviceState, secrets: Secrets): string {
  const parts = [
    state.works ? (state.inUse ? "in use" : "works") : (wordOnly(state.problem) ?? "does not work"),
    names(state, secrets),
    state.total === null || state.free === null ? "" : `${gigabytes(state.free)} of ${gigabytes(state.total)} free`,
    state.features.map((feature) => plainName(wordOnly(feature) ?? "", secrets)).join(" ")
  ];
  return `${deviceNames[state.device]}: ${parts.filter((part) => part !== "").join("; ")}`;
}

function names({names: all}: Pick<DeviceState, "names">, secrets: Secrets): string {
  return [...new Set(all)].map((name) => plainName(name, secrets)).join(", ");
}

/** What may be shown of a setting's value. The value of an unknown setting is not shown. */
function settingText({key, value, words, where}: ChangedSetting, secrets: Secrets): string {
  return `${key} (${where}): ${valueText(key, value, words, secrets)}`;
}

function valueText(key: string, value: unknown, words: readonly string[] | undefined, secrets: Secrets): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `${value.length} of them`;
  if (typeof value !== "string") return "not shown";
  if (words !== undefined) return words.includes(value) ? value : "none of those it takes";
  switch (key.replace("tokenscope.", "") as SettingKey) {
    case "model":
    case "completionModel":
      return fileNameOnly(value, secrets);
    case "huggingFaceEndpoint":
    case "npmRegistry":
      return hostOnly(value, secrets);
    default:
      return "not shown";
  }
}

function engineLines({engine, history}: Facts): string[] {
  const {process, unloaded, holding} = engine;
  const held = holding?.models.map(({device}) => (device === null ? "vocabulary only" : deviceNames[device])) ?? [];
  return [
    `state: ${process}${unloaded === null ? "" : `, unloaded (${unloaded})`}`,
    ...(holding === null
      ? []
      : [
          `holds models: ${held.length} (${held.join(", ")}), ${gigabytes(holding.memory.ram)}, on devices ${gigabytes(holding.memory.vram)}`
        ]),
    `starts: ${history.starts}, deaths: ${history.deathCount}`,
    ...history.deaths.map(({time, code, signal, hung, starting, guardedOn}) =>
      [
        `${timeText(time)}: ended with ${wordOnly(signal) ?? `code ${code}`}`,
        ...(hung ? ["stood still"] : []),
        ...(starting ? ["while a model was starting"] : []),
        ...(guardedOn === null ? [] : [`${deviceNames[guardedOn]} is used through node-llama-cpp from then on`])
      ].join(", ")
    )
  ];
}

function errorText({time, times, kind, name, code, stack}: RecentError, {folder, secrets}: Facts): string {
  const words = [wordOnly(name), wordOnly(code)].flatMap((word) =>
    word === undefined ? [] : plainName(word, secrets)
  );
  const what = kind === "bug" ? ["bug", ...words].join(" ") : kind;
  const head = `${timeText(time)}: ${what}${times > 1 ? `, ${times} times` : ""}`;
  return [head, ...framesOf(stack, folder).map((frame) => `  - at ${frame}`)].join("\n");
}

function refusal(asked: Asked<unknown>): string {
  return "refused" in asked ? `the engine did not answer (${asked.refused})` : "";
}

function table(rows: readonly (readonly [string, string])[]): string {
  return ["| | |", "| --- | --- |", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join("\n");
}

function list(lines: readonly string[]): string {
  return lines.length === 0 ? "none" : lines.map((line) => `- ${line}`).join("\n");
}

/** In UTC, because a time zone tells where somebody lives. */
function timeText(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
