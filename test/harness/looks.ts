/** Counts how often what it wraps is looked into: work that a slow machine has not more of. */
export class Looks {
  /** Characters and items that were looked at. */
  count = 0;

  /** The same text, as far as it is read by `length`, `charCodeAt` and `slice`. */
  text(text: string): string {
    return Object.assign(Object(text) as string, {
      charCodeAt: (index: number): number => {
        this.count++;
        return text.charCodeAt(index);
      }
    });
  }

  /** The same array, as far as it is read by `length` and indices. */
  array<T extends Float64Array | Uint32Array>(array: T): T {
    return new Proxy(array, {
      get: (target, key) => {
        if (key !== "length") this.count++;
        return Reflect.get(target, key);
      }
    });
  }
}
