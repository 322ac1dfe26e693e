import * as l10n from "@vscode/l10n";
import {html, nothing, render, type TemplateResult} from "lit";
import {
  type Comparison,
  type FromView,
  type Pair,
  protocolVersion,
  type SavedSide,
  type ToView,
  type ViewState
} from "../../src/features/compareScores/protocol";
import {notAlignedText} from "../../src/metrics/comparisonText";
import type {DifferenceLevel} from "../../src/metrics/differenceScale";
import {plural} from "../../src/text/numberText";
import {button, progressBar} from "../ui/controls";
import {fitRow} from "../ui/narrowForms";
import type {VsCodeBridge} from "../ui/vscodeApi";
import {card, noPiece, verdict} from "./card";
import {type Actions, heading, names} from "./header";
import {legend, legendForms} from "./legend";
import {PieceFlow} from "./pieceFlow";
import {placeCard} from "./placeCard";
import {savedSidesIfShort} from "./savedSides";
import {DifferenceColouring, ShownComparison} from "./shownComparison";

/** Elements of the page (comparePage.ts). */
export interface PageElements {
  readonly top: HTMLElement;
  readonly legend: HTMLElement;
  readonly scroller: HTMLElement;
  readonly pieces: HTMLElement;
  readonly card: HTMLElement;
  /** Read aloud when it changes. */
  readonly status: HTMLElement;
}

/** Milliseconds without a change before the state is saved. */
const saveDelay = 250;

