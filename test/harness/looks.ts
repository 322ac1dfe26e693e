/** Counts how often a text or an array is read. Unlike time, this does not depend on the machine. */
export class Looks {
  /** Number of characters and items read. */
  count = 0;

  /** Wraps a text. Only `length`, `charCodeAt` and `slice` work. */
  text(text: string): string {
    return Object.assign(Object(text) as string, {
      charCodeAt: (index: number): number => {
        this.count++;
        return text.charCodeAt(index);
      }
    });
  }

  /** Wraps an array. Only `length` and indices work. */
  array<T extends Float64Array | Uint32Array>(array: T): T {
    return new Proxy(array, {
      get: (target, key) => {
        if (key !== "length") this.count++;
        return Reflect.get(target, key);
      }
    });
  }
}
