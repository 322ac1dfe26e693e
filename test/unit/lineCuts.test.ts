import {strict as assert} from "node:assert";
import fc from "fast-check";
import {lineCuts, maxCuts} from "../../src/features/compareTokenizers/lineCuts";
import type {LineCuts} from "../../src/features/compareTokenizers/protocol";

const utf8 = new TextEncoder();

/** The lines' cuts as the view writes them: "0,1: The| quick" for each way. */
function written(lines: Iterable<LineCuts>): string[][] {
  return [...lines].map(({rows}) =>
    rows.map(
      ({tokenizers, cuts}) =>
        `${tokenizers}: ${cuts.map(({label, differs}) => (differs ? `*${label}` : label)).join("|")}`
    )
  );
}

describe("How several tokenizers cut each line", () => {
  const text = "The quick fox\njumps\n";

  it("tokenizers that cut a line in the same way share a row, others mark what differs", () => {
    const ends = [
      Uint32Array.of(3, 9, 13, 14, 20),
      Uint32Array.of(3, 9, 13, 14, 19, 20),
      Uint32Array.of(3, 9, 11, 14, 20)
    ];
    assert.deepEqual(written(lineCuts(utf8.encode(text), ends, 1)), [
      ["0,1: The|·quick|·fox|⏎", "2: The|·quick|*·f|*ox⏎"],
      ["0,2: jumps⏎", "1: *jumps|*⏎"]
    ]);
  });

  it("a token over several lines belongs to the line in which it begins", () => {
    const ends = [Uint32Array.of(1, 4, 5), Uint32Array.of(1, 2, 3, 4, 5)];
    const lines = [...lineCuts(utf8.encode("a\n\n\nb"), ends, 7)];
    assert.deepEqual(
      lines.map(({line}) => line),
      [7, 8, 9, 10]
    );
    assert.deepEqual(written(lines), [["0: a|⏎⏎⏎", "1: a|*⏎"], ["0: ", "1: *⏎"], ["0: ", "1: *⏎"], ["0,1: b"]]);
  });

  it("a tokenizer without places has no row, a part of a character shows its bytes", () => {
    const ends = [null, Uint32Array.of(2, 4)];
    assert.deepEqual(written(lineCuts(utf8.encode("🚀"), ends, 1)), [["1: ⟨F0 9F⟩|⟨9A 80⟩"]]);
  });

  it("of a long line only the first tokens are shown", () => {
    const bytes = new Uint8Array(maxCuts + 5).fill(0x61);
    const [line] = [...lineCuts(bytes, [Uint32Array.from(bytes, (_, i) => i + 1)], 1)];
    assert.deepEqual([line?.rows[0]?.tokens, line?.rows[0]?.cuts.length], [maxCuts + 5, maxCuts]);
  });

  it("every token of every tokenizer is in exactly one line", () => {
    const texts = fc.array(fc.constantFrom("a", "bc", "\n", " ", "é", "🚀", "\r\n"), {minLength: 1, maxLength: 30});
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.array(fc.integer({min: 1, max: 5}), {maxLength: 120}), {maxLength: 4}),
        (parts, steps) => {
          const bytes = utf8.encode(parts.join(""));
          const ends = steps.map((own) => {
            const cuts = own
              .map(
                (
                  (sum) => (step: number) =>
                    (sum += step)
                )(0)
              )
              .filter((end) => end < bytes.length);
            return Uint32Array.from([...cuts, bytes.length]);
          });
          const lines = [...lineCuts(bytes, ends, 1)];
          assert.equal(
            lines.length,
            Buffer.from(bytes)
              .toString()
              .match(/[^\n]*\n|[^\n]+/g)?.length
          );
          for (const [i, of] of ends.entries()) {
            const tokens = lines.map(({rows}) => rows.find(({tokenizers}) => tokenizers.includes(i))?.tokens ?? 0);
            assert.equal(
              tokens.reduce((sum, one) => sum + one, 0),
              of.length
            );
          }
          for (const {rows} of lines) for (const cut of rows[0]?.cuts ?? []) assert.equal(cut.differs, false);
        }
      ),
      {seed: 20261130, numRuns: 300}
    );
  });
});
