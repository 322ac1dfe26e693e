/** Pixels between a piece and its card. */
const gap = 6;

/** Puts a floating card under a piece, or above it if there is more room, within the text's area. */
export function placeCard(card: HTMLElement, piece: DOMRect, area: DOMRect): void {
  const {width, height} = card.getBoundingClientRect();
  const below = area.bottom - piece.bottom;
  const fitsBelow = below >= height + gap || below >= piece.top - area.top;
  const top = fitsBelow ? piece.bottom + gap : piece.top - gap - height;
  const left = Math.min(Math.max(piece.left, area.left + gap), area.right - width - gap);
  card.style.setProperty("--top", `${Math.round(Math.max(top, area.top))}px`);
  card.style.setProperty("--left", `${Math.round(Math.max(left, gap))}px`);
}