/** The whole view: two sides' names and totals, the legend, the text in coloured pieces, and a card about one of them. */
export class View {
  private readonly flow: PieceFlow;
  private readonly actions: Actions;
  private message: ToView | null = null;
  private shown: ShownComparison | null = null;
  private colouring: DifferenceColouring | null = null;
  private saved: Pair<SavedSide> | null = null;
  /** Bits; null: the preset. */
  private threshold: number | null = null;
  private piece = 0;
  private focused: number | null = null;
  private hovered: number | null = null;
  private totalsAreOpen = false;
  private saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, ViewState>,
    private readonly elements: PageElements
  ) {
    const post = (type: Exclude<FromView["type"], "select">) => () => bridge.post({type});
    this.actions = {
      swap: post("swap"),
      copy: post("copy"),
      exportCsv: post("export"),
      compareAgain: post("compareAgain"),
      chooseOther: post("chooseOther"),
      toggleTotals: () => this.toggleTotals()
    };
    this.flow = new PieceFlow(elements.pieces, elements.scroller, {
      onLook: (piece, focused) => this.look(piece, focused),
      onSelect: (piece) => bridge.post({type: "select", piece}),
      onNoMore: (direction) =>
        this.say(direction === 1 ? l10n.t("No further coloured piece.") : l10n.t("No earlier coloured piece."))
    });
    document.title = l10n.t("Logprobs Compared");
    elements.card.setAttribute("aria-label", l10n.t("Piece"));
    elements.scroller.addEventListener("scroll", () => this.place(), {passive: true});
    addEventListener("resize", () => this.place());
    new ResizeObserver(() => this.fitLegend()).observe(elements.legend);
    document.addEventListener("keydown", (event) => this.key(event));
  }

  start(): void {
    const state = this.bridge.load();
    this.piece = state?.piece ?? 0;
    this.threshold = state?.threshold ?? null;
    this.bridge.listen((message) => this.receive(message));
    this.bridge.post({type: "ready"});
  }

  private receive(message: ToView): void {
    const before = this.message;
    this.message = message;
    if (message.type === "show") {
      // Kept for the first text after a reload; another one begins at its beginning.
      if (before?.type === "show") this.piece = 0;
      this.show(message.comparison);
    } else {
      this.shown = null;
      this.saved = null;
      this.flow.show(null, null, 0);
    }
    document.body.classList.toggle("no-text", this.shown === null);
    this.draw();
    this.save();
  }

  private show(comparison: Comparison): void {
    this.shown = ShownComparison.of(comparison);
    this.saved = savedSidesIfShort(comparison);
    this.focused = null;
    this.hovered = null;
    this.colouring = this.shown && new DifferenceColouring(this.shown, this.threshold ?? this.shown.preset);
    if (!this.shown) this.totalsAreOpen = true;
    const [a, b] = comparison.sides;
    this.elements.pieces.setAttribute(
      "aria-label",
      l10n.t("{0} and {1}: {2}", a.name, b.name, plural(a.ids.length, "token"))
    );
    this.flow.show(this.shown, this.colouring, this.piece);
  }

  private draw(): void {
    const {message, elements} = this;
    if (message === null) return;
    if (message.type === "show") {
      const sums = this.shown?.bits.sums ?? null;
      render(heading(message.comparison, sums, this.totalsAreOpen, this.actions), elements.top);
    } else {
      const [a, b] = message.source;
      render(names([a.title, b.title]), elements.top);
    }
    render(this.content(message), elements.legend);
    this.fitLegend();
    this.drawCard();
  }

  private fitLegend(): void {
    const {legend: element} = this.elements;
    fitRow(element, element.querySelector(".row"), legendForms);
  }

  /** The legend, or what is shown in place of a text. */
  private content(message: ToView): TemplateResult {
    const again = button({label: l10n.t("Compare Again"), onClick: this.actions.compareAgain, primary: true});
    switch (message.type) {
      case "idle":
        return html`<div class="state">
          <p>${l10n.t("Nothing has been compared since the window was opened, or it was cancelled.")}</p>
          <div class="buttons">${again}</div>
        </div>`;
      case "comparing":
        return html`<div class="state">
          <p>${l10n.t("Comparing…")}</p>
          ${progressBar(l10n.t("Comparing…"), null)}
          <div class="buttons">${button({label: l10n.t("Cancel"), onClick: () => this.bridge.post({type: "cancel"})})}</div>
        </div>`;
      case "failed":
        return html`<div class="state" role="alert"><p>${message.message}</p><div class="buttons">${again}</div></div>`;
      case "show":
        if (!this.colouring) return html`<p class="state">${notAlignedText()}</p>`;
        return legend({
          colouring: this.colouring,
          onFilter: (level) => this.filter(level),
          onThreshold: (bits) => this.colour(bits)
        });
      default:
        return message satisfies never;
    }
  }

  /** Shows only this level, or also this one, or no longer; none means all. */
  private filter(level: DifferenceLevel): void {
    const only = new Set(this.colouring?.only ?? []);
    if (!only.delete(level)) only.add(level);
    this.recolour(only.size === 0 ? null : only);
  }

  private colour(threshold: number): void {
    this.threshold = threshold;
    this.recolour(this.colouring?.only ?? null);
    this.save();
  }

  private recolour(only: ReadonlySet<DifferenceLevel> | null): void {
    if (!this.shown) return;
    this.colouring = new DifferenceColouring(this.shown, this.threshold ?? this.shown.preset, only);
    this.flow.colour(this.colouring);
    this.draw();
  }

  private toggleTotals(): void {
    this.totalsAreOpen = !this.totalsAreOpen;
    this.draw();
  }

  private look(piece: number | null, focused: boolean): void {
    if (focused && piece !== null) {
      this.focused = piece;
      this.piece = piece;
      this.hovered = null;
      this.saveSoon();
    } else {
      this.hovered = piece;
    }
    this.drawCard();
    if (focused && piece !== null && this.shown) this.say(verdict(this.shown, piece));
  }

  private drawCard(): void {
    const {card: element} = this.elements;
    const {shown, colouring} = this;
    const piece = this.hovered ?? this.focused;
    element.classList.toggle("open", piece !== null && shown !== null);
    if (!shown || !colouring) return void render(nothing, element);
    render(piece === null ? noPiece() : card(shown, colouring, piece), element);
    this.place();
  }

  /** Floating, the card follows its piece. The style sheet says whether it floats. */
  private place(): void {
    const piece = this.hovered ?? this.focused;
    if (piece === null || !this.shown) return;
    placeCard(this.elements.card, this.flow.box(piece), this.elements.scroller.getBoundingClientRect());
  }

  private say(sentence: string): void {
    render(sentence || nothing, this.elements.status);
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.shown) return;
    if (event.key === "Escape") this.leave();
    else if (event.target === document.body && (event.key === "n" || event.key === "ArrowRight")) this.flow.focus();
    else return;
    event.preventDefault();
  }

  /** Closes the totals, or goes from the controls to the text, or closes the card. */
  private leave(): void {
    if (this.totalsAreOpen) this.toggleTotals();
    else if (!this.elements.pieces.contains(document.activeElement)) this.flow.focus();
    else {
      this.focused = null;
      this.hovered = null;
      this.drawCard();
    }
  }

  private saveSoon(): void {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), saveDelay);
  }

  private save(): void {
    const {message, saved: sides, piece, threshold} = this;
    if (message === null) return;
    this.bridge.save({version: protocolVersion, source: message.source, sides, piece, threshold});
  }
}
