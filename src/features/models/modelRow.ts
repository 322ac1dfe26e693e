import * as l10n from "@vscode/l10n";
import type {ModelFacts} from "../../gguf/facts";
import type {CatalogueEntry} from "../../host/downloads/catalogue";
import type {LocalModel, ModelStore} from "../../host/models/local/localModel";
import {type MemoryFit, verdictLabel} from "../../host/models/memoryFit";
import {byteSize, count} from "../../text/numberText";
import {parameterCount} from "../../text/parameterCount";
import {shortChecksum} from "../../text/shortChecksum";

/** A model of the list and what is known of it so far. */
export interface ListedModel {
  readonly model: LocalModel;
  /** Undefined: not read yet. Null: the file can't be read as a model. */
  readonly facts: ModelFacts | null | undefined;
  readonly fit: MemoryFit | undefined;
}

/** What a model is used for. */
export type InUse = "both" | "scoring" | "completion" | null;

export interface RowText {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** A model in words. They come from files, so the caller must pass them through plainText. */
export function rowText({model, facts, fit}: ListedModel, inUse: InUse, where: string): RowText {
  const size = byteSize(model.bytes);
  return {
    label: model.name,
    description: joined([
      facts?.parameters != null && parameterCount(facts.parameters),
      facts?.quantization,
      model.parts > 1 ? l10n.t("{0} in {1} parts", size, model.parts) : size,
      inUse !== null && usedFor(inUse)
    ]),
    detail: joined([
      // The most important comes first: VS Code cuts the end off.
      facts === null && l10n.t("can't be read as a model"),
      fit !== undefined && fitText(fit),
      facts != null && abilities(facts),
      facts?.contextLength != null && l10n.t("{0} tokens of context", count(facts.contextLength)),
      where
    ])
  };
}

/** A model to download, in words. `fit` is null until the free memory is known. */
export function downloadText({name, licence, free, bytes, why}: CatalogueEntry, fit: MemoryFit | null): RowText {
  return {
    label: name,
    description: joined([byteSize(bytes), free ? licence : l10n.t("{0} licence, with conditions", licence)]),
    // By its size alone, a model is known to be too large, but not to fit.
    detail: joined([why, fit?.verdict === "tooLarge" && fitText(fit)])
  };
}

/** "Ollama: ~/.ollama/models/blobs/sha256-0123…". `home` is "~" in it. */
export function whereText({store, path}: LocalModel, home: string): string {
  const short = shortPath(path, home);
  // The user's own folders have no name but their path.
  return store === "folder" ? short : l10n.t("{0}: {1}", storeName(store), short);
}

/** The program that keeps the model. */
export function storeName(store: ModelStore): string {
  switch (store) {
    case "tokenscope":
      return l10n.t("Downloaded by Tokenscope");
    case "ollama":
      return "Ollama";
    case "lmStudio":
      return "LM Studio";
    case "huggingFace":
      return "Hugging Face";
    case "llamaCpp":
      return "llama.cpp";
    case "gpt4all":
      return "GPT4All";
    case "jan":
      return "Jan";
    case "folder":
      return l10n.t("Your folders");
    default:
      return store satisfies never;
  }
}

function usedFor(use: Exclude<InUse, null>): string {
  switch (use) {
    case "both":
      return l10n.t("in use");
    case "scoring":
      return l10n.t("in use for measuring");
    case "completion":
      return l10n.t("in use for completion");
    default:
      return use satisfies never;
  }
}

function abilities({capabilities: {complete, infill, embed}}: ModelFacts): string {
  if (!complete)
    return embed
      ? l10n.t("embeds only: it counts tokens, but can't measure or complete")
      : l10n.t("predicts no text: it counts tokens, but can't measure or complete");
  return infill ? l10n.t("completes and fills in the middle") : l10n.t("completes");
}

/** The verdict and the advice. */
function fitText({verdict, advice}: MemoryFit): string {
  const label = verdictLabel(verdict);
  return advice === null ? label : l10n.t("{0}: {1}", label, advice.replace(/\.$/, ""));
}

/** Characters. The middle of a longer path is left out. */
const maxPathLength = 72;

/** A path without its middle: its start says where it is, its end which file. */
export function shortPath(path: string, home: string): string {
  const inHome = home !== "" && path.startsWith(home) && /^[/\\]/.test(path.slice(home.length));
  const named = shortChecksum(inHome ? `~${path.slice(home.length)}` : path);
  const characters = Array.from(named);
  if (characters.length <= maxPathLength) return named;
  const head = Math.floor(maxPathLength / 3);
  return `${characters.slice(0, head).join("")}…${characters.slice(head + 1 - maxPathLength).join("")}`;
}

function joined(parts: readonly (string | false | null | undefined)[]): string {
  return parts.filter((part) => part).join(" · ");
}
