/**
 * A context and the answer behind it, as lm-evaluation-harness cuts them: white space at the context's end belongs to the answer, because
 * most vocabularies join it with the word behind it.
 */
export function answerBehind(context: string, answer: string): {readonly context: string; readonly text: string} {
  const kept = context.trimEnd();
  return {context: kept, text: context.slice(kept.length) + answer};
}
