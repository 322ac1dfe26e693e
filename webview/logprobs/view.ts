import * as l10n from "@vscode/l10n";
import {nothing, render} from "lit";
import {
  type FromView,
  protocolVersion,
  restoredText,
  type SavedText,
  type ScoredText,
  type ScrollAnchor,
  type Source,
  type ToView,
  type ViewState
} from "../../src/features/logprobs/protocol";
import type {ColourChoice} from "../../src/metrics/colourChoice";
import {plural} from "../../src/text/numberText";
import type {VsCodeBridge} from "../ui/vscodeApi";
import {AlternativesCache} from "./alternatives";
import {Colouring} from "./colouring";
import {details, noToken, spoken} from "./details";
import {type Actions, failure, heading, type Notice, scoring} from "./header";
import {savedTextIfShort} from "./savedState";
import {ShownText} from "./shownText";
import {TokenFlow} from "./tokenFlow";

/** Elements of the page (logprobsPage.ts). */
export interface PageElements {
  readonly scroller: HTMLElement;
  readonly top: HTMLElement;
  readonly tokens: HTMLElement;
  readonly details: HTMLElement;
  /** Read aloud when it changes. */
  readonly status: HTMLElement;
}

/** Milliseconds without a change before the state is saved. */
const saveDelay = 250;

