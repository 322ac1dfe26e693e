import type {LocalModel, ModelStore} from "../../host/models/local/localModel";

export interface ModelSection {
  /** Null: the ones in use and used lately, whoever put them there. */
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
 * Every model once: first the ones in use, then the ones used lately, the latest first, then the others by program and name.
 * `inUse` and `recent` are paths; those that are among no models are left out.
 */
export function modelSections(
  models: readonly LocalModel[],
  inUse: readonly string[],
  recent: readonly string[]
): readonly ModelSection[] {
  const byPath = new Map<string, LocalModel>();
  // Two programs may share a file (a link, a folder of the user's inside another's): the first that names it has it.
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
