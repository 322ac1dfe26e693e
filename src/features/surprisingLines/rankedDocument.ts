import * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import {runInSlices} from "../../host/cooperativeWork";
import {documentFunctions} from "../../host/documents/documentFunctions";
import {movedRange, type TextChange} from "../../host/documents/movedRange";
import {selectInEditor} from "../../host/documents/reveal";
import {openDocument} from "../../host/documents/targetText";
import {functionParts, type Part} from "../../metrics/functionParts";
import type {LocatedScores, Region, RegionNumbers} from "../../metrics/regions";
import {linesInSteps} from "./parts";
import {type Measure, type Ranking, type Rankings, rankInSteps} from "./ranking";

/** The parts of a document that are ranked. */
export type PartKind = "lines" | "functions";

/** Milliseconds without an edit before the list is compared with its document. */
const compareDelay = 300;

/** A ranked part and its present place. */
export class RankedEntry {
  /** Counted from 0, as of the last comparison with the document. */
  line = 0;
  /** Its text is no longer the scored text. */
  edited = false;
  private place: Region;
  /** It was replaced together with the text around it, or its document was closed: its place must be searched. */
  private lost = false;

  constructor(
    readonly id: string,
    readonly part: Part,
    readonly numbers: RegionNumbers,
    /** The scored text at its place. */
    readonly text: string
  ) {
    this.place = part.place;
  }

  get isFunction(): boolean {
    return this.part.name !== null;
  }

  follow(changes: readonly TextChange[]): void {
    const {start, end} = this.place;
    this.lost ||= changes.some(
      ({rangeOffset, rangeLength}) =>
        rangeOffset <= start && rangeOffset + rangeLength >= end && rangeLength > end - start
    );
    this.place = movedRange(this.place, changes);
  }

  lose(): void {
    this.lost = true;
  }

  /** Its place in the document, whose text is `text`. */
  find(document: vscode.TextDocument, text = document.getText()): vscode.Range {
    if (this.lost && document.getText(rangeOf(document, this.place)) !== this.text) {
      const start = nearest(text, this.text, this.place.start);
      if (start !== undefined) this.place = {start, end: start + this.text.length};
    }
    this.lost = false;
    return rangeOf(document, this.place);
  }

  look(document: vscode.TextDocument, text: string): void {
    const range = this.find(document, text);
    this.line = range.start.line;
    this.edited = document.getText(range) !== this.text;
  }
}

/** Records the edits of a document, so that none is missed while its text is scored. */
export class EditLog implements vscode.Disposable {
  private readonly missed: (readonly TextChange[])[] = [];
  private listener: ((changes: readonly TextChange[]) => void) | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(uri: vscode.Uri) {
    this.subscription = vscode.workspace.onDidChangeTextDocument(({document, contentChanges}) => {
      if (document.uri.toString() !== uri.toString() || contentChanges.length === 0) return;
      if (this.listener) this.listener(contentChanges);
      else this.missed.push(contentChanges);
    });
  }

  /** Calls the listener with the recorded edits, and with every later one. */
  listen(listener: (changes: readonly TextChange[]) => void): void {
    this.listener = listener;
    for (const changes of this.missed.splice(0)) listener(changes);
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

export interface RankedText {
  readonly uri: vscode.Uri;
  readonly title: string;
  readonly text: string;
  readonly scores: Scores;
}

/** A scored document: its ranked lines and functions, which are found again after edits. */
export class RankedDocument implements vscode.Disposable {
  /** The document's text is no longer the scored text. */
  changed = false;
  private readonly entries = new Map<string, RankedEntry>();
  private readonly rankings = new Map<PartKind, Rankings>();
  private comparing: ReturnType<typeof setTimeout> | undefined;
  private readonly updated = new vscode.EventEmitter<void>();
  /** Entries have moved, or {@link changed} has changed. */
  readonly onDidUpdate = this.updated.event;
  private readonly subscriptions: vscode.Disposable[];

  private constructor(
    readonly source: RankedText,
    private readonly located: LocatedScores,
    edits: EditLog
  ) {
    const ofThis = ({uri}: vscode.TextDocument) => uri.toString() === source.uri.toString();
    this.subscriptions = [
      edits,
      this.updated,
      vscode.workspace.onDidCloseTextDocument((document) => {
        // No event reports edits of a closed document.
        if (ofThis(document)) for (const entry of this.entries.values()) entry.lose();
      }),
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (ofThis(document)) this.compareSoon();
      })
    ];
  }

