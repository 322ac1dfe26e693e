import {html, type TemplateResult} from "lit";

/** A sentence with keys in the places of `{0}`, `{1}` …: each as a `<kbd>`. */
export function withKeys(sentence: string, keys: readonly string[]): TemplateResult {
  return html`${sentence.split(/(\{\d+\})/).map((part) => {
    const key = /^\{(\d+)\}$/.exec(part)?.[1];
    return key === undefined ? part : html`<kbd>${keys[Number(key)]}</kbd>`;
  })}`;
}
