import * as l10n from "@vscode/l10n";
import {nothing, render} from "lit";
import {
  type Computing,
  type FromView,
  type Layout,
  protocolVersion,
  restoredText,
  type SavedText,
  type ScoredText,
  type ScrollAnchor,
  type Source,
  type ToView,
  usualLayout,
  type ViewOptions,
  type ViewState
} from "../../src/features/logprobs/protocol";
import {plural} from "../../src/text/numberText";
import {JobQueue} from "../ui/jobQueue";
import {runInSlices} from "../ui/slices";
import type {VsCodeBridge} from "../ui/vscodeApi";
import {ArrivingScores} from "./arrivingScores";
import type {Notice} from "./bar";
import {Card} from "./card";
import {ChartsTab, loadCharts} from "./chartsTab";
import type {Colouring} from "./colouring";
import {ColourState} from "./colourState";
import {prepareContextMenu} from "./contextMenu";
import {copyText} from "./copyText";
import {Dock} from "./dock";
import {Find} from "./find";
import {FloatingCard} from "./floatingCard";
import {Head} from "./head";
import {Instead} from "./instead";
import {menuGroups} from "./menuGroups";
import {Overview} from "./overview";
import type {PageElements} from "./pageElements";
import {preparedText} from "./preparedText";
import {RangeSelection} from "./rangeSelection";
import {StateSaver} from "./savedState";
import type {ShownText} from "./shownText";
import {TokenFlow} from "./tokenFlow";
import {listenForKeys} from "./viewKeys";

