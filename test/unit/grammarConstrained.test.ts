import {strict as assert} from "node:assert";
import {AllowedTokens} from "../../src/grammar/allowedTokens";
import {constrainedPosition, constrainedSums, constrainedToken} from "../../src/grammar/constrained";
import {Grammar} from "../../src/grammar/grammar";
import {GrammarWalk} from "../../src/grammar/grammarWalk";
import {parseGrammar} from "../../src/grammar/parseGrammar";
import {schemaGrammar} from "../../src/grammar/schemaGrammar";
import {TokenSet} from "../../src/grammar/tokenSet";
import {type TokenBytes, tokenTrie} from "../../src/grammar/tokenTrie";
import {Random} from "../faults/random";

function setOf(size: number, ids: readonly number[]): TokenSet {
  const set = new TokenSet(size);
  for (const id of ids) set.add(id);
  return set;
}

function close(actual: number, expected: number, message?: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${message} ${actual} ${expected}`);
}

describe("A distribution under a grammar", () => {
  it("by hand", () => {
    const logits = Float64Array.from([0.5, 0.25, 0.125, 0.125], Math.log);
    const at = constrainedToken(logits, setOf(4, [1, 2]), 2);
    assert.equal(at.allowed, 2);
    close(at.cutOff, 0.625);
    close(at.decided, -Math.log(0.375));
    assert.deepEqual([at.wanted, at.wantedAllowed, at.isAllowed], [0, false, true]);
    close(at.wantedLogprob, Math.log(0.5));
    close(at.logprob, Math.log(0.125));
    close(at.constrainedLogprob, Math.log(1 / 3));
    assert.equal(constrainedToken(logits, setOf(4, [1, 2]), 3).constrainedLogprob, Number.NEGATIVE_INFINITY);
  });

  it("equals sums over the probabilities", () => {
    const random = new Random(7);
    for (let run = 0; run < 50; run++) {
      const logits = Float32Array.from({length: 200}, () => 20 * random.fraction() - 10);
      if (run % 5 === 0) logits[3] = Number.NaN;
      if (run % 3 === 0) logits[4] = Number.NEGATIVE_INFINITY;
      const ids = Array.from({length: 1 + random.below(150)}, () => random.below(200));
      const set = setOf(200, ids);
      const weights = Array.from(logits, (logit) => (Number.isNaN(logit) ? 0 : Math.exp(logit)));
      const sum = (keep: (id: number) => boolean) => weights.reduce((all, w, id) => (keep(id) ? all + w : all), 0);
      const total = sum(() => true);
      const id = ids[0] ?? 0;
      const at = constrainedToken(logits, set, id);
      close(at.cutOff, sum((id) => !set.has(id)) / total, "cut off");
      close(at.decided, Math.log(total / sum((id) => set.has(id))), "decided");
      close(Math.exp(at.logprob), (weights[id] ?? 0) / total, "p");
      close(Math.exp(at.constrainedLogprob), (weights[id] ?? 0) / sum((id) => set.has(id)), "share");
    }
  });

  it("is exact where little is cut off, or little left", () => {
    const logits = Float64Array.of(0, -50);
    close(constrainedPosition(logits, setOf(2, [0])).decided / Math.exp(-50), 1);
    close(constrainedPosition(logits, setOf(2, [1])).decided, 50);
    assert.equal(constrainedPosition(logits, setOf(2, [0, 1])).decided, 0);
    assert.equal(constrainedPosition(logits, setOf(2, [])).decided, Number.POSITIVE_INFINITY);
    const impossible = Float64Array.of(Number.NEGATIVE_INFINITY, Number.NaN);
    assert.deepEqual(
      [constrainedPosition(impossible, setOf(2, [0])).wanted, constrainedPosition(impossible, setOf(2, [0])).cutOff],
      [-1, 0]
    );
  });
});

const pieces = [
  '{"',
  '{"a',
  '"',
  ':"',
  ': "',
  ":",
  '"}',
  "}",
  "a",
  "b",
  "ab",
  "yes",
  "no",
  "n",
  " ",
  "<end>",
  '{"a":"'
];
const vocabulary: TokenBytes = {
  size: pieces.length,
  bytes: (id) => new TextEncoder().encode(pieces[id]),
  endsText: (id) => pieces[id] === "<end>"
};
const schema = {properties: {ab: {enum: ["yes", "no"]}}, required: ["ab"]};
const {grammar} = schemaGrammar(schema);
const tokens = new AllowedTokens(new Grammar(parseGrammar(grammar)), tokenTrie(vocabulary));
const idsOf = (...texts: readonly string[]) => texts.map((text) => pieces.indexOf(text));

describe("A text under a schema", () => {
  it("is followed token by token", () => {
    const walk = new GrammarWalk(tokens, vocabulary);
    const ids = idsOf('{"', "ab", '"', ":", '"', "n");
    const positions = [...walk.positions(ids)];
    assert.deepEqual(
      positions.map(({allowed, isAllowed}) => [[...allowed].map((id) => pieces[id]), isAllowed]),
      [
        [['{"', '{"a'], true],
        [["a", "ab"], true],
        [['"'], true],
        [[':"', ': "', ":", " "], true],
        [['"', " "], true],
        [["yes", "no", "n"], true]
      ]
    );
    assert.ok(!walk.isComplete);
    assert.deepEqual([...(walk.allowed ?? [])], []);
    assert.equal(walk.forcedText(50), 'o"');
  });

  it("ends where the grammar may end, and is complete there", () => {
    const walk = new GrammarWalk(tokens, vocabulary);
    for (const id of idsOf('{"a', "b", '"', ":", '"', "yes", '"}')) assert.ok(walk.accept(id));
    assert.ok(walk.isComplete);
    assert.deepEqual([...(walk.allowed ?? [])], idsOf("<end>"));
    assert.ok(walk.accept(pieces.indexOf("<end>")));
    assert.ok(!walk.accept(pieces.indexOf("a")) && !walk.isComplete && walk.allowed === null);
    assert.ok(!walk.accept(pieces.indexOf("a")));
  });

  it("says what is forced, whatever the tokens", () => {
    const walk = new GrammarWalk(tokens, vocabulary);
    assert.equal(walk.forcedText(50), "{");
    walk.accept(pieces.indexOf('{"a'));
    assert.equal(walk.forcedText(50), 'b"');
    assert.equal(walk.forcedText(1), "b");
  });

  it("sums up to content and what the schema decides", () => {
    const random = new Random(1);
    const ids = idsOf('{"', "ab", '"', ":", '"', "yes", '"}', "<end>");
    const facts = [...new GrammarWalk(tokens, vocabulary).positions(ids)].map(({allowed, id}) =>
      constrainedToken(
        Float64Array.from(pieces, () => 4 * random.fraction()),
        allowed,
        id
      )
    );
    const sums = constrainedSums(facts);
    assert.equal(sums.tokens, ids.length);
    close(sums.content + sums.decided, sums.surprisal);
    assert.ok(sums.forced >= 2 && sums.decided > 0 && sums.content > 0 && sums.forbiddenAt === null);
    const wrong = [...new GrammarWalk(tokens, vocabulary).positions(idsOf('{"', "no", "a"))];
    assert.deepEqual(
      wrong.map(({isAllowed}) => isAllowed),
      [true, false]
    );
    const stopped = constrainedSums(
      wrong.map(({allowed, id}) =>
        constrainedToken(
          Float64Array.from(pieces, () => 0),
          allowed,
          id
        )
      )
    );
    assert.deepEqual([stopped.tokens, stopped.forbiddenAt], [1, 1]);
  });
});
