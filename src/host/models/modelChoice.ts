/** The models as the settings name them: paths, "" and {@link demonstrationWord}. */
export interface ModelChoice {
  /** "" is the demonstration model. */
  readonly model: string;
  /** "" is the model that measures. */
  readonly completionModel: string;
}

/** Stands for the demonstration model, whose path is another one after every update, where "" stands for something else. */
export const demonstrationWord = "demonstration";
