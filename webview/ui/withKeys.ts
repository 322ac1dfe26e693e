import {html, type TemplateResult} from "lit";

/** Replaces `{0}`, `{1}` … in a sentence by keys, each in a `<kbd>`. */
export function withKeys(sentence: string, keys: readonly string[]): TemplateResult {
  return html`${sentence.split(/(\{\d+\})/).map((part) => {
    const key = /^\{(\d+)\}$/.exec(part)?.[1];
    return key === undefined ? part : html`<kbd>${keys[Number(key)]}</kbd>`;
  })}`;
}