/** The whole view: draws the host's text, and asks for alternatives of the token that the user looks at. */
export class View {
  private readonly flow: TokenFlow;
  private readonly alternatives: AlternativesCache;
  private readonly actions: Actions;
  private text: ShownText | null = null;
  private colours: ColourChoice = {by: "probability", threshold: null};
  private colouring: Colouring | null = null;
  /** The text as VS Code saves it. */
  private saved: SavedText | null = null;
  /** Place of the text, or of the one being scored if there is none yet. */
  private source: Source | null = null;
  private scroll: ScrollAnchor | null = null;
  private notice: Notice | null = null;
  private focused: number | null = null;
  private hovered: number | null = null;
  private saving: ReturnType<typeof setTimeout> | undefined;
  private isPinned = false;

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, ViewState>,
    private readonly elements: PageElements
  ) {
    this.alternatives = new AlternativesCache((token) => bridge.post({type: "alternatives", token}));
    this.flow = new TokenFlow(elements.tokens, elements.scroller, {
      onLook: (token, focused) => this.look(token, focused),
      onSelect: (token) => this.select(token),
      onNoMore: (direction) =>
        this.say(direction === 1 ? l10n.t("No further coloured token.") : l10n.t("No earlier coloured token."))
    });
    this.actions = {
      scoreAgain: () => bridge.post({type: "scoreAgain"}),
      copyJson: () => bridge.post({type: "copy", format: "json", from: 0, to: this.text?.count ?? 0}),
      cancel: () => bridge.post({type: "cancel"}),
      nextSurprising: () => this.flow.goToNext(1)
    };
    document.title = l10n.t("Logprobs");
    elements.details.setAttribute("aria-label", l10n.t("Token"));
    elements.scroller.addEventListener("scroll", () => this.saveSoon(), {passive: true});
    document.addEventListener("keydown", (event) => this.key(event));
  }

  /** Draws the saved state, and tells the host, which sends the rest. */
  start(): void {
    const state = this.bridge.load();
    this.bridge.listen((message) => this.receive(message));
    // Before the text is drawn, which asks about the token that had the focus.
    this.bridge.post({type: "ready", showing: state?.scored?.id ?? null});
    if (state) this.colours = state.colours;
    if (state) this.isPinned = state.isPinned;
    if (!state?.scored) return;
    this.show(restoredText(state.scored), state.source, state.token);
    if (state.scroll) this.flow.scrollTo(state.scroll);
  }

  private receive(message: ToView): void {
    switch (message.type) {
      case "show":
        this.show(message.scored, message.source, this.sameText(message.scored) ? (this.focused ?? 0) : 0);
        break;
      case "moved":
        this.moved(message.source);
        break;
      case "progress":
        this.leaveText(message.source, scoring(message.source, message.progress, this.actions.cancel));
        break;
      case "failed":
        this.leaveText(message.source, failure(message.source, message.message, this.actions.scoreAgain));
        break;
      case "options":
        this.isPinned = message.options.isPinned;
        this.save();
        break;
      case "scores":
      case "computing":
      case "reveal":
        break;
      case "colours":
        this.colour(message.colours);
        break;
      case "notice":
        this.notice = message.message === null ? null : {message: message.message, scoreAgain: true};
        this.drawTop();
        break;
      case "alternatives":
        this.alternatives.answer(message);
        this.drawDetails();
        break;
      case "alternativesFailed":
        this.alternatives.fail(message.token, message.message);
        this.drawDetails();
        break;
      default:
        message satisfies never;
    }
  }

  private sameText({text, ids}: ScoredText): boolean {
    return this.text?.scored.text === text && this.text.count === ids.length;
  }

  private show(scored: ScoredText, source: Source, token: number): void {
    const text = new ShownText(scored);
    this.text = text;
    const colouring = new Colouring(text, this.colours);
    this.colouring = colouring;
    this.saved = savedTextIfShort(scored);
    this.source = source;
    this.notice = null;
    this.focused = null;
    this.hovered = null;
    this.alternatives.clear();
    document.body.classList.remove("no-text");
    this.drawTop();
    this.flow.show(text, colouring, token);
    if (token > 0) this.look(token, true);
    else this.drawDetails();
    this.save();
  }

  private colour(colours: ColourChoice): void {
    this.colours = colours;
    if (this.text === null) return;
    this.colouring = new Colouring(this.text, colours);
    this.flow.colour(this.colouring);
    this.drawTop();
    this.drawDetails();
    this.save();
  }

  private moved(source: Source): void {
    this.source = source;
    if (!this.hasLeft()) this.drawTop();
    this.save();
  }

  /** Draws something else in place of the text, which may be shown again later. */
  private leaveText(source: Source, instead: ReturnType<typeof failure>): void {
    document.body.classList.add("no-text");
    render(instead, this.elements.top);
    if (this.text) return;
    this.source = source;
    this.save();
  }

  private hasLeft(): boolean {
    return document.body.classList.contains("no-text");
  }

  private look(token: number | null, focused: boolean): void {
    // The focused token counts until the pointer moves to another one. If none is focused, the last token pointed at stays:
    // the pointer may be on its way to the pane about it.
    if (focused) {
      this.focused = token;
      this.hovered = null;
    } else if (token !== null || this.focused !== null) {
      this.hovered = token;
    }
    const current = this.hovered ?? this.focused;
    if (current !== null && this.text?.logprob(current) !== null) this.alternatives.request(current);
    this.drawDetails();
    if (focused) this.saveSoon();
  }

  private select(token: number): void {
    if (this.text?.ends) {
      this.bridge.post({type: "select", token});
      return;
    }
    const message = l10n.t(
      "This model's tokenizer rewrites the text, so its tokens can't be selected in the document."
    );
    this.notice = {message, scoreAgain: false};
    this.drawTop();
  }

  private drawTop(): void {
    const {text, colouring, source} = this;
    if (!text || !colouring || !source) return;
    this.elements.tokens.setAttribute("aria-label", l10n.t("{0}: {1}", source.title, plural(text.count, "token")));
    render(heading(text, colouring, source, this.notice, this.actions), this.elements.top);
  }

  private drawDetails(): void {
    const {details: pane} = this.elements;
    const token = this.hovered ?? this.focused;
    const opens = token !== null && !pane.classList.contains("open");
    pane.classList.toggle("open", token !== null);
    if (!this.text || token === null) return void render(noToken(), pane);
    const alternatives = this.alternatives.get(token);
    render(details(this.text, this.colouring?.levelOf(token) ?? 0, token, alternatives), pane);
    if (opens && token === this.focused) this.flow.reveal();
    if (token === this.focused) this.say(this.text.logprob(token) === null ? "" : spoken(alternatives));
  }

  private say(sentence: string): void {
    render(sentence || nothing, this.elements.status);
  }

  private key(event: KeyboardEvent): void {
    const plain = !(event.altKey || event.ctrlKey || event.metaKey);
    if (!plain || !this.text || this.hasLeft()) return;
    // Escape goes from the buttons to the token. In a view that was just opened, nothing has the focus: go to the text.
    if (event.key === "Escape") this.flow.focus();
    else if (event.target === document.body && (event.key === "n" || event.key === "ArrowRight")) this.flow.focus();
    else return;
    event.preventDefault();
  }

  private saveSoon(): void {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), saveDelay);
  }

  private save(): void {
    const {source, saved: scored} = this;
    if (!source) return;
    // A hidden text has no scroll position: keep the last one.
    if (!this.hasLeft()) this.scroll = this.flow.anchor();
    const {colours, isPinned, focused, scroll} = this;
    this.bridge.save({version: protocolVersion, source, scored, colours, isPinned, token: focused ?? 0, scroll});
  }
}