/** The whole view: draws the host's text, and passes on what the user does. */
export class View {
  private readonly flow: TokenFlow;
  private readonly overview: Overview;
  private readonly head: Head;
  private readonly card: Card;
  private readonly dock: Dock;
  private readonly charts: ChartsTab;
  private readonly colours: ColourState;
  private readonly selection: RangeSelection;
  private text: ShownText | null = null;
  private colouring: Colouring | null = null;
  private options: ViewOptions = {isPinned: false, isLive: false};
  private layout: Layout = usualLayout;
  private computing: Computing | null = null;
  private arriving: ArrivingScores | null = null;
  private readonly jobs = new JobQueue();
  /** The text as VS Code saves it. */
  private saved: SavedText | null = null;
  /** Place of the text, or of the one being scored if there is none yet. */
  private source: Source | null = null;
  private scroll: ScrollAnchor | null = null;
  private notice: Notice | null = null;
  /** The first and the last token in the window. */
  private visible = {first: 0, last: 0};
  private readonly saver = new StateSaver(() => this.save());
  private readonly instead: Instead;
  private readonly find: Find;

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, ViewState>,
    private readonly elements: PageElements
  ) {
    const {tokens, scroller, details} = elements;
    this.layout = bridge.load()?.layout ?? usualLayout;
    this.flow = new TokenFlow(tokens, scroller, {
      onLook: (token, focused) => this.look(token, focused),
      onSelect: (token) => this.select(token),
      onRange: (range) => this.selection.choose(range),
      onNoMore: (direction) =>
        this.say(direction === 1 ? l10n.t("No further coloured token.") : l10n.t("No earlier coloured token.")),
      onVisible: (first, last) => this.seen(first, last)
    });
    this.overview = new Overview(elements.overview, scroller, (token) => this.flow.goTo(token));
    this.charts = new ChartsTab(() =>
      loadCharts(elements.charts, {
        onGo: (token) => this.flow.goTo(token),
        onSave: (name, png) => bridge.post({type: "saveImage", name, png})
      })
    );
    this.colours = new ColourState(
      (colours) => bridge.post({type: "setColours", colours}),
      () => this.jobs.add(this.colourNow)
    );
    this.head = this.makeHead();
    this.dock = new Dock(elements, this.layout, {
      onChange: (layout) => this.arrange(layout),
      onArranged: () => this.arranged()
    });
    this.card = this.makeCard(new FloatingCard(details, elements.tokenPanel, elements.text));
    this.selection = new RangeSelection(this.flow, this.card, scroller, (range) => {
      if (this.text?.hasPlaces) bridge.post({type: "selectRange", ...range});
    });
    this.instead = new Instead(elements.state, {
      cancel: () => this.cancel(),
      scoreAgain: () => bridge.post({type: "scoreAgain"})
    });
    this.find = new Find(elements.find, {
      active: () => this.flow.active,
      onFound: (marks, current) => this.flow.mark(marks, current),
      onGo: (tokens) => this.selection.goToMatch(tokens),
      box: (token) => this.flow.box(token),
      onLeave: (token) => this.flow.goTo(token)
    });
    this.listen();
  }

  /** Draws the saved state, and tells the host, which sends the rest. */
  start(): void {
    const state = this.bridge.load();
    // In turn, also where a long text takes several tasks.
    this.bridge.listen((message) => this.jobs.add(() => this.receive(message)));
    // Before the text is drawn, which asks about the token that had the focus.
    this.bridge.post({type: "ready", showing: state?.scored?.id ?? null});
    this.dock.arrange(this.layout);
    if (state) {
      this.colours.restore(state.colours);
      this.options = {...this.options, isPinned: state.isPinned};
    }
    const {scored, source, token, scroll} = state ?? {scored: null};
    if (!scored) return;
    this.jobs.add(async () => {
      await this.show(restoredText(scored), source, token);
      if (scroll) this.flow.scrollTo(scroll);
    });
  }

  private makeHead(): Head {
    const {bridge} = this;
    const actions = {
      toggleNumbers: () => this.arrange({...this.layout, showsNumbers: !this.layout.showsNumbers}),
      toggleCharts: () => this.arrange({...this.layout, tab: this.layout.tab === "charts" ? "token" : "charts"}),
      goToNext: (direction: 1 | -1) => this.flow.goToNext(direction),
      find: () => this.find.open(),
      scoreAgain: () => bridge.post({type: "scoreAgain"}),
      setOptions: (options: ViewOptions) => bridge.post({type: "setOptions", options}),
      cancel: () => this.cancel(),
      onChoice: this.colours.choose,
      onFilter: this.colours.filter
    };
    return new Head(this.elements, actions, () => {
      const selected = this.card.selectedRange;
      const range = selected ?? {from: 0, to: this.text?.count ?? 0};
      return menuGroups(
        {layout: this.layout, options: this.options, range, isSelection: selected !== null},
        {
          post: (message) => bridge.post(message),
          setLayout: (layout) => this.arrange(layout),
          setOptions: actions.setOptions
        }
      );
    });
  }

  private makeCard(floating: FloatingCard): Card {
    const {bridge} = this;
    const places = {
      cardFloats: () => this.dock.cardFloats,
      isVisible: (token: number) => token >= this.visible.first && token <= this.visible.last,
      box: (token: number) => this.flow.box(token)
    };
    return new Card(this.elements.details, floating, places, {
      askAlternatives: (token) => bridge.post({type: "alternatives", token}),
      tryAlternative: (token, alternative) => bridge.post({type: "tryAlternative", token, alternative}),
      copyText: async (text) =>
        this.say((await copyText(text)) ? l10n.t("Copied.") : l10n.t("The browser doesn't allow copying.")),
      copyRange: (range) => bridge.post({type: "copy", format: "markdown", ...range}),
      clearRange: () => this.selection.clear(),
      say: (sentence) => this.say(sentence)
    });
  }

  private listen(): void {
    const {tokens, scroller, details} = this.elements;
    document.title = l10n.t("Logprobs");
    scroller.addEventListener("scroll", () => this.scrolled(), {passive: true});
    const isInside = (target: EventTarget | null) =>
      target instanceof Node && (tokens.contains(target) || details.contains(target));
    for (const element of [tokens, details]) {
      element.addEventListener("focusin", () => this.card.setFocus(true));
      element.addEventListener("focusout", ({relatedTarget}) => this.card.setFocus(isInside(relatedTarget)));
    }
    listenForKeys(
      {tokens, flow: this.flow, card: this.card, colours: this.colours, find: this.find},
      () => this.text !== null && !this.instead.isShown
    );
    prepareContextMenu(() => this.card.selectedRange);
  }

  private receive(message: ToView): void | Promise<void> {
    if (message.type !== "progress") this.instead.stopping(false);
    switch (message.type) {
      case "show":
        return this.show(message.scored, message.source);
      case "moved":
        this.source = message.source;
        this.drawHead();
        this.saver.now();
        break;
      case "progress":
      case "failed":
        this.leaveText(message);
        break;
      case "scores":
        this.scoresOf(message.id)?.add(message);
        break;
      case "computing":
        this.computing = message.computing;
        this.drawHead();
        break;
      case "reveal":
        if (!this.instead.isShown) this.selection.reveal(message, this.text?.count ?? 0);
        break;
      case "options":
        this.options = message.options;
        this.drawHead();
        this.saver.now();
        break;
      case "colours":
        this.colours.hear(message.colours);
        break;
      case "notice":
        this.notice =
          message.message === null ? null : {message: message.message, scoreAgain: message.action === "scoreAgain"};
        this.drawHead();
        break;
      case "alternatives":
        this.card.answer(message);
        break;
      case "alternativesFailed":
        this.card.fail(message.token, message.message);
        break;
      default:
        message satisfies never;
    }
  }

  private sameText({text, ids}: ScoredText): boolean {
    return this.text?.scored.text === text && this.text.count === ids.length;
  }

  /** What was shown before stays until all of the new text can be drawn at once. */
  private async show(scored: ScoredText, source: Source, activeToken?: number): Promise<void> {
    const {flow, elements} = this;
    const prepared = await runInSlices(preparedText(scored, (text) => this.colours.colouring(text)));
    const {text, colouring} = prepared;
    const token = activeToken ?? (this.sameText(scored) ? this.card.focusedToken : 0);
    const hadFocus = elements.tokens.contains(document.activeElement);
    const anchor = this.sameText(scored) && !this.instead.isShown ? flow.anchor() : null;
    this.arriving?.stop();
    this.arriving = null;
    this.text = text;
    this.colouring = colouring;
    this.saved = prepared.saved;
    this.source = source;
    this.notice = null;
    this.instead.hide();
    this.card.show(text, colouring);
    this.drawHead();
    flow.showInvisible(this.layout.showsInvisible);
    flow.show(prepared, token);
    this.find.show(text);
    this.overview.show(text, colouring);
    this.charts.show(text, colouring);
    if (anchor !== null) flow.scrollTo(anchor);
    if (token > 0) this.look(token, true);
    if (hadFocus) flow.focus();
    this.saver.soon();
  }

  /** The arriving scores of the text on show. */
  private scoresOf(id: string): ArrivingScores | null {
    const {text} = this;
    if (text?.scored.id !== id) return null;
    this.arriving ??= new ArrivingScores(text, () => this.colouring, {
      onArrived: (from, to) => {
        this.flow.update(from, to);
        this.overview.update(from, to);
        this.card.update(from, to);
        this.charts.update();
        this.drawHead();
      },
      onRecolour: () => this.jobs.add(this.colourNow)
    });
    return this.arriving;
  }

  private readonly colourNow = async (): Promise<void> => {
    const {text} = this;
    if (text === null) return;
    const colouring = await runInSlices(this.colours.colouring(text));
    this.colouring = colouring;
    this.flow.colour(colouring);
    this.overview.colour(colouring);
    this.charts.show(text, colouring);
    this.card.colour(colouring);
    this.drawHead();
    this.saver.soon();
  };

  private arrange(layout: Layout): void {
    if (layout.showsInvisible !== this.layout.showsInvisible) this.flow.showInvisible(layout.showsInvisible);
    this.layout = layout;
    this.dock.arrange(layout);
    this.drawHead();
    this.saver.soon();
  }

  private arranged(): void {
    this.card?.draw();
    this.charts.arrange(this.layout.tab === "charts" && !this.instead.isShown);
  }

  private leaveText(message: Extract<ToView, {type: "progress" | "failed"}>): void {
    this.instead.show(message);
    this.card.draw();
    if (this.text) return;
    this.source = message.source;
    this.saver.now();
  }

  private look(token: number | null, focused: boolean): void {
    this.card.look(token, focused);
    if (focused) this.saver.soon();
  }

  private select(token: number): void {
    if (this.text?.hasPlaces) {
      this.bridge.post({type: "select", token});
      return;
    }
    const message = l10n.t(
      "This model's tokenizer rewrites the text, so its tokens can't be selected in the document."
    );
    this.notice = {message, scoreAgain: false};
    this.drawHead();
  }

  private cancel(): void {
    this.bridge.post({type: "cancel"});
    this.instead.stopping(true);
    if (this.computing) this.computing = {...this.computing, isStopping: true};
    this.drawHead();
  }

  private drawHead(): void {
    const {text, colouring, source, options, layout, computing, notice} = this;
    if (!text || !colouring || !source) return;
    this.elements.tokens.setAttribute("aria-label", l10n.t("{0}: {1}", source.title, plural(text.count, "token")));
    const numbers = this.arriving?.numbers ?? text.scored.summary;
    this.head.draw({text, source, colouring, numbers, options, layout, computing, notice});
  }

  private say(sentence: string): void {
    render(sentence || nothing, this.elements.status);
  }

  private seen(first: number, last: number): void {
    this.visible = {first, last};
    this.overview.visible(first, last);
    this.charts.visible(first, last);
    this.card.place();
  }

  private scrolled(): void {
    this.card.place();
    this.saver.soon();
  }

  private save(): void {
    const {source, saved: scored, layout} = this;
    const {isPinned} = this.options;
    if (!source) return;
    // A hidden text has no scroll position: keep the last one.
    if (!this.instead.isShown) this.scroll = this.flow.anchor();
    const {scroll} = this;
    const colours = this.colours.chosen;
    const token = this.card.focusedToken;
    this.bridge.save({version: protocolVersion, source, scored, colours, isPinned, token, scroll, layout});
  }
}
