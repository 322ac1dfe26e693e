/**
 * Makes a toolbar one tab stop: arrows, Home and End move between its buttons. Buttons may come and go; the one that had the focus
 * last is the tab stop.
 */
function rove(toolbar: HTMLElement): void {
  let last: HTMLElement | null = null;
  const buttons = () => Array.from(toolbar.querySelectorAll<HTMLElement>("button"));
  const update = () => {
    const all = buttons();
    const stop = last !== null && all.includes(last) ? last : all[0];
    for (const button of all) button.tabIndex = button === stop ? 0 : -1;
  };
  toolbar.addEventListener("focusin", ({target}) => {
    last = target instanceof HTMLElement ? target : null;
    update();
  });
  toolbar.addEventListener("keydown", (event) => {
    const all = buttons();
    const to = targetOf(event.key, all.indexOf(document.activeElement as HTMLElement), all.length);
    if (to === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    all[to]?.focus();
  });
  new MutationObserver(update).observe(toolbar, {childList: true, subtree: true});
  update();
}

const roving = new WeakSet<Element>();

/** {@link rove} for Lit's `ref`, which may call with the same element again, or with none. */
export function roveOnce(toolbar: Element | undefined): void {
  if (!(toolbar instanceof HTMLElement) || roving.has(toolbar)) return;
  roving.add(toolbar);
  rove(toolbar);
}

function targetOf(key: string, at: number, length: number): number | null {
  switch (key) {
    case "ArrowRight":
      return (at + 1) % length;
    case "ArrowLeft":
      return (at + length - 1) % length;
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return null;
  }
}
