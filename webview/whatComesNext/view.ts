import * as l10n from "@vscode/l10n";
import {html, nothing, render, type TemplateResult} from "lit";
import {
  type FromView,
  type NextOptions,
  protocolVersion,
  type ShownNext,
  type ToView,
  usualOptions,
  type ViewState
} from "../../src/features/whatComesNext/protocol";
import type {SamplerName} from "../../src/sampling/settings";
import {percent} from "../../src/text/numberText";
import {Menu, type MenuGroup} from "../ui/menu";
import type {VsCodeBridge} from "../ui/vscodeApi";
import {moved} from "./chain";
import {dragSampler} from "./dragging";
import {drawBar} from "./drawBar";
import {DrawChoice} from "./drawChoice";
import {head, spokenHead} from "./head";
import {rowAfterKey} from "./rowKeys";
import {placeText, samplerPanel} from "./samplerPanel";
import {copiedNotice, copyMenu, presetChoice} from "./samplerTools";
import {failure, keyHelp, noEditor, thinProgress, waiting} from "./states";
import {barLegend, tokenBars} from "./tokenBars";

type Content = {readonly type: "none"} | Extract<ToView, {type: "show" | "noEditor" | "failed"}>;

/** Milliseconds without another distribution before screen readers hear of it. */
const spokenDelay = 700;

/** The whole view: shows the host's distribution, and tells it what the user chooses. */
export class View {
  private content: Content = {type: "none"};
  private progress: Extract<ToView, {type: "progress"}>["progress"] = null;
  private options: NextOptions = usualOptions;
  private readonly drawChoice = new DrawChoice();
  private samplersOpen: boolean;
  private selected = 0;
  private speaking: ReturnType<typeof setTimeout> | undefined;
  private readonly menu = document.createElement("div");
  private readonly copyMenu: HTMLElement;
  /** What was copied last, until it is closed or the samplers change. */
  private copied: Extract<ToView, {type: "settingsCopied"}> | null = null;

  constructor(
    private readonly bridge: VsCodeBridge<FromView, ToView, ViewState>,
    private readonly elements: {readonly page: HTMLElement; readonly status: HTMLElement}
  ) {
    this.samplersOpen = bridge.load()?.samplersOpen ?? (innerHeight >= 560 && innerWidth >= 400);
    this.copyMenu = copyMenu((target) => bridge.post({type: "copySettings", target}));
    this.menu.className = "tools";
    new Menu(this.menu, l10n.t("More"), "more", () => this.menuGroups());
  }

  start(): void {
    this.bridge.listen((message) => this.receive(message));
    this.save();
    this.draw();
    this.bridge.post({type: "ready"});
  }

  private receive(message: ToView): void {
    switch (message.type) {
      case "options":
        this.options = message.options;
        this.drawChoice.follow(message.options.draws);
        break;
      case "progress":
        this.progress = message.progress;
        break;
      case "show":
        this.show(message);
        break;
      case "settingsCopied":
        this.copied = message;
        break;
      case "noEditor":
      case "failed":
        this.content = message;
        break;
      default:
        message satisfies never;
    }
    this.draw();
  }

  private show(message: Extract<ToView, {type: "show"}>): void {
    const before = this.content.type === "show" ? this.content.next : null;
    this.content = message;
    const {next} = message;
    if (before?.place === next.place) return;
    this.selected = 0;
    const list = this.elements.page.querySelector(".list");
    if (list) list.scrollTop = 0;
    this.speakSoon(spokenHead(next, percent));
  }

