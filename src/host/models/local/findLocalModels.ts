import {type Candidate, type FoundModel, foundModel, type Store} from "./candidates";
import {downloads, folders} from "./folders";
import {gpt4all} from "./gpt4all";
import {huggingFace} from "./huggingFace";
import {jan} from "./jan";
import {llamaCpp} from "./llamaCpp";
import {lmStudio} from "./lmStudio";
import type {LocalModel, Surroundings} from "./localModel";
import {ollama} from "./ollama";

/** Where a file is in several, it goes by the name that it has in the first of them. */
const stores: readonly Store[] = [downloads, ollama, lmStudio, huggingFace, llamaCpp, gpt4all, jan, folders];

/** Files asked about at once. */
const atOnce = 32;

const byName = new Intl.Collator("en", {numeric: true, sensitivity: "base"});

/**
 * The models that are on this machine, each file once, by program and name. No file is opened but programs' own notes. A
 * program whose folders can't be read has none.
 */
export async function findLocalModels(surroundings: Surroundings, signal: AbortSignal): Promise<readonly LocalModel[]> {
  const found = await Promise.all(stores.map((store) => modelsOf(store, surroundings, signal)));
  signal.throwIfAborted();
  const models = new Map<string, LocalModel>();
  for (const {model, identity} of found.flat()) if (!models.has(identity)) models.set(identity, model);
  return [...models.values()].sort(
    (a, b) => position(a) - position(b) || byName.compare(a.name, b.name) || (a.path < b.path ? -1 : 1)
  );
}

function position({store}: LocalModel): number {
  return stores.findIndex((one) => one.store === store);
}

async function modelsOf(store: Store, surroundings: Surroundings, signal: AbortSignal): Promise<readonly FoundModel[]> {
  const candidates = await store.find(surroundings, signal).catch((): readonly Candidate[] => []);
  const models: FoundModel[] = [];
  for (let i = 0; i < candidates.length && !signal.aborted; i += atOnce) {
    const some = candidates.slice(i, i + atOnce).map((candidate) => foundModel(store.store, candidate));
    models.push(...(await Promise.all(some)).filter((model) => model !== null));
  }
  return models;
}
