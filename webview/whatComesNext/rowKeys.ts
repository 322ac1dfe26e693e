/** The row that a key goes to; undefined for other keys. */
export function rowAfterKey(event: KeyboardEvent, row: number, rows: number): number | undefined {
  const list = event.currentTarget as HTMLElement;
  const height = list.querySelector(".row")?.clientHeight ?? 22;
  const page = Math.max(1, Math.floor(list.clientHeight / height) - 1);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY
  };
  const step = steps[event.key];
  return step === undefined || rows === 0 ? undefined : Math.min(rows - 1, Math.max(0, row + step));
}
