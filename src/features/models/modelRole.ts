import {type ChosenModel, isSameChoice, type ModelChoice} from "../../host/models/modelChoice";

/** The job a model is chosen for. */
export type ModelRole = "both" | "scoring" | "completion";

export function isModelRole(value: unknown): value is ModelRole {
  return value === "both" || value === "scoring" || value === "completion";
}

/** The choice with this model in this role. The other role keeps its model; one model in both roles is one setting. */
export function chosen(now: ModelChoice, model: ChosenModel, role: ModelRole): ModelChoice {
  switch (role) {
    case "both":
      return {scoring: model, completion: null};
    case "scoring":
      return choiceOf(model, now.completion ?? now.scoring);
    case "completion":
      return choiceOf(now.scoring, model);
    default:
      return role satisfies never;
  }
}

function choiceOf(scoring: ChosenModel, completion: ChosenModel): ModelChoice {
  return {scoring, completion: isSameChoice(scoring, completion) ? null : completion};
}
