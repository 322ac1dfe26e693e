import {type Candidate, type FoundModel, foundModel, type ModelSource} from "./candidates";
import {downloads, folders} from "./folders";
import {gpt4all} from "./gpt4all";
import {huggingFace} from "./huggingFace";
import {jan} from "./jan";
import {llamaCpp} from "./llamaCpp";
import {lmStudio} from "./lmStudio";
import type {LocalModel, SearchEnvironment} from "./localModel";
import {ollama} from "./ollama";

/** In order: a file that several sources have gets its name from the first. */
const sources: readonly ModelSource[] = [downloads, ollama, lmStudio, huggingFace, llamaCpp, gpt4all, jan, folders];

/** Maximum number of files looked at concurrently. */
const maxConcurrent = 32;

const byName = new Intl.Collator("en", {numeric: true, sensitivity: "base"});

/**
 * The models on this machine, each file once, sorted by program and name. Opens only the programs' own manifests and
 * settings. A program whose folders can't be read has no models.
 */
export async function findLocalModels(
  environment: SearchEnvironment,
  signal: AbortSignal
): Promise<readonly LocalModel[]> {
  const found = await Promise.all(sources.map((store) => modelsOf(store, environment, signal)));
  signal.throwIfAborted();
  const models = new Map<string, LocalModel>();
  for (const {model, identity} of found.flat()) if (!models.has(identity)) models.set(identity, model);
  return [...models.values()].sort(
    (a, b) => position(a) - position(b) || byName.compare(a.name, b.name) || (a.path < b.path ? -1 : 1)
  );
}

function position({store}: LocalModel): number {
  return sources.findIndex((one) => one.store === store);
}

async function modelsOf(
  store: ModelSource,
  environment: SearchEnvironment,
  signal: AbortSignal
): Promise<readonly FoundModel[]> {
  const candidates = await store.find(environment, signal).catch((): readonly Candidate[] => []);
  const models: FoundModel[] = [];
  for (let i = 0; i < candidates.length && !signal.aborted; i += maxConcurrent) {
    const some = candidates.slice(i, i + maxConcurrent).map((candidate) => foundModel(store.store, candidate));
    models.push(...(await Promise.all(some)).filter((model) => model !== null));
  }
  return models;
}
