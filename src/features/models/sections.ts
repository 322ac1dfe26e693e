import type {LocalModel, ModelStore} from "../../host/models/local/localModel";

export interface ModelSection {
  /** Null: the models in use and used lately, of any program. */
  readonly store: ModelStore | null;
  readonly models: readonly LocalModel[];
}

const order: readonly ModelStore[] = [
  "ollama",
  "lmStudio",
  "huggingFace",
  "llamaCpp",
  "gpt4all",
  "jan",
  "folder",
  "tokenscope"
];

const byName = new Intl.Collator(undefined, {numeric: true});

/**
 * Every model once: first those in use, then those used lately, the latest first, then the others by program and name.
 * `inUse` and `recent` are paths. Paths of unknown models are left out.
 */
export function modelSections(
  models: readonly LocalModel[],
  inUse: readonly string[],
  recent: readonly string[]
): readonly ModelSection[] {
  const byPath = new Map<string, LocalModel>();
  // Two programs may share a file (a link, a folder inside another): it belongs to the first that names it.
  for (const model of models) if (!byPath.has(model.path)) byPath.set(model.path, model);
  const first = [...new Set([...inUse, ...recent])].flatMap((path) => byPath.get(path) ?? []);
  const shown = new Set(first);
  const others = [...byPath.values()].filter((model) => !shown.has(model));
  const sections: ModelSection[] = [
    {store: null, models: first},
    ...order.map((store) => ({
      store,
      models: others
        .filter((model) => model.store === store)
        .sort((a, b) => byName.compare(a.name, b.name) || (a.path < b.path ? -1 : 1))
    }))
  ];
  return sections.filter((section) => section.models.length > 0);
}
