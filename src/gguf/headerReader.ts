import * as l10n from "@vscode/l10n";
import type {ByteSource} from "./byteSource";
import {GgufError} from "./ggufError";

/** Bytes read at once: few at first, most headers that are only looked at end there. */
const firstWindow = 1 << 16;
const maxWindow = 1 << 20;

/** Milliseconds of work before others get their turn. */
const turn = 4;

/**
 * Reads a header front to back. Of the file a window is in memory; what is skipped is not read. The methods without
 * `await` take what is in the window: {@link need} puts it there.
 */
export class HeaderReader {
  private window: Uint8Array = new Uint8Array();
  private view = new DataView(this.window.buffer);
  /** Where the window begins in the file, and where in the window we are. */
  private start: number;
  private at = 0;
  private windowSize = firstWindow;
  private began = performance.now();

  constructor(
    private readonly source: ByteSource,
    offset: number,
    /** A header that goes on behind this is refused. */
    private readonly end: number,
    private readonly signal: AbortSignal | undefined
  ) {
    this.start = offset;
  }

  /** In the file. */
  get position(): number {
    return this.start + this.at;
  }

  /** Bytes of the file from here on. */
  get remaining(): number {
    return this.source.size - this.position;
  }

  /** Bytes that can be taken now. */
  get available(): number {
    return this.window.length - this.at;
  }

  /** Resolves when so many bytes (up to some thousands) can be taken; refuses a file that doesn't have them. */
  async need(bytes: number): Promise<void> {
    this.signal?.throwIfAborted();
    if (performance.now() - this.began > turn) {
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

  /** Goes on behind so many bytes without looking at them. */
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

  /** A number of things: as large as it is, it can be counted with. */
  count(): number {
    const count = this.uint64();
    if (count > Number.MAX_SAFE_INTEGER) throw damaged();
    return Number(count);
  }

  /**
   * Passes strings, as many as lie in the window, up to `limit` of them or one that `stop` wants to see: that one is next.
   * `stop` gets how many were passed before it, and where in these bytes it lies. Returns how many were passed.
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

/** `beginning`: a character for each of its first bytes. */
export function notGguf(beginning: string): GgufError {
  if (/^version https:\/\/git-lfs/.test(beginning))
    return new GgufError("notGguf", (file) =>
      l10n.t('"{0}" only says where the model is (Git LFS): fetch the model itself with "git lfs pull".', file)
    );
  // "ggml", "ggmf", "ggjt" and "ggla", as numbers.
  if (/^(?:lmgg|fmgg|tjgg|algg)/.test(beginning))
    return new GgufError("notGguf", (file) =>
      l10n.t(
        '"{0}" is of a format from before GGUF (GGML), which llama.cpp reads no more: choose a GGUF file of this model.',
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
