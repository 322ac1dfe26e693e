import type {TokenRange} from "./tokenRange";

/**
 * Tells VS Code what its context menu is about: it reads `data-vscode-context` when the menu opens. The commands behind it get
 * the same object.
 */
export function prepareContextMenu(selectedRange: () => TokenRange | null): void {
  document.addEventListener(
    "contextmenu",
    ({target}) => {
      const alternative = alternativeAt(target);
      if (alternative !== null) {
        document.body.dataset["vscodeContext"] = JSON.stringify(alternative);
        return;
      }
      const element = target instanceof Element ? target.closest<HTMLElement>("#tokens [data-token]") : null;
      const token = element ? Number(element.dataset["token"]) : null;
      document.body.dataset["vscodeContext"] = JSON.stringify(contextOf(token, selectedRange()));
    },
    {capture: true}
  );
}

export function contextOf(token: number | null, range: TokenRange | null): object {
  const preventDefaultContextMenuItems = true;
  if (token === null) return {webviewSection: "text", preventDefaultContextMenuItems};
  if (range !== null && range.from <= token && token < range.to)
    return {webviewSection: "range", token, ...range, preventDefaultContextMenuItems};
  return {webviewSection: "token", token, preventDefaultContextMenuItems};
}

/** Of an alternative in the card. */
function alternativeAt(target: EventTarget | null): object | null {
  const element = target instanceof Element ? target.closest<HTMLElement>("[data-alternative]") : null;
  const card = element?.closest<HTMLElement>("[data-of-token]");
  if (!element || !card) return null;
  const token = Number(card.dataset["ofToken"]);
  const alternative = Number(element.dataset["alternative"]);
  return {webviewSection: "alternative", token, alternative, preventDefaultContextMenuItems: true};
}
