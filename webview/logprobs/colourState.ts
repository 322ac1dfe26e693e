import type {ColourChoice} from "../../src/metrics/colourChoice";
import {Colouring} from "./colouring";
import type {ShownText} from "./shownText";

/** Milliseconds without a change before the host is told: each step of the slider would change the settings. */
const tellDelay = 200;

/** Milliseconds in which the host's settings become what it was told. Until then it may say something older. */
const settleDelay = 2000;

/** What tokens are coloured by, and the levels that the legend is filtered to. The view follows at once, the settings a little later. */
export class ColourState {
  private choice: ColourChoice = {by: "probability", threshold: null};
  private only: ReadonlySet<number> | null = null;
  private telling: ReturnType<typeof setTimeout> | undefined;
  /** When the user last chose; the host's older choices don't undo it. */
  private chosenAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly tell: (choice: ColourChoice) => void,
    private readonly onChange: () => void
  ) {}

  get chosen(): ColourChoice {
    return this.choice;
  }

  get isFiltered(): boolean {
    return this.only !== null;
  }

  colouring(text: ShownText): Generator<void, Colouring> {
    return Colouring.inSteps(text, this.choice, this.only);
  }

  /** The saved choice, before anything is drawn. */
  restore(choice: ColourChoice): void {
    this.choice = choice;
  }

  readonly choose = (choice: ColourChoice): void => {
    // Another measure has other levels.
    if (choice.by !== this.choice.by) this.only = null;
    this.choice = choice;
    this.chosenAt = performance.now();
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell(choice), tellDelay);
    this.onChange();
  };

  readonly filter = (only: ReadonlySet<number> | null): void => {
    this.only = only;
    this.onChange();
  };

  /** The host says what its settings are. */
  hear(choice: ColourChoice): void {
    const isSame = choice.by === this.choice.by && choice.threshold === this.choice.threshold;
    if (isSame || performance.now() - this.chosenAt < settleDelay) return;
    if (choice.by !== this.choice.by) this.only = null;
    this.choice = choice;
    this.onChange();
  }
}
