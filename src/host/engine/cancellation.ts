/** The part of vscode.CancellationToken that a request needs. Tests have no vscode. */
export interface Cancellation {
  readonly isCancellationRequested: boolean;
  onCancellationRequested(listener: () => void): {dispose(): void};
}

/** Follows an abort signal. */
export function cancellationOf(signal: AbortSignal): Cancellation {
  return {
    get isCancellationRequested() {
      return signal.aborted;
    },
    onCancellationRequested(listener) {
      signal.addEventListener("abort", listener, {once: true});
      return {dispose: () => signal.removeEventListener("abort", listener)};
    }
  };
}
