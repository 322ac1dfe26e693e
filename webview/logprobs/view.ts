import * as l10n from "@vscode/l10n";
import {nothing, render} from "lit";
import {
  type FromView,
  type KeptText,
  protocolVersion,
  type ScoredText,
  type ScrollAnchor,
  type Source,
  type ToView,
  textOfKept,
  type ViewState
} from "../../src/features/logprobs/protocol";
import {plural} from "../../src/text/numberText";
import type {VsCodeBridge} from "../ui/vscodeApi";
import {AlternativesCache} from "./alternatives";
import {details, noToken, spoken} from "./details";
import {type Actions, failure, heading, type Notice, scoring} from "./header";
import {toKeep} from "./savedState";
import {ShownText} from "./shownText";
import {TokenFlow} from "./tokenFlow";

/** The page's parts, as logprobsPanel.ts writes them. */
export interface Places {
  readonly scroller: HTMLElement;
  readonly top: HTMLElement;
  readonly tokens: HTMLElement;
  readonly details: HTMLElement;
  /** Read aloud when it changes. */
  readonly status: HTMLElement;
}

/** Milliseconds without a change before the place in the text is kept. */
const saveDelay = 250;

/** The whole view: draws what the host shows, and asks for what the person looks at. */
export class View {
  private readonly flow: TokenFlow;
  private readonly alternatives: AlternativesCache;
  private readonly actions: Actions;
  private text: ShownText | null = null;
  /** The text as VS Code keeps it. */
  private kept: KeptText | null = null;
  /** Where the text stands, or the one that is tried as long as there is none. */
  private source: Source | null = null;
  private scroll: ScrollAnchor | null = null;
  private notice: Notice | null = null;
  private focused: number | null = null;
  private hovered: number | null = null;
  private saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, ViewState>,
    private readonly places: Places
  ) {
    this.alternatives = new AlternativesCache((token) => bridge.post({type: "alternatives", token}));
    this.flow = new TokenFlow(places.tokens, places.scroller, {
      onLook: (token, focused) => this.look(token, focused),
      onSelect: (token) => this.select(token),
      onNoMore: (direction) =>
        this.say(direction === 1 ? l10n.t("No further token below 1 %.") : l10n.t("No earlier token below 1 %."))
    });
    this.actions = {
      scoreAgain: () => bridge.post({type: "scoreAgain"}),
      copyJson: () => bridge.post({type: "copyJson"}),
      cancel: () => bridge.post({type: "cancel"}),
      nextSurprising: () => this.flow.goToSurprising(1)
    };
    document.title = l10n.t("Logprobs");
    places.details.setAttribute("aria-label", l10n.t("Token"));
    places.scroller.addEventListener("scroll", () => this.saveSoon(), {passive: true});
    document.addEventListener("keydown", (event) => this.key(event));
  }

  /** Draws what VS Code kept, and lets the host bring what is missing. */
  start(): void {
    const state = this.bridge.load();
    if (state?.scored) {
      this.show(textOfKept(state.scored), state.source, state.token);
      if (state.scroll) this.flow.scrollTo(state.scroll);
    }
    this.bridge.listen((message) => this.receive(message));
    this.bridge.post({type: "ready", showing: this.text?.scored.id ?? null});
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
    this.kept = toKeep(scored);
    this.source = source;
    this.notice = null;
    this.focused = null;
    this.hovered = null;
    this.alternatives.clear();
    document.body.classList.remove("no-text");
    this.drawTop();
    this.flow.show(text, token);
    if (token > 0) this.look(token, true);
    else this.drawDetails();
    this.save();
  }

  private moved(source: Source): void {
    this.source = source;
    if (!this.hasLeft()) this.drawTop();
    this.save();
  }

  /** The text gives way to something else; it is kept in case it is shown again. */
  private leaveText(source: Source, instead: ReturnType<typeof failure>): void {
    document.body.classList.add("no-text");
    render(instead, this.places.top);
    if (this.text) return;
    this.source = source;
    this.save();
  }

  private hasLeft(): boolean {
    return document.body.classList.contains("no-text");
  }

  private look(token: number | null, focused: boolean): void {
    // The keyboard's last word counts until the pointer moves on to another token. Where there is none, the last token
    // pointed at stays: the pointer may only be on its way to the pane that tells of it.
    if (focused) {
      this.focused = token;
      this.hovered = null;
    } else if (token !== null || this.focused !== null) {
      this.hovered = token;
    }
    const current = this.hovered ?? this.focused;
    if (current !== null && this.text?.logprob(current) !== null) this.alternatives.want(current);
    this.drawDetails();
    if (focused) this.saveSoon();
  }

  private select(token: number): void {
    if (this.text?.ends) {
      this.bridge.post({type: "select", token});
      return;
    }
    const message = l10n.t(
      "This model's tokenizer rewrites the text: its tokens have no place in the document to select."
    );
    this.notice = {message, scoreAgain: false};
    this.drawTop();
  }

  private drawTop(): void {
    const {text, source} = this;
    if (!text || !source) return;
    this.places.tokens.setAttribute("aria-label", l10n.t("{0}: {1}", source.title, plural(text.count, "token")));
    render(heading(text, source, this.notice, this.actions), this.places.top);
  }

  private drawDetails(): void {
    const {details: pane} = this.places;
    const token = this.hovered ?? this.focused;
    const opens = token !== null && !pane.classList.contains("open");
    pane.classList.toggle("open", token !== null);
    if (!this.text || token === null) return void render(noToken(), pane);
    const alternatives = this.alternatives.get(token);
    render(details(this.text, token, alternatives), pane);
    if (opens && token === this.focused) this.flow.reveal();
    if (token === this.focused) this.say(this.text.logprob(token) === null ? "" : spoken(alternatives));
  }

  private say(sentence: string): void {
    render(sentence || nothing, this.places.status);
  }

  private key(event: KeyboardEvent): void {
    const plain = !(event.altKey || event.ctrlKey || event.metaKey);
    if (!plain || !this.text || this.hasLeft()) return;
    // From the buttons back to the token; and from nowhere, where a view is right after it was opened, into the text.
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
    const {source, kept: scored} = this;
    if (!source) return;
    // A text that is out of sight has no place of its own: the one it had counts.
    if (!this.hasLeft()) this.scroll = this.flow.anchor();
    this.bridge.save({version: protocolVersion, source, scored, token: this.focused ?? 0, scroll: this.scroll});
  }
}
