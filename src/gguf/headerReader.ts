import * as l10n from "@vscode/l10n";
import type {ByteSource} from "./byteSource";
import {GgufError} from "./ggufError";

/** Bytes read at once: few at first, because a brief reading mostly ends there. */
const firstWindow = 1 << 16;
const maxWindow = 1 << 20;

/** Max time without yielding (ms). */
const maxTurn = 4;

/**
 * Reads a header from front to back through a window in memory. Skipped bytes are not read. {@link need} fills the
 * window, and the methods without `await` read from it.
 */
export class HeaderReader {
  private window: Uint8Array = new Uint8Array();
  private view = new DataView(this.window.buffer);
  /** Where the window begins in the file, and the position in the window. */
  private start: number;
  private at = 0;
  private windowSize = firstWindow;
  private began = performance.now();

  constructor(
    private readonly source: ByteSource,
    offset: number,
    /** A header that continues after this offset is refused. */
    private readonly end: number,
    private readonly signal: AbortSignal | undefined
  ) {
    this.start = offset;
  }

  /** The position in the file. */
  get position(): number {
    return this.start + this.at;
  }

  /** Bytes from the position to the end of the file. */
  get remaining(): number {
    return this.source.size - this.position;
  }

  /** Bytes from the position to the end of the window. */
  get available(): number {
    return this.window.length - this.at;
  }

  /**
   * Resolves when at least `bytes` bytes (at most some thousands) are in the window. Refuses a file that doesn't have
   * them.
   */
  async need(bytes: number): Promise<void> {
    this.signal?.throwIfAborted();
    if (performance.now() - this.began > maxTurn) {
      await new Promise((resolve) => setTimeout(resolve));
      this.began = performance.now();
    }
    if (this.available >= bytes) return;
    const from = this.position;
    if (bytes > this.remaining) throw damaged();
    if (from + bytes > this.end) throw tooLarge();
    const length = Math.min(Math.max(bytes, this.windowSize), this.remaining, this.end - from);
    this.window = await this.source.read(from, length);
    this.view = new DataView(this.window.buffer, this.window.byteOffset, this.window.byteLength);
    this.start = from;
    this.at = 0;
    this.windowSize = Math.min(this.windowSize * 2, maxWindow);
    if (this.available < bytes) throw damaged();
  }

  /** Moves on by `bytes` bytes without reading them. */
  skip(bytes: number): void {
    if (bytes > this.remaining) throw damaged();
    if (this.position + bytes > this.end) throw tooLarge();
    this.at += bytes;
    if (this.at > this.window.length) {
      this.start += this.at;
      this.at = 0;
      this.window = new Uint8Array();
    }
  }

  take(bytes: number): Uint8Array {
    const taken = this.window.subarray(this.at, this.at + bytes);
    this.at += bytes;
    return taken;
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  int8(): number {
    return this.view.getInt8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  int16(): number {
    return this.view.getInt16(this.advance(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  uint64(): bigint {
    return this.view.getBigUint64(this.advance(8), true);
  }

  int64(): bigint {
    return this.view.getBigInt64(this.advance(8), true);
  }

  float32(): number {
    return this.view.getFloat32(this.advance(4), true);
  }

  float64(): number {
    return this.view.getFloat64(this.advance(8), true);
  }

  /** A count, refused if it is no safe integer. */
  count(): number {
    const count = this.uint64();
    if (count > Number.MAX_SAFE_INTEGER) throw damaged();
    return Number(count);
  }

  /**
   * Skips strings in the window, up to `limit` of them or up to the one for which `stop` is true; that one is next.
   * `stop` gets the number of skipped strings and the string's place in the bytes. Returns the number of skipped
   * strings.
   */
  passStrings(limit: number, stop: (passed: number, bytes: Uint8Array, from: number, to: number) => boolean): number {
    const {view, window} = this;
    let {at} = this;
    let passed = 0;
    while (passed < limit && at + 8 <= window.length) {
      const bytes = view.getUint32(at, true);
      const next = at + 8 + bytes;
      if (view.getUint32(at + 4, true) !== 0 || next > window.length) break;
      if (stop(passed, window, at + 8, next)) break;
      at = next;
      passed++;
    }
    this.at = at;
    return passed;
  }

  private advance(bytes: number): number {
    const {at} = this;
    this.at += bytes;
    return at;
  }
}

/** @param beginning One character per byte. */
export function notGguf(beginning: string): GgufError {
  if (/^version https:\/\/git-lfs/.test(beginning))
    return new GgufError("notGguf", (file) =>
      l10n.t('"{0}" only says where the model is (Git LFS): fetch the model itself with "git lfs pull".', file)
    );
  // The magic numbers of "ggml", "ggmf", "ggjt" and "ggla".
  if (/^(?:lmgg|fmgg|tjgg|algg)/.test(beginning))
    return new GgufError("notGguf", (file) =>
      l10n.t(
        '"{0}" is in the older GGML format, which llama.cpp no longer reads: choose a GGUF file of this model.',
        file
      )
    );
  return new GgufError("notGguf", (file) =>
    l10n.t('"{0}" is not a GGUF file: choose a model in the GGUF format.', file)
  );
}

export function damaged(): GgufError {
  return new GgufError("damaged", (file) =>
    l10n.t('"{0}" is incomplete or damaged: download it again or choose another model.', file)
  );
}

export function tooLarge(): GgufError {
  return new GgufError("tooLarge", (file) =>
    l10n.t('"{0}" has a larger header than any known model: choose another one.', file)
  );
}
