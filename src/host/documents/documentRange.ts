/** A place in a document, as a command's argument: UTF-16 offsets, end exclusive. */
export interface DocumentRange {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
}

/** Whether an argument of a command is a place; menus and links hand over all sorts of things. */
export function isDocumentRange(value: unknown): value is DocumentRange {
  if (typeof value !== "object" || value === null) return false;
  const {uri, start, end} = value as {readonly [K in keyof DocumentRange]?: unknown};
  return typeof uri === "string" && isOffset(start) && isOffset(end) && start <= end;
}

function isOffset(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
