/** A sign for what cannot be seen in a text (mark.css draws it). `text` stays in the page, for its layout. */
export function mark(kind: string, sign: string, text = ""): HTMLElement {
  const element = document.createElement("span");
  element.className = `mark ${kind}`;
  element.dataset["sign"] = sign;
  element.textContent = text;
  return element;
}
