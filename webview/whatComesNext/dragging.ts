/** Follows a pointer that drags a sampler by its handle: tells the place over which it is. */
export function dragSampler(event: PointerEvent, moveTo: (place: number) => void): void {
  const {currentTarget: grip, pointerId} = event;
  if (!(grip instanceof HTMLElement) || event.button !== 0) return;
  const list = grip.closest("ol");
  if (list === null) return;
  const move = ({clientY}: PointerEvent) => {
    const rows = Array.from(list.children, (row) => row.getBoundingClientRect());
    const over = rows.findIndex(({top, bottom}) => clientY >= top && clientY < bottom);
    if (over >= 0) moveTo(over);
  };
  const end = () => {
    removeEventListener("pointermove", onMove);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
  };
  const onMove = (moving: PointerEvent) => {
    if (moving.pointerId === pointerId) move(moving);
  };
  // Not captured by the handle: it is put elsewhere in the page while it is dragged.
  addEventListener("pointermove", onMove);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
}
