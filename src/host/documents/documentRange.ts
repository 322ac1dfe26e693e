/** A range of a document, as a command's argument. Offsets are UTF-16 units, end exclusive. */
export interface DocumentRange {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
}

/** Whether a command's argument is a range. Menus and links may pass anything. */
export function isDocumentRange(value: unknown): value is DocumentRange {
  if (typeof value !== "object" || value === null) return false;
  const {uri, start, end} = value as {readonly [K in keyof DocumentRange]?: unknown};
  return typeof uri === "string" && isOffset(start) && isOffset(end) && start <= end;
}

function isOffset(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
