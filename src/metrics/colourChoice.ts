/** What tokens can be coloured by, in the logprobs view and in the editor. */
export const colourMeasures = ["probability", "surprisal", "rank", "entropy", "excess", "relative"] as const;

export type ColourMeasure = (typeof colourMeasures)[number];

/** The user's choice, which two settings keep. */
export interface ColourChoice {
  readonly by: ColourMeasure;
  /** In the measure's unit; null: the measure's own default. */
  readonly threshold: number | null;
}
