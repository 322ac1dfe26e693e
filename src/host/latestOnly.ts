import * as vscode from "vscode";

/** Runs work of which only the latest is wanted: new work cancels the work before it. */
export class LatestOnly implements vscode.Disposable {
  private latest: vscode.CancellationTokenSource | undefined;

  /**
   * Runs work with a token that is cancelled with `token`, by {@link cancel}, and by newer work. `isLatest` is false once there
   * is newer work, or once this is disposed.
   */
  async run<T>(
    token: vscode.CancellationToken | undefined,
    work: (token: vscode.CancellationToken, isLatest: () => boolean) => Promise<T>
  ): Promise<T> {
    this.cancel();
    const own = new vscode.CancellationTokenSource();
    this.latest = own;
    const following = token?.onCancellationRequested(() => own.cancel());
    if (token?.isCancellationRequested) own.cancel();
    try {
      return await work(own.token, () => this.latest === own);
    } finally {
      following?.dispose();
      if (this.latest === own) this.latest = undefined;
      own.dispose();
    }
  }

  /** Cancels the work that runs, if any. */
  cancel(): void {
    this.latest?.cancel();
  }

  dispose(): void {
    this.cancel();
    this.latest = undefined;
  }
}
