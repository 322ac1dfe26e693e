import {html, nothing, render, type TemplateResult} from "lit";
import {type IconName, icon} from "./icons";

/** One row of a menu. */
export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  /** Of what is on or off: whether it is on. */
  readonly checked?: boolean;
  /** One of several of which one is on. */
  readonly isChoice?: boolean;
}

export type MenuGroup = readonly MenuItem[];

/**
 * A button that opens a menu: arrows, Home, End and first letters move in it, Escape and Tab close it. It is a layer of its own
 * over the page.
 */
export class Menu {
  private readonly button = document.createElement("button");
  private readonly list = document.createElement("div");

  constructor(
    element: HTMLElement,
    label: string,
    iconName: IconName,
    private readonly groups: () => readonly MenuGroup[]
  ) {
    const {button, list} = this;
    button.type = "button";
    button.className = "icon-button";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-haspopup", "menu");
    button.setAttribute("aria-expanded", "false");
    render(icon(iconName), button);
    list.className = "menu";
    list.setAttribute("role", "menu");
    list.setAttribute("aria-label", label);
    list.popover = "auto";
    element.append(button, list);
    button.addEventListener("click", () => this.open("first"));
    button.addEventListener("keydown", (event) => this.buttonKey(event));
    list.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("toggle", () => button.setAttribute("aria-expanded", String(list.matches(":popover-open"))));
  }

  private open(focus: "first" | "last"): void {
    const {button, list} = this;
    if (list.matches(":popover-open")) {
      list.hidePopover();
      return;
    }
    render(
      this.groups().map(
        (group, index) =>
          html`${index === 0 ? nothing : html`<hr role="separator" />`}${group.map((item) => this.row(item))}`
      ),
      list
    );
    list.showPopover();
    const box = button.getBoundingClientRect();
    list.style.setProperty("--menu-top", `${box.bottom + 2}px`);
    list.style.setProperty("--menu-right", `${Math.max(0, document.documentElement.clientWidth - box.right)}px`);
    this.rows()
      .at(focus === "first" ? 0 : -1)
      ?.focus();
  }

  private row({label, checked, isChoice, run}: MenuItem): TemplateResult {
    const role = checked === undefined ? "menuitem" : isChoice ? "menuitemradio" : "menuitemcheckbox";
    return html`<button type="button" tabindex="-1" role=${role} aria-checked=${checked ?? nothing}
      @click=${() => {
        this.close();
        run();
      }}
      @pointermove=${({currentTarget}: Event) => (currentTarget as HTMLElement).focus()}
    ><span class="check" aria-hidden="true">${checked ? (isChoice ? "●" : "✓") : ""}</span>${label}</button>`;
  }

  private close(): void {
    this.list.hidePopover();
    this.button.focus();
  }

  private rows(): HTMLElement[] {
    return Array.from(this.list.querySelectorAll<HTMLElement>("button"));
  }

  private buttonKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.open(event.key === "ArrowDown" ? "first" : "last");
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    event.stopPropagation();
    const {key} = event;
    if (key === "Tab") {
      this.close();
      return;
    }
    const rows = this.rows();
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const target = rowFor(key, at, rows);
    if (key === "Escape") this.close();
    else if (target === null) return;
    else rows[(target + rows.length) % rows.length]?.focus();
    event.preventDefault();
  }
}

/** The row that a key leads to; null if it leads nowhere. */
function rowFor(key: string, at: number, rows: readonly HTMLElement[]): number | null {
  switch (key) {
    case "ArrowDown":
      return at + 1;
    case "ArrowUp":
      return at - 1;
    case "Home":
      return 0;
    case "End":
      return -1;
    default:
      return key.length === 1 && key !== " " ? rowWith(key, at, rows) : null;
  }
}

function rowWith(letter: string, at: number, rows: readonly HTMLElement[]): number | null {
  const begins = (row: HTMLElement) =>
    (row.lastChild?.textContent ?? "").trim().toLocaleLowerCase().startsWith(letter.toLocaleLowerCase());
  const order = rows.map((_, step) => (at + 1 + step) % rows.length);
  return order.find((row) => rows[row] && begins(rows[row])) ?? null;
}
