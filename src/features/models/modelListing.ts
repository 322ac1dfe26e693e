import path from "node:path";
import type {ModelFacts} from "../../gguf/facts";
import {iterateInSlices} from "../../host/cooperativeWork";
import {foundModel} from "../../host/models/local/candidates";
import type {LocalModel} from "../../host/models/local/localModel";
import {type FreeMemory, fitFromHeader, type MemoryFit, mainMemory} from "../../host/models/memoryFit";
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

/** The models on this machine with what is known of them, more and more while it looks, as rows of any kind. */
export class ModelListing<Row> {
  /** By path; made when there is more to say, so that a thousand models are no work for whoever draws them. */
  private readonly rows = new Map<string, Row>();
  private models: readonly LocalModel[] = [];
  private ordered: readonly ModelSection[] = [];
  private memory: FreeMemory | undefined;
  private demonstrationFile: LocalModel | null = null;

  constructor(
    private readonly sources: ListingSources,
    private readonly rowOf: (listed: ListedModel) => Row
  ) {}

  get sections(): readonly ModelSection[] {
    return this.ordered;
  }

  get demonstration(): LocalModel | null {
    return this.demonstrationFile;
  }

  /** There is a file of this name. */
  has(fileName: string): boolean {
    return this.models.some((model) => path.basename(model.path).toLowerCase() === fileName.toLowerCase());
  }

  /** Undefined for a model that was found only now. */
  row(model: LocalModel): Row | undefined {
    return this.rows.get(model.path);
  }

  /** Looks for models and into them; calls back whenever there is more to see. Ends early when aborted. */
  async load(signal: AbortSignal, onMore: () => void): Promise<void> {
    const {sources} = this;
    const known = [...sources.inUse, ...sources.recent].filter((file) => file !== sources.demonstrationModel);
    const [own, demonstration, memory] = await Promise.all([
      Promise.all([...new Set(known)].map((file) => modelAt(file))),
      modelAt(sources.demonstrationModel),
      mainMemory()
    ]);
    this.demonstrationFile = demonstration;
    this.memory = memory;
    if (demonstration !== null) this.know(demonstration, undefined);
    await this.list(own.filter((model) => model !== null));
    onMore();
    const found = await sources.find(signal);
    const paths = new Set(found.map((model) => model.path));
    const all = [...found, ...this.models.filter((model) => !paths.has(model.path))];
    await this.list(all.filter((model) => model.path !== sources.demonstrationModel));
    onMore();
    await this.readHeaders(signal, onMore);
  }

  /** Whether a model fits, by its facts where they are known; undefined until the memory is known. */
  fit(facts: ModelFacts | null, bytes: number): MemoryFit | undefined {
    return this.memory && fitFromHeader(facts, bytes, this.sources.contextSize, this.memory);
  }

  private async list(models: readonly LocalModel[]): Promise<void> {
    this.models = models;
    this.ordered = modelSections(models, this.sources.inUse, this.sources.recent);
    for await (const model of iterateInSlices(models)) this.know(model, undefined);
  }

  private know(model: LocalModel, facts: ModelFacts | null | undefined): void {
    const fit = facts == null ? undefined : this.fit(facts, model.bytes);
    this.rows.set(model.path, this.rowOf({model, facts, fit}));
  }

  /** In the order in which they are shown: what is at the top is known first. */
  private async readHeaders(signal: AbortSignal, onMore: () => void): Promise<void> {
    const shown = this.sections.flatMap(({models}) => models);
    const waiting = (this.demonstrationFile === null ? shown : [this.demonstrationFile, ...shown]).values();
    const read = async () => {
      for (const model of waiting) {
        if (signal.aborted) return;
        this.know(model, await this.sources.facts(model, signal));
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
