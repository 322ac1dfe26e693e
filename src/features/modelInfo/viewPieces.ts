import type {FromView, ToView} from "./protocol";

/** Timeout for one piece, in milliseconds. */
const timeout = 30_000;

type Asked = Extract<ToView, {type: "readPiece"}>;
type Answer = Extract<FromView, {type: "piece" | "noPiece"}>;

interface Waiting {
  readonly asked: Asked;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Reads pieces of a file through the view. The extension host can read only whole files of other machines. When a webview
 * fetches a part of a file, VS Code reads only that part.
 */
export class ViewPieces {
  private readonly waiting = new Map<number, Waiting>();
  private requests = 0;

  constructor(private readonly post: (message: ToView) => void) {}

  /** Reads bytes at an address of the view. Rejects if the view can't read them. */
  async read(url: string, offset: number, length: number): Promise<Uint8Array> {
    const asked: Asked = {type: "readPiece", request: ++this.requests, url, offset, length};
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        this.waiting.set(asked.request, {asked, resolve, reject});
        timer = setTimeout(() => reject(new Error("the view did not answer")), timeout);
        this.post(asked);
      });
    } finally {
      clearTimeout(timer);
      this.waiting.delete(asked.request);
    }
  }

  /** Repeats unanswered requests, for a view that was loaded again. */
  repeat(): void {
    for (const {asked} of this.waiting.values()) this.post(asked);
  }

  answer(message: Answer): void {
    const waiting = this.waiting.get(message.request);
    if (waiting === undefined) return;
    if (message.type === "piece" && message.bytes.length <= waiting.asked.length) waiting.resolve(message.bytes);
    else waiting.reject(new Error("the view can't read the file"));
  }

  dispose(): void {
    for (const {reject} of this.waiting.values()) reject(new Error("the view was closed"));
  }
}
