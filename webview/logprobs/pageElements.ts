import {elementById} from "../ui/elementById";

/** The ids of the page's elements (logprobsPage.ts), as the view's parts name them. */
const ids = {
  head: "head",
  top: "top",
  legend: "legend",
  bar: "bar",
  text: "text",
  scroller: "scroller",
  tokens: "tokens",
  overview: "overview",
  sheet: "sheet",
  splitter: "splitter",
  dock: "dock",
  tabs: "tabs",
  tokenPanel: "token-panel",
  details: "details",
  charts: "charts",
  /** What stands in place of a text. */
  state: "state",
  /** Read aloud when it changes. */
  status: "status"
} as const;

export type PageElements = Readonly<Record<keyof typeof ids, HTMLElement>>;

export function pageElements(): PageElements {
  return Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, elementById(id)])) as PageElements;
}
