import path from "node:path";
import type {ModelFacts} from "../../gguf/facts";
import {iterateInSlices} from "../../host/cooperativeWork";
import {foundModel} from "../../host/models/local/candidates";
import type {LocalModel} from "../../host/models/local/localModel";
import {
  type ContextSettings,
  type FreeMemory,
  fitFromHeader,
  type MemoryFit,
  mainMemory
} from "../../host/models/memoryFit";
import type {ListedModel} from "./modelRow";
import {type ModelSection, modelSections} from "./sections";

/** Headers read at the same time. */
const maxReaders = 4;

/** Where a listing gets its models and their facts. */
export interface ListingSources {
  /** Absolute path of the model that ships with Tokenscope. It is in no section. */
  readonly demonstrationModel: string;
  /** Absolute paths. */
  readonly inUse: readonly string[];
  /** Absolute paths, the latest first. */
  readonly recent: readonly string[];
  find(signal: AbortSignal): Promise<readonly LocalModel[]>;
  /** Null if the file can't be read as a model. */
  facts(model: LocalModel, signal: AbortSignal): Promise<ModelFacts | null>;
  /** The contexts that models are run with. */
  readonly contexts: ContextSettings;
}

/** The models on this machine and what is known of them, as rows of any kind. It grows while the search goes on. */
export class ModelListing<Row> {
  /** By path. A row is made when its model's facts change, not at each redraw: there may be a thousand models. */
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

  /** Whether a model's file has this name. */
  has(fileName: string): boolean {
    return this.models.some((model) => path.basename(model.path).toLowerCase() === fileName.toLowerCase());
  }

  /** Undefined if the model has just been found. */
  row(model: LocalModel): Row | undefined {
    return this.rows.get(model.path);
  }

  /** Finds models and reads their headers. Calls back whenever there is more to show. Ends early when aborted. */
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

  /** Whether a model fits into memory, judged by its facts if they are known. Undefined until the free memory is known. */
  fit(facts: ModelFacts | null, bytes: number): MemoryFit | undefined {
    return this.memory && fitFromHeader(facts, bytes, this.sources.contexts, this.memory);
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

  /** In the order of the list, so that the top rows are complete first. */
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
    await Promise.all(Array.from({length: maxReaders}, read));
  }
}

/** A file that no program's folder contains. Null if the file, or a part of it, does not exist any more. */
async function modelAt(file: string): Promise<LocalModel | null> {
  const found = await foundModel("folder", {path: file});
  return found?.model ?? null;
}
