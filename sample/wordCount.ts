/** Counts words the way a reader would, in any script that the platform knows. */
export interface WordCount {
  readonly words: number;
  readonly characters: number;
  readonly longest: string;
}

const segmenter = new Intl.Segmenter(undefined, {granularity: "word"});

export function countWords(text: string): WordCount {
  let words = 0;
  let longest = "";
  for (const {segment, isWordLike} of segmenter.segment(text)) {
    if (!isWordLike) continue;
    words += 1;
    if (segment.length > longest.length) longest = segment;
  }
  return {words, characters: [...text].length, longest};
}

export function describe(count: WordCount): string {
  return `${count.words} words, ${count.characters} characters, the longest is “${count.longest}”`;
}
