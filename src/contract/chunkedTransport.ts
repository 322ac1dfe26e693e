import type {MessageConnection} from "vscode-jsonrpc/node";

/** UTF-16 units, bytes and items that travel in one piece: each takes about a millisecond to write, and to read. */
const maxUnits = 1 << 18;
const maxBytes = 1 << 19;
const maxItems = 1 << 13;

/** The notification, either way. */
const pieceNotification = "piece";

type Numbers = Int32Array | Uint32Array | Float64Array | Uint8Array;
type Long = string | ChunkedText | Numbers | readonly string[];

interface Piece {
  /** Names the value. */
  readonly long: number;
  /** Of numbers: how many there are in all, and where in them these belong. Pieces of texts and lists come in order. */
  readonly length: number;
  readonly at: number;
  readonly part: string | Numbers | readonly string[];
}

/** The message that the value was meant for will not come. */
interface Dropped {
  readonly dropped: number;
}

/** Stands in a message for a value that was sent ahead. */
interface Reference {
  readonly longValue: number;
}

/** A text as pieces of it, in their order: what is put together just to be cut again takes time. */
export class ChunkedText {
  constructor(readonly pieces: readonly string[]) {}
}

/** Parameters of which any text may be given in pieces. */
export type Sendable<T> = {readonly [K in keyof T]: string extends T[K] ? T[K] | ChunkedText : T[K]};

/**
 * One end of a channel between processes, on which long values travel in pieces: a message is written and read in one go,
 * and one of 50 MB holds up whoever shares the thread. Long texts, typed arrays and lists of texts go ahead of the message
 * that they belong to, piece by piece; in it, a number stands for each.
 */
export class ChunkedTransport {
  private last = 0;
  private readonly arriving = new Map<number, {readonly text: string[]} | Numbers | string[]>();

  constructor(private readonly connection: MessageConnection) {
    connection.onNotification(pieceNotification, (piece: Piece | Dropped) => this.take(piece));
  }

  /**
   * Sends the long values of a message ahead, with turns for others in between, and resolves with the message to send. Where
   * it is not wanted any more, what was sent is taken back and it resolves with undefined.
   */
  async sendChunked(message: object | null, isWanted: () => boolean): Promise<object | null | undefined> {
    const sent: number[] = [];
    const shortened = async (value: unknown): Promise<unknown> => {
      if (isLong(value)) {
        const long = ++this.last;
        sent.push(long);
        for (const piece of piecesOf(long, value)) {
          if (!isWanted()) break;
          await this.send(piece);
          await new Promise((resolve) => setImmediate(resolve));
        }
        return {longValue: long} satisfies Reference;
      }
      if (!isPlain(value)) return value;
      const entries: [string, unknown][] = [];
      for (const [key, field] of Object.entries(value)) entries.push([key, await shortened(field)]);
      return Object.fromEntries(entries);
    };
    const short = hasLong(message) ? await shortened(message) : message;
    if (isWanted()) return short as object | null;
    for (const dropped of sent) await this.send({dropped});
    return undefined;
  }

  /** A message that has arrived, with its long values put in. */
  reassemble(message: unknown): unknown {
    if (!isPlain(message)) return message;
    const {longValue} = message as {readonly longValue?: unknown};
    if (typeof longValue === "number") {
      const whole = this.arriving.get(longValue);
      this.arriving.delete(longValue);
      return whole !== undefined && "text" in whole ? whole.text.join("") : whole;
    }
    const entries = Object.entries(message).map(([key, field]) => [key, this.reassemble(field)] as const);
    return Object.fromEntries(entries);
  }

  private take(piece: Piece | Dropped): void {
    if ("dropped" in piece) {
      this.arriving.delete(piece.dropped);
      return;
    }
    const {long, length, at, part} = piece;
    const begun = this.arriving.get(long);
    if (typeof part === "string") {
      if (begun !== undefined && "text" in begun) begun.text.push(part);
      else this.arriving.set(long, {text: [part]});
    } else if (isNumbers(part)) {
      const numbers = begun !== undefined && isNumbers(begun) ? begun : new (part.constructor as NumbersType)(length);
      numbers.set(part, at);
      this.arriving.set(long, numbers);
    } else if (Array.isArray(begun)) begun.push(...part);
    else this.arriving.set(long, [...part]);
  }

  private send(piece: Piece | Dropped): Promise<void> {
    return this.connection.sendNotification(pieceNotification, piece);
  }
}

type NumbersType = new (length: number) => Numbers;

function isNumbers(value: unknown): value is Numbers {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** An object whose fields are looked through; of others, such as typed arrays, nobody knows what they would lose. */
function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isLong(value: unknown): value is Long {
  if (value instanceof ChunkedText) return true;
  if (typeof value === "string") return value.length > maxUnits;
  if (isNumbers(value)) return value.byteLength > maxBytes;
  return Array.isArray(value) && value.length > maxItems && value.every((item) => typeof item === "string");
}

function hasLong(value: unknown): boolean {
  return isLong(value) || (isPlain(value) && Object.values(value).some(hasLong));
}

function* piecesOf(long: number, value: Long): Generator<Piece> {
  const texts = value instanceof ChunkedText ? value.pieces : typeof value === "string" ? [value] : undefined;
  if (texts !== undefined) {
    // An empty text is sent too: something has to arrive.
    for (const text of texts.length === 0 ? [""] : texts)
      for (let at = 0; at === 0 || at < text.length; at += maxUnits)
        yield {long, length: 0, at: 0, part: text.slice(at, at + maxUnits)};
    return;
  }
  const whole = value as Numbers | readonly string[];
  const step = isNumbers(whole) ? maxBytes / whole.BYTES_PER_ELEMENT : maxItems;
  for (let at = 0; at < whole.length; at += step)
    yield {long, length: whole.length, at, part: whole.slice(at, at + step)};
}
