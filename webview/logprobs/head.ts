import * as l10n from "@vscode/l10n";
import {nothing, render} from "lit";
import type {Computing, Layout, Source, ViewOptions} from "../../src/features/logprobs/protocol";
import {Menu, type MenuGroup} from "../ui/menu";
import {bar, type Notice} from "./bar";
import type {Colouring} from "./colouring";
import {type HeaderActions, type LineNumbers, numbersSheet, topLine} from "./header";
import {Legend, type LegendEvents} from "./legend";
import type {ShownText} from "./shownText";

export interface HeadElements {
  readonly top: HTMLElement;
  readonly legend: HTMLElement;
  readonly bar: HTMLElement;
  readonly sheet: HTMLElement;
}

export interface HeadActions extends HeaderActions, LegendEvents {
  readonly cancel: () => void;
}

/** All that the rows above the text say. */
export interface HeadState {
  readonly text: ShownText;
  readonly source: Source;
  readonly colouring: Colouring;
  readonly numbers: LineNumbers;
  readonly options: ViewOptions;
  readonly layout: Layout;
  readonly computing: Computing | null;
  readonly notice: Notice | null;
}

/** The rows above the text, and the sheet with all numbers, which lies over it. */
export class Head {
  private readonly line = document.createElement("div");
  private readonly legend: Legend;

  constructor(
    private readonly elements: HeadElements,
    private readonly actions: HeadActions,
    menu: () => readonly MenuGroup[]
  ) {
    this.legend = new Legend(elements.legend, actions);
    this.line.id = "line";
    elements.top.append(this.line);
    new Menu(elements.top, l10n.t("More"), "more", menu);
    elements.sheet.setAttribute("role", "region");
    elements.sheet.setAttribute("aria-label", l10n.t("All numbers of this text"));
    elements.sheet.hidden = true;
    elements.sheet.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.actions.toggleNumbers();
      this.line.querySelector<HTMLElement>(".numbers")?.focus();
    });
  }

  draw(state: HeadState): void {
    const {sheet} = this.elements;
    const {text, source, numbers, options, layout} = state;
    const shows = {showsNumbers: layout.showsNumbers, showsCharts: layout.tab === "charts"};
    render(topLine({text, source, numbers, options, ...shows}, this.actions), this.line);
    this.legend.show(state.colouring);
    this.drawBar(state);
    sheet.hidden = !layout.showsNumbers;
    render(layout.showsNumbers ? numbersSheet(text, source, this.actions.toggleNumbers) : nothing, sheet);
  }

  /** Only what changes while the text is being scored. */
  drawBar({text, computing, notice}: Pick<HeadState, "text" | "computing" | "notice">): void {
    render(bar({scored: text.scored, computing, notice}, this.actions), this.elements.bar);
  }
}
