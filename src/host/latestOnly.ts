import * as vscode from "vscode";

/** Of questions that are asked one after the other, only the last is still wanted: a new one cancels the one before it. */
export class LatestOnly implements vscode.Disposable {
  private last: vscode.CancellationTokenSource | undefined;

  /** Runs work with a token that is cancelled when `token` is, if there is one, or as soon as other work comes. */
  async run<T>(
    token: vscode.CancellationToken | undefined,
    work: (token: vscode.CancellationToken) => Promise<T>
  ): Promise<T> {
    this.last?.cancel();
    const own = new vscode.CancellationTokenSource();
    this.last = own;
    const following = token?.onCancellationRequested(() => own.cancel());
    if (token?.isCancellationRequested) own.cancel();
    try {
      return await work(own.token);
    } finally {
      following?.dispose();
      if (this.last === own) this.last = undefined;
      own.dispose();
    }
  }

  dispose(): void {
    this.last?.cancel();
  }
}