  private speakSoon(text: string, delay = spokenDelay): void {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      this.elements.status.textContent = text;
    }, delay);
  }

  private draw(): void {
    render(this.template(), this.elements.page);
  }

  private template(): TemplateResult {
    const {content, progress} = this;
    switch (content.type) {
      case "none":
        return waiting(progress);
      case "noEditor":
        return noEditor();
      case "failed":
        return progress === null
          ? failure(content.message, () => this.bridge.post({type: "tryAgain"}))
          : waiting(progress);
      case "show":
        return this.distribution(content.next);
      default:
        return content satisfies never;
    }
  }

  private distribution(next: ShownNext): TemplateResult {
    const {options, progress, samplersOpen, drawChoice, copied} = this;
    return html`
      ${progress === null ? nothing : thinProgress(progress)}
      <header>${head(next)}${this.menu}</header>
      ${samplerPanel(
        {
          options,
          next,
          isOpen: samplersOpen,
          tools: [presetChoice(options, (changed) => this.change(changed)), this.copyMenu]
        },
        {
          toggleOpen: () => this.toggleSamplers(),
          change: (changed) => this.change(changed),
          move: (name, to) => this.move(name, to),
          drag: (event, name) => dragSampler(event, (to) => this.move(name, to))
        }
      )}
      ${copied === null ? nothing : copiedNotice(copied.target, copied.missing, () => this.closeNotice())}
      ${drawBar(
        {...drawChoice.value, draws: options.draws, next},
        {
          choose: (chosen) => this.change({...options, draws: drawChoice.choose(chosen, options.draws)}),
          draw: () => this.change({...options, draws: drawChoice.draw(options.draws)}),
          clear: () => this.change({...options, draws: null})
        }
      )}
      <div class="bars">
        ${barLegend(next)}
        ${tokenBars(
          next,
          this.selected,
          {select: (row) => this.select(row), insert: (row) => this.insert(row)},
          (event) => this.key(event, next)
        )}
      </div>
      <p class="hint muted">${keyHelp()}</p>
    `;
  }

  private change(options: NextOptions): void {
    this.options = options;
    this.copied = null;
    this.bridge.post({type: "setOptions", options});
    this.draw();
  }

  private move(name: SamplerName, to: number): void {
    const options = moved(this.options, name, to);
    if (options.arrangement.indexOf(name) === this.options.arrangement.indexOf(name)) return;
    const focused = document.activeElement;
    this.change(options);
    // Moving an element takes the focus from it.
    if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus();
    this.speakSoon(placeText(options, name), 0);
  }

  private closeNotice(): void {
    this.copied = null;
    this.draw();
  }

  private toggleSamplers(): void {
    this.samplersOpen = !this.samplersOpen;
    this.save();
    this.draw();
  }

  private save(): void {
    this.bridge.save({version: protocolVersion, samplersOpen: this.samplersOpen});
  }

  private select(row: number): void {
    this.selected = row;
    this.draw();
    this.elements.page.querySelector(`#row-${row}`)?.scrollIntoView({block: "nearest"});
  }

  private insert(row: number): void {
    if (this.content.type === "show") this.bridge.post({type: "insert", place: this.content.next.place, row});
  }

  private key(event: KeyboardEvent, {place, rows}: ShownNext): void {
    const {selected} = this;
    const command = event.ctrlKey || event.metaKey;
    if (event.altKey || event.shiftKey) return;
    const to = command ? undefined : rowAfterKey(event, selected, rows.length);
    if (to !== undefined) this.select(to);
    else if (command && event.key === "c" && getSelection()?.isCollapsed !== false)
      this.bridge.post({type: "copyToken", place, row: selected});
    else if (!command && event.key === "Enter") this.insert(selected);
    else if (!command && event.key === "Escape") this.bridge.post({type: "focusEditor"});
    else return;
    event.preventDefault();
  }

  private menuGroups(): MenuGroup[] {
    const {content, selected} = this;
    if (content.type !== "show") return [];
    const {place} = content.next;
    return [
      [
        {label: l10n.t("Insert the Token"), run: () => this.insert(selected)},
        {label: l10n.t("Copy the Token"), run: () => this.bridge.post({type: "copyToken", place, row: selected})}
      ],
      [
        {label: l10n.t("Copy as Markdown"), run: () => this.bridge.post({type: "copyTable", format: "markdown"})},
        {label: l10n.t("Copy as JSON"), run: () => this.bridge.post({type: "copyTable", format: "json"})}
      ]
    ];
  }
}
