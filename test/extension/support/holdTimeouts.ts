/**
 * Holds all timeouts of exactly this delay (ms) until `release`, in the extension too: it shares this process's
 * globals. So a test decides when a debounce ends, however slow the machine is.
 */
export function holdTimeouts(delay: number): {release(): void} {
  const {setTimeout, clearTimeout} = globalThis;
  const held = new Map<NodeJS.Timeout, () => void>();
  globalThis.setTimeout = Object.assign(
    (callback: (...values: unknown[]) => void, ms?: number, ...values: unknown[]) => {
      if (ms !== delay) return setTimeout(callback, ms, ...values);
      // Never fires by itself.
      const timer = setTimeout(() => undefined, 2 ** 31 - 1);
      held.set(timer, () => callback(...values));
      return timer;
    },
    setTimeout
  );
  globalThis.clearTimeout = (timer) => {
    held.delete(timer as NodeJS.Timeout);
    clearTimeout(timer);
  };
  return {
    release() {
      Object.assign(globalThis, {setTimeout, clearTimeout});
      for (const [timer, callback] of held) {
        clearTimeout(timer);
        callback();
      }
    }
  };
}
