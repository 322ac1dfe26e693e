import type {CardPlace} from "../../src/features/logprobs/protocol";

/** Where the dock is, or none: then the card floats. */
export type DockPlace = "side" | "bottom" | "none";

/** Share of the window's height that belongs to the text, whatever else is open. */
const textShare = 0.7;

/** Pixels from which a dock is of use. */
export const minSide = 220;
const minBottom = 96;

/** Pixels of text beside the dock. */
const minTextWidth = 240;

/** From this width on, the card docks at the side unless the user chose otherwise. */
const wide = 720;

/** Pixels of the splitter. */
export const splitterSize = 5;

export interface Window {
  readonly width: number;
  readonly height: number;
  /** Height of what is above the text. */
  readonly head: number;
}

/** The most that a dock can take at the side and at the bottom; less than nothing where there is no room. */
export function maxSize(place: "side" | "bottom", {width, height, head}: Window): number {
  return place === "side"
    ? Math.min(Math.floor(width * 0.6), width - minTextWidth - splitterSize)
    : Math.floor(height * (1 - textShare)) - head - splitterSize;
}

function fits(place: "side" | "bottom", window: Window): boolean {
  return maxSize(place, window) >= minSize(place);
}

export function minSize(place: "side" | "bottom"): number {
  return place === "side" ? minSide : minBottom;
}

/**
 * Where the dock goes. `needed`: something is open that can't float (the charts). A place without room gives way to another:
 * the text keeps its share.
 */
export function dockPlace(choice: CardPlace, needed: boolean, window: Window): DockPlace {
  const first = choice === "auto" ? (window.width >= wide ? "side" : "floating") : choice;
  if (first === "floating" && !needed) return "none";
  const order = first === "side" ? (["side", "bottom"] as const) : (["bottom", "side"] as const);
  const place = order.find((one) => fits(one, window));
  if (place !== undefined && (needed || place === first || choice !== "auto")) return place;
  return "none";
}

/** A dock's size in pixels: what the user chose, as far as there is room. */
export function dockSize(place: "side" | "bottom", chosen: number | null, window: Window): number {
  const usual = place === "side" ? Math.min(360, Math.max(270, window.width * 0.34)) : 240;
  return Math.round(Math.max(minSize(place), Math.min(chosen ?? usual, maxSize(place, window))));
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Position {
  readonly left: number;
  readonly top: number;
  /** The height that the card may have there. */
  readonly maxHeight: number;
}

/** Pixels between card and token, and between card and the window's edge. */
const gap = 6;

/**
 * Where the floating card goes: below the token, above it, or beside it, in this order; where it fits nowhere, where there is most
 * room, and it scrolls. It never covers the token and stays inside of `bounds`.
 */
export function cardPosition(token: Box, card: {width: number; height: number}, bounds: Box): Position {
  const left = between(token.left, bounds.left + gap, bounds.right - gap - card.width);
  const below = bounds.bottom - gap - (token.bottom + gap);
  const above = token.top - gap - (bounds.top + gap);
  const height = bounds.bottom - bounds.top - 2 * gap;
  if (card.height <= below) return {left, top: token.bottom + gap, maxHeight: below};
  if (card.height <= above) return {left, top: token.top - gap - card.height, maxHeight: above};
  const top = between(token.top, bounds.top + gap, bounds.bottom - gap - Math.min(card.height, height));
  if (token.right + gap + card.width <= bounds.right - gap) return {left: token.right + gap, top, maxHeight: height};
  if (token.left - gap - card.width >= bounds.left + gap)
    return {left: token.left - gap - card.width, top, maxHeight: height};
  if (below >= above) return {left, top: token.bottom + gap, maxHeight: Math.max(0, below)};
  return {left, top: bounds.top + gap, maxHeight: Math.max(0, above)};
}

function between(value: number, least: number, greatest: number): number {
  return Math.max(least, Math.min(value, greatest));
}

export function isOver(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
