import type {Card} from "./card";
import type {TokenFlow} from "./tokenFlow";
import type {TokenRange} from "./tokenRange";

/** Milliseconds without a change before the editor selects what is selected here. */
const selectDelay = 200;

/** The range of tokens that is selected, here and in the editor. */
export class RangeSelection {
  private telling: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly flow: TokenFlow,
    private readonly card: Card,
    private readonly scroller: HTMLElement,
    private readonly tell: (range: TokenRange) => void
  ) {}

  /** The user selected it in the text. */
  choose(range: TokenRange | null): void {
    this.card.select(range);
    clearTimeout(this.telling);
    if (range !== null) this.telling = setTimeout(() => this.tell(range), selectDelay);
  }

  clear(): void {
    clearTimeout(this.telling);
    this.flow.select(null);
    this.card.select(null);
  }

  /** Goes to what was searched for, and leaves the focus in the search box. Several tokens are a range with numbers of its own. */
  goToMatch({from, to}: TokenRange): void {
    this.flow.approach(from);
    this.clear();
    this.card.look(from, true);
    if (to - from < 2) return;
    this.flow.select({from, to});
    this.card.reveal({from, to});
  }

  /**
   * Shows what is selected in the editor, without taking the focus. All of the text is what was scored, not a part to be told apart,
   * and the token that has the focus here was selected from here.
   */
  reveal({from, to}: TokenRange, count: number): void {
    const {selectedRange, focusedToken} = this.card;
    if (from >= to || to > count || (selectedRange?.from === from && selectedRange.to === to)) return;
    const isFocused = to === from + 1 && from === focusedToken;
    if (isFocused || to - from === count) {
      if (selectedRange !== null) this.clear();
      return;
    }
    this.flow.select({from, to});
    this.card.reveal({from, to});
    const visible = this.scroller.getBoundingClientRect();
    const {top, bottom} = this.flow.box(from);
    if (top < visible.top || bottom > visible.bottom)
      this.flow.scrollTo({token: from, offset: Math.round(visible.height / 3)});
  }
}