  /** Ranks the lines of a scored text. `edits` has recorded since the text was read, and is owned by the new object. */
  static async create(source: RankedText, located: LocatedScores, edits: EditLog): Promise<RankedDocument> {
    const lines = await runInSlices(linesInSteps(source.text));
    const rankings = await runInSlices(rankInSteps(source.text, located, lines));
    const document = new RankedDocument(source, located, edits);
    document.add("lines", rankings);
    // Last, so that edits made meanwhile move the entries.
    edits.listen((changes) => {
      for (const entry of document.entries.values()) entry.follow(changes);
      document.compareSoon();
    });
    return document;
  }

  /** The ranking and its entries, the most surprising first; undefined if functions are not known (yet). */
  ranked(kind: PartKind, measure: Measure): {ranking: Ranking; entries: RankedEntry[]} | undefined {
    const ranking = this.rankings.get(kind)?.[measure];
    return ranking && {ranking, entries: ranking.parts.flatMap(({part}) => this.entries.get(idOf(kind, part)) ?? [])};
  }

  /** Asks the document's language for its functions, if the document still has the scored text. */
  async findFunctions(): Promise<void> {
    if (this.rankings.has("functions")) return;
    const document = await openDocument(this.place);
    if (document.getText() !== this.source.text) return;
    const {version} = document;
    const functions = await documentFunctions(document);
    if (document.version !== version || functions.length === 0) return;
    const {text} = this.source;
    const rankings = await runInSlices(rankInSteps(text, this.located, functionParts(functions)));
    if (document.version === version && !this.rankings.has("functions")) this.add("functions", rankings);
  }

  async reveal(entry: RankedEntry): Promise<void> {
    const document = await openDocument(this.place);
    const range = entry.find(document);
    await selectInEditor(document, document.offsetAt(range.start), document.offsetAt(range.end), {
      preserveFocus: false
    });
  }

  dispose(): void {
    clearTimeout(this.comparing);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private get place() {
    return {uri: this.source.uri.toString(), start: 0, end: 0};
  }

  private add(kind: PartKind, rankings: Rankings): void {
    const lineAt = lineCounter(this.source.text);
    this.rankings.set(kind, rankings);
    const parts = Object.values(rankings).flatMap((ranking) => ranking.parts);
    // lineAt counts from the top down.
    for (const {part, numbers} of parts.toSorted((a, b) => a.part.place.start - b.part.place.start)) {
      const {start, end} = part.place;
      const entry = new RankedEntry(idOf(kind, part), part, numbers, this.source.text.slice(start, end));
      entry.line = lineAt(start);
      this.entries.set(entry.id, entry);
    }
  }

  private compareSoon(): void {
    clearTimeout(this.comparing);
    this.comparing = setTimeout(() => {
      void runInSlices(this.compare()).then((done) => done && this.updated.fire());
    }, compareDelay);
  }

  /** False if the document is not open, or was edited meanwhile, which starts another comparison. */
  private *compare(): Generator<void, boolean> {
    const uri = this.source.uri.toString();
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri);
    if (!document) return false;
    const {version} = document;
    const text = document.getText();
    for (const entry of this.entries.values()) {
      yield;
      if (document.isClosed || document.version !== version) return false;
      entry.look(document, text);
    }
    this.changed = text !== this.source.text;
    return true;
  }
}

/** Parts of one kind begin at different places. */
function idOf(kind: PartKind, {place, regions}: Part): string {
  return `${kind}:${place.start}:${regions[0]?.start ?? place.start}`;
}

function rangeOf(document: vscode.TextDocument, {start, end}: Region): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

/** The occurrence of a text that is nearest to an offset. */
function nearest(text: string, wanted: string, from: number): number | undefined {
  if (wanted === "") return undefined;
  const behind = text.indexOf(wanted, from);
  const before = text.lastIndexOf(wanted, from);
  if (behind < 0 && before < 0) return undefined;
  if (behind < 0) return before;
  return before < 0 || behind - from <= from - before ? behind : before;
}

/** Counts the lines before an offset. Offsets must ascend. */
function lineCounter(text: string): (offset: number) => number {
  let [line, unit] = [0, 0];
  return (offset) => {
    for (; unit < offset; unit++) {
      const code = text.charCodeAt(unit);
      if (code === 0x0a || (code === 0x0d && text.charCodeAt(unit + 1) !== 0x0a)) line++;
    }
    return line;
  };
}
