import * as l10n from "@vscode/l10n";
import {html, render, type TemplateResult} from "lit";
import {ref} from "lit/directives/ref.js";
import {type ColourChoice, colourMeasures} from "../../src/metrics/colourChoice";
import {
  levelLabel,
  levels,
  measureLabel,
  shortLevelLabel,
  sliderPosition,
  thresholdAt,
  thresholdLabel,
  thresholdOf,
  unknownLevel
} from "../../src/metrics/colourScale";
import {count, plural} from "../../src/text/numberText";
import {choice, slider} from "../ui/controls";
import {fitRow} from "../ui/narrowForms";
import {roveOnce} from "../ui/roving";
import {type Colouring, levelClass} from "./colouring";

export interface LegendEvents {
  readonly onChoice: (choice: ColourChoice) => void;
  /** The levels to show; null: all. */
  readonly onFilter: (only: ReadonlySet<number> | null) => void;
}

/** CSS classes of the row's ever narrower forms; each has what those before it have too. */
const forms = ["tight", "tighter", "wordless", "bare"] as const;

/** One row: what tokens are coloured by, from which threshold on, and what the colours mean. A click on a colour filters. */
export class Legend {
  private fitting = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly events: LegendEvents
  ) {
    new ResizeObserver(() => this.fit()).observe(element);
    // The row has no scroll bar, which would take the height of a line.
    element.addEventListener("wheel", ({deltaY}) => element.querySelector(".buckets")?.scrollBy(deltaY, 0), {
      passive: true
    });
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || element.querySelector('[aria-pressed="true"]') === null) return;
      event.stopPropagation();
      this.events.onFilter(null);
    });
  }

  show(colouring: Colouring): void {
    const {choice: chosen, counts, only} = colouring;
    const shown = counts[unknownLevel] === 0 ? levels : [...levels, unknownLevel];
    render(
      html`${this.measures(chosen)}
        <div class="buckets" role="toolbar" aria-label=${l10n.t("What the colours mean")} ${ref(roveOnce)}>
          ${shown.map((level) => this.bucket(chosen, level, counts[level] ?? 0, only))}
        </div>`,
      this.element
    );
    this.fitSoon();
  }

  private measures(chosen: ColourChoice): TemplateResult {
    const {by} = chosen;
    return html`${choice({
      label: l10n.t("Colour by"),
      value: by,
      options: colourMeasures.map((measure) => [measure, measureLabel(measure)] as const),
      onChange: (measure) => this.events.onChoice({by: measure, threshold: null})
    })}${slider({
      label: l10n.t("Threshold: tokens beyond it are coloured"),
      position: sliderPosition(by, thresholdOf(chosen)),
      text: thresholdLabel(chosen),
      onInput: (position) => this.events.onChoice({by, threshold: thresholdAt(by, position)}),
      onReset: () => this.events.onChoice({by, threshold: null})
    })}`;
  }

  private bucket(
    chosen: ColourChoice,
    level: number,
    tokens: number,
    only: ReadonlySet<number> | null
  ): TemplateResult {
    const label = levelLabel(chosen, level);
    return html`<button
      type="button"
      class="bucket"
      aria-pressed=${only?.has(level) ?? false}
      aria-label=${l10n.t("{0}: {1}", label, plural(tokens, "token"))}
      title=${l10n.t("{0}: {1}. Click to show only these; Ctrl+click adds others.", label, plural(tokens, "token"))}
      @click=${(event: MouseEvent) => this.events.onFilter(filtered(only, level, isAdding(event)))}
    ><span class="swatch token ${levelClass(level)}" aria-hidden="true"></span><span class="bucket-label">${label}</span><span class="bucket-short token ${levelClass(level)}" aria-hidden="true">${shortLevelLabel(chosen, level)}</span>
      <span class="bucket-count">${count(tokens)}</span></button>`;
  }

  /** Before the next frame: by then all else has been drawn, and is laid out once. */
  private fitSoon(): void {
    this.fitting ||= requestAnimationFrame(() => {
      this.fitting = 0;
      this.fit();
    });
  }

  /**
   * What does not fit loses its counts first, then the upper bounds, then all words but the threshold's, and that too; then the
   * row scrolls. The tooltips say it all.
   */
  private fit(): void {
    fitRow(this.element, this.element.querySelector(".buckets"), forms);
  }
}

function isAdding({ctrlKey, metaKey, shiftKey}: MouseEvent): boolean {
  return ctrlKey || metaKey || shiftKey;
}

/** The levels that are shown after a click on one of them; null: all. */
export function filtered(
  only: ReadonlySet<number> | null,
  level: number,
  isAdded: boolean
): ReadonlySet<number> | null {
  if (!isAdded) return only?.size === 1 && only.has(level) ? null : new Set([level]);
  const next = new Set(only);
  if (!next.delete(level)) next.add(level);
  return next.size === 0 ? null : next;
}
