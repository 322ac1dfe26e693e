/** A model as a person chooses it. The path is as written in the settings: `~` and `${workspaceFolder}` may stand in it. */
export type ChosenModel = {readonly kind: "demonstration"} | {readonly kind: "file"; readonly path: string};

/** The model that ships with Tokenscope. */
export const shippedModel: ChosenModel = {kind: "demonstration"};

/** The models for both jobs. Null: the scoring model completes too. */
export interface ModelChoice {
  readonly scoring: ChosenModel;
  readonly completion: ChosenModel | null;
}

export function isSameChoice(a: ChosenModel | null, b: ChosenModel | null): boolean {
  return a?.kind === b?.kind && pathOf(a) === pathOf(b);
}

function pathOf(model: ChosenModel | null): string | undefined {
  return model?.kind === "file" ? model.path : undefined;
}
