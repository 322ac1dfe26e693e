import path from "node:path";
import type {ModelFacts} from "../../gguf/facts";
import {type Fit, freeMemory, type Memory, quickFit} from "../../host/fit";
import {foundModel} from "../../host/localModels/candidates";
import type {LocalModel} from "../../host/localModels/localModel";
import type {ListedModel} from "./modelRow";
import {type ModelSection, modelSections} from "./sections";

/** Headers that are read at the same time. */
const readers = 4;

/** What a listing is made from. */
export interface ListingSources {
  /** Absolute path of the model that ships with Tokenscope; it is in no section. */
  readonly demonstrationModel: string;
  /** Absolute paths. */
  readonly inUse: readonly string[];
  /** Absolute paths, the latest first. */
  readonly recent: readonly string[];
  find(signal: AbortSignal): Promise<readonly LocalModel[]>;
  /** Null for what can't be read as a model. */
  facts(model: LocalModel, signal: AbortSignal): Promise<ModelFacts | null>;
  /** Tokens of context that models are run with; 0 is automatic. */
  readonly contextSize: number;
}

/** The models on this machine, and what is known of them: more and more while it looks. */
export class ModelListing {
  private models: readonly LocalModel[] = [];
  private readonly facts = new Map<string, ModelFacts | null>();
  private memory: Memory | undefined;
  private demonstrationFile: LocalModel | null = null;

  constructor(private readonly sources: ListingSources) {}

  get sections(): readonly ModelSection[] {
    return modelSections(this.models, this.sources.inUse, this.sources.recent);
  }

  get demonstration(): LocalModel | null {
    return this.demonstrationFile;
  }

  /** There is a file of this name. */
  has(fileName: string): boolean {
    return this.models.some((model) => path.basename(model.path).toLowerCase() === fileName.toLowerCase());
  }

  listed(model: LocalModel): ListedModel {
    const facts = this.facts.get(model.path);
    return {model, facts, fit: facts == null ? undefined : this.fit(facts, model.bytes)};
  }

  /** Looks for models and into them; calls back whenever there is more to see. Ends early when aborted. */
  async load(signal: AbortSignal, onMore: () => void): Promise<void> {
    const {sources} = this;
    const known = [...sources.inUse, ...sources.recent].filter((file) => file !== sources.demonstrationModel);
    const [own, demonstration, memory] = await Promise.all([
      Promise.all([...new Set(known)].map((file) => modelAt(file))),
      modelAt(sources.demonstrationModel),
      freeMemory()
    ]);
    this.demonstrationFile = demonstration;
    this.memory = memory;
    this.models = own.filter((model) => model !== null);
    onMore();
    const found = await sources.find(signal);
    const paths = new Set(found.map((model) => model.path));
    this.models = [...found, ...this.models.filter((model) => !paths.has(model.path))].filter(
      (model) => model.path !== sources.demonstrationModel
    );
    onMore();
    await this.readHeaders(signal, onMore);
  }

  /** Whether a model fits, by its facts where they are known; undefined until the memory is known. */
  fit(facts: ModelFacts | null, bytes: number): Fit | undefined {
    return this.memory && quickFit(facts, bytes, this.sources.contextSize, this.memory);
  }

  /** In the order in which they are shown: what is at the top is known first. */
  private async readHeaders(signal: AbortSignal, onMore: () => void): Promise<void> {
    const shown = this.sections.flatMap(({models}) => models);
    const waiting = (this.demonstrationFile === null ? shown : [this.demonstrationFile, ...shown]).values();
    const read = async () => {
      for (const model of waiting) {
        if (signal.aborted) return;
        this.facts.set(model.path, await this.sources.facts(model, signal));
        onMore();
      }
    };
    await Promise.all(Array.from({length: readers}, read));
  }
}

/** A file that is on none of the programs' lists; null where it, or a part of it, is gone. */
async function modelAt(file: string): Promise<LocalModel | null> {
  const found = await foundModel("folder", {path: file});
  return found?.model ?? null;
}
