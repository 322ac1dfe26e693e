/**
 * Gives an element ever narrower forms (CSS classes, each with all before it) until its row does not scroll, or there are no more.
 */
export function fitRow(element: HTMLElement, row: Element | null, forms: readonly string[]): void {
  const {classList} = element;
  classList.remove(...forms);
  for (const form of forms) {
    if (!row || row.scrollWidth <= row.clientWidth) return;
    classList.add(form);
  }
}
