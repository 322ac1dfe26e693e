import {svg, type TemplateResult} from "lit";

/** Icons of 16 pixels in the text's colour. Drawn here: a page with a strict policy loads no font. */
const paths = {
  charts: "M2.5 2v11.5H14M5.5 11V7.5M8.5 11V4.5M11.5 11V6",
  chevronDown: "M4 6l4 4 4-4",
  chevronRight: "M6 4l4 4-4 4",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M6 5.5h7.5v8H6zM10 5.5v-3H2.5v8H6",
  grip: "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
  live: "M8 8h.01M5.2 10.8a4 4 0 010-5.6M10.8 5.2a4 4 0 010 5.6M3 13a7 7 0 010-10M13 3a7 7 0 010 10",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  next: "M8 3v9.5M4 8.5l4 4 4-4",
  pin: "M5.5 2.5h5M6.5 2.5v4.2L4 9.5h8L9.5 6.7V2.5M8 9.5V14",
  previous: "M8 13V3.5M4 7.5l4-4 4 4",
  save: "M8 2.5v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11",
  scoreAgain: "M13 8a5 5 0 11-1.6-3.7M13 2v3h-3",
  search: "M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9M10.3 10.3L14 14",
  swap: "M3 5.5h9.5M10 3l2.5 2.5L10 8M13 10.5H3.5M6 8l-2.5 2.5L6 13",
  table: "M2.5 3h11v10h-11zM2.5 6.5h11M6.5 3v10",
  warning: "M8 2.5L1.8 13.5h12.4zM8 6.5v3.5M8 12h.01"
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName): TemplateResult {
  const heavy = name === "more" || name === "grip" ? 2.4 : 1.3;
  return svg`<svg class="icon" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor"
    stroke-width=${heavy} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${paths[name]}></path></svg>`;
}
