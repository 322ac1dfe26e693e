/** Heights of blocks in pixels: measured once they are laid out, estimated before. */
export class BlockHeights {
  private readonly heights: Float64Array;
  private readonly measured: Uint8Array;
  /** Where blocks start, and after the last one the height of all. Right up to {@link known}. */
  private readonly tops: Float64Array;
  private known = 0;

  constructor(readonly count: number) {
    this.heights = new Float64Array(count);
    this.measured = new Uint8Array(count);
    this.tops = new Float64Array(count + 1);
  }

  /** Replaces all heights by estimates. */
  estimate(heightOf: (block: number) => number): void {
    for (let block = 0; block < this.count; block++) this.heights[block] = heightOf(block);
    this.measured.fill(0);
    this.known = 0;
  }

  isMeasured(block: number): boolean {
    return this.measured[block] === 1;
  }

  measure(block: number, height: number): void {
    this.measured[block] = 1;
    if (this.heights[block] === height) return;
    this.heights[block] = height;
    this.known = Math.min(this.known, block);
  }

  forget(block: number): void {
    this.measured[block] = 0;
  }

  height(block: number): number {
    return this.heights[block] ?? 0;
  }

  get total(): number {
    return this.top(this.count);
  }

  top(block: number): number {
    for (; this.known < block; this.known++)
      this.tops[this.known + 1] = (this.tops[this.known] ?? 0) + (this.heights[this.known] ?? 0);
    return this.tops[block] ?? 0;
  }

  /** The block at a height; the first or last one beyond. */
  at(y: number): number {
    let low = 0;
    let high = Math.max(0, this.count - 1);
    this.top(this.count);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
