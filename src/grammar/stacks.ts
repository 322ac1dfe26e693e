import type {CharSet} from "./charSet";
import {tooLarge} from "./grammarError";
import type {GrammarRules} from "./rules";

/** Stacks that are known at once: more than any useful grammar needs. */
const maxStacks = 200_000;
/** Steps that one question may take: about a second's work. */
const maxSteps = 2_000_000;

/** What is still to be read: the topmost place first, then what is below. Two with the same places are the same object. */
export interface Stack {
  readonly id: number;
  /** A place in the rules. */
  readonly place: number;
  readonly below: Stack | null;
  readonly above: Map<number, Stack>;
}

type Place =
  | {readonly kind: "chars"; readonly set: CharSet}
  | {readonly kind: "rule"; readonly rule: number}
  | {readonly kind: "token"; readonly id: number; readonly negated: boolean}
  | {readonly kind: "end"};

/** The stacks of a grammar. */
export class Stacks {
  /** All alternates one after the other, each with its end. */
  private readonly places: Place[] = [];
  /** The places at which each rule's alternates begin. */
  private readonly alternates: number[][];
  /** The stack on which nothing is left to read. */
  readonly bottom: Stack = {id: 0, place: -1, below: null, above: new Map()};
  private count = 1;
  private steps = 0;

  constructor({rules}: GrammarRules) {
    this.alternates = rules.map(({alternates}) =>
      alternates.map((items) => {
        const start = this.places.length;
        for (const item of items) this.places.push(item);
        this.places.push({kind: "end"});
        return start;
      })
    );
  }

  get sets(): ReadonlySet<CharSet> {
    return new Set(this.places.flatMap((place) => (place.kind === "chars" ? place.set : [])));
  }

  /** Begins a question, whose work is limited: an ambiguous grammar can have thousands of stacks after each character. */
  limitWork(): void {
    this.steps = 0;
  }

  /** Those with which a rule begins. */
  start(rule: number): readonly Stack[] {
    const search = new Search(this);
    for (const place of this.alternates[rule] ?? []) search.add(this.onto(this.bottom, place));
    return search.run();
  }

  afterCharacter(stacks: readonly Stack[], codePoint: number): readonly Stack[] {
    const search = new Search(this);
    for (const stack of stacks) if (this.setAt(stack)?.has(codePoint) === true) search.add(this.next(stack));
    return search.run();
  }

  afterToken(stacks: readonly Stack[], id: number): readonly Stack[] {
    const search = new Search(this);
    for (const stack of stacks) {
      const token = this.tokenAt(stack);
      if (token !== undefined && (token.id === id) !== token.negated) search.add(this.next(stack));
    }
    return search.run();
  }

  setAt(stack: Stack): CharSet | undefined {
    const place = this.places[stack.place];
    return place?.kind === "chars" ? place.set : undefined;
  }

  tokenAt(stack: Stack): {readonly id: number; readonly negated: boolean} | undefined {
    const place = this.places[stack.place];
    return place?.kind === "token" ? place : undefined;
  }

  /** The stacks one step further in which the topmost rule has become each of its alternates; null if there is no rule on top. */
  opened(stack: Stack): readonly Stack[] | null {
    if (++this.steps > maxSteps) throw tooLarge();
    const place = this.places[stack.place];
    if (place?.kind !== "rule") return null;
    const rest = this.next(stack);
    return (this.alternates[place.rule] ?? []).map((start) => this.onto(rest, start));
  }

  /** What is left behind the topmost place. */
  private next({below, place}: Stack): Stack {
    return this.onto(below ?? this.bottom, place + 1);
  }

  /** A place is not put there if it is an end, so that recursion at the end of a rule does not make stacks grow. */
  private onto(stack: Stack, place: number): Stack {
    if (this.places[place]?.kind === "end") return stack;
    const known = stack.above.get(place);
    if (known !== undefined) return known;
    if (this.count >= maxStacks) throw tooLarge();
    const created = {id: this.count++, place, below: stack, above: new Map<number, Stack>()};
    stack.above.set(place, created);
    return created;
  }
}

/** Opens rules until a character or a token is on top. */
class Search {
  private readonly seen = new Set<Stack>();

  constructor(private readonly stacks: Stacks) {}

  add(stack: Stack): void {
    this.seen.add(stack);
  }

  run(): readonly Stack[] {
    const ends: Stack[] = [];
    // What is added during the loop is visited, too.
    for (const stack of this.seen) {
      const opened = this.stacks.opened(stack);
      if (opened === null) ends.push(stack);
      else for (const one of opened) this.seen.add(one);
    }
    return ends;
  }
}
