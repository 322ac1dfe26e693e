import type {DryBreakers} from "./dry";

/** What is needed of a vocabulary. */
export interface BreakerVocabulary {
  readonly size: number;
  /** UTF-8 of a token's text, special tokens' too. */
  bytes(id: number): Uint8Array;
  tokenize(text: string): ArrayLike<number>;
}

/** Longer breakers are cut (llama.cpp's MAX_CHAR_LEN, bytes), and so are the sequences of tokens that they become (MAX_SEQ_LEN). */
const maxBytes = 40;
const maxTail = 20;

/**
 * The tokens that a breaker's text can begin in, and how it goes on after each: llama.cpp's get_overlapping_token_sequences. A token that
 * holds the whole text is a breaker by itself. Looks at the whole vocabulary: worth keeping. Where a token ends within a character, the
 * rest of the text is no text, and is passed over.
 */
export function dryBreakers(texts: readonly string[], vocabulary: BreakerVocabulary): DryBreakers {
  const breakers = new Map<number, Int32Array[]>();
  const encoder = new TextEncoder();
  const sequences = texts.map((text) => encoder.encode(text).subarray(0, maxBytes)).filter(({length}) => length > 0);
  const tails = new Map<string, Int32Array | null>();
  for (let id = 0; id < vocabulary.size; id++) {
    const word = vocabulary.bytes(id);
    for (const sequence of sequences)
      for (const rest of restsAfter(word, sequence)) {
        const tail = rest.length === 0 ? new Int32Array() : tokenized(rest);
        if (tail !== null) add(id, tail);
      }
  }
  return breakers;

  function tokenized(bytes: Uint8Array): Int32Array | null {
    const key = bytes.join();
    let tail = tails.get(key);
    if (tail === undefined) {
      const text = textOf(bytes);
      tail = text === null ? null : Int32Array.from(vocabulary.tokenize(text)).subarray(0, maxTail);
      tails.set(key, tail);
    }
    return tail;
  }

  function add(id: number, tail: Int32Array): void {
    const known = breakers.get(id) ?? [];
    if (!known.some((other) => other.join() === tail.join())) known.push(tail);
    breakers.set(id, known);
  }
}

/** What is missing of a sequence after each place in a word where it begins and reaches the word's end; nothing where it is all there. */
function restsAfter(word: Uint8Array, sequence: Uint8Array): Uint8Array[] {
  const rests: Uint8Array[] = [];
  for (
    let start = word.indexOf(sequence[0] as number);
    start >= 0;
    start = word.indexOf(sequence[0] as number, start + 1)
  ) {
    let length = 1;
    while (length < sequence.length && start + length < word.length && word[start + length] === sequence[length])
      length++;
    if (length === sequence.length) return [sequence.subarray(length)];
    if (start + length === word.length) rests.push(sequence.subarray(length));
  }
  return rests;
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return null;
  }
}
