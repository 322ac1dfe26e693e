import {demonstrationWord, type ModelChoice} from "../../host/models/modelChoice";

/** What a model is chosen for. */
export type ModelRole = "everything" | "measuring" | "completion";

export function isModelRole(value: unknown): value is ModelRole {
  return value === "everything" || value === "measuring" || value === "completion";
}

/**
 * The settings with this model in this role; `file` is an absolute path, or "" for the demonstration model. The other role
 * keeps the model it has; one model in both roles is one setting.
 */
export function chosen(now: ModelChoice, file: string, role: ModelRole): ModelChoice {
  switch (role) {
    case "everything":
      return {model: file, completionModel: ""};
    case "measuring":
      return normal(file, now.completionModel === "" ? named(now.model) : now.completionModel);
    case "completion":
      return normal(now.model, named(file));
    default:
      return role satisfies never;
  }
}

function normal(model: string, completionModel: string): ModelChoice {
  return {model, completionModel: named(model) === completionModel ? "" : completionModel};
}

/** "" means another model in each setting; this names the same one in both. */
function named(file: string): string {
  return file === "" ? demonstrationWord : file;
}
