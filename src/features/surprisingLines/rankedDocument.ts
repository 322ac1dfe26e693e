import * as vscode from "vscode";
import type {Scores} from "../../contract/scoring";
import {runInSlices} from "../../host/cooperativeWork";
import {documentFunctions} from "../../host/documents/documentFunctions";
import type {DocumentRange} from "../../host/documents/documentRange";
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
  /** All of the part: see {@link Part.whole}. */
  private extent: Region;
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
    this.extent = part.whole;
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
    this.extent = movedRange(this.extent, changes);
  }

  lose(): void {
    this.lost = true;
  }

  /** Its place in the document, whose text is `text`. */
  find(document: vscode.TextDocument, text = document.getText()): vscode.Range {
    if (this.lost && document.getText(rangeOf(document, this.place)) !== this.text) {
      const start = nearest(text, this.text, this.place.start);
      if (start !== undefined) {
        const {extent, place} = this;
        this.extent = {start: start + extent.start - place.start, end: start + extent.end - place.start};
        this.place = {start, end: start + this.text.length};
      }
    }
    this.lost = false;
    return rangeOf(document, this.place);
  }

  /** All of its place: of a function, not only the name. */
  findAll(document: vscode.TextDocument): vscode.Range {
    const range = this.find(document);
    return this.isFunction ? rangeOf(document, this.extent) : range;
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
  /** It was edited since it was scored, though its text may be the same again. */
  private edited = false;
  private readonly entries = new Map<string, RankedEntry>();
  private readonly parts = new Map<PartKind, readonly Part[]>();
  private readonly rankings = new Map<PartKind, Rankings>();
  /** Only parts that contain this text are ranked; "" for all. In lower case. */
  private filter = "";
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
        if (!ofThis(document)) return;
        // No event reports edits of a closed document.
        this.edited = true;
        for (const entry of this.entries.values()) entry.lose();
      }),
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (ofThis(document)) this.compareSoon();
      })
    ];
  }

  /** Ranks the lines of a scored text. `edits` has recorded since the text was read, and is owned by the new object. */
  static async create(source: RankedText, located: LocatedScores, edits: EditLog): Promise<RankedDocument> {
    const lines = await runInSlices(linesInSteps(source.text));
    const document = new RankedDocument(source, located, edits);
    document.parts.set("lines", lines);
    await document.rank("lines");
    // Last, so that edits made meanwhile move the entries.
    edits.listen((changes) => {
      document.edited = true;
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
    this.parts.set("functions", functionParts(functions));
    await this.rank("functions");
  }

  /** Ranks only the parts that contain a text, in any case; all parts for "". */
  async setFilter(filter: string): Promise<void> {
    const wanted = filter.toLowerCase();
    if (wanted === this.filter) return;
    this.filter = wanted;
    for (const kind of this.parts.keys()) await this.rank(kind);
  }

  /** Bits per byte of the whole document. */
  get mean(): number | null {
    return this.source.scores.summary.bitsPerByte;
  }

  /** The present places of entries, in the order of the text. */
  async places(entries: readonly RankedEntry[]): Promise<{entry: RankedEntry; range: vscode.Range}[]> {
    const document = await openDocument(this.place);
    const text = document.getText();
    const placed = entries.map((entry) => ({entry, range: entry.find(document, text)}));
    return placed.sort((a, b) => a.range.start.compareTo(b.range.start));
  }

  /** The present range of an entry, a function with its body. */
  async rangeOf(entry: RankedEntry): Promise<DocumentRange> {
    const document = await openDocument(this.place);
    const {start, end} = entry.findAll(document);
    return {uri: this.place.uri, start: document.offsetAt(start), end: document.offsetAt(end)};
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

  /** Ranks the parts of a kind that pass the filter, unless the filter changes meanwhile. */
  private async rank(kind: PartKind): Promise<void> {
    const {filter, located} = this;
    const {text} = this.source;
    const all = this.parts.get(kind) ?? [];
    const parts = filter === "" ? all : await runInSlices(containing(text, all, filter));
    const rankings = await runInSlices(rankInSteps(text, located, parts));
    if (filter === this.filter) this.add(kind, rankings);
  }

  private add(kind: PartKind, rankings: Rankings): void {
    const lineAt = lineCounter(this.source.text);
    this.rankings.set(kind, rankings);
    const parts = Object.values(rankings).flatMap((ranking) => ranking.parts);
    // lineAt counts from the top down.
    for (const {part, numbers} of parts.toSorted((a, b) => a.part.place.start - b.part.place.start)) {
      const {start, end} = part.place;
      const id = idOf(kind, part);
      // One that was ranked before has followed the edits since.
      if (this.entries.has(id)) continue;
      const entry = new RankedEntry(id, part, numbers, this.source.text.slice(start, end));
      entry.line = lineAt(start);
      if (this.edited) entry.lose();
      this.entries.set(id, entry);
    }
    if (this.edited) this.compareSoon();
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

/** The parts with a text in them, given in lower case. */
function* containing(text: string, parts: readonly Part[], filter: string): Generator<void, Part[]> {
  const found: Part[] = [];
  for (const part of parts) {
    const {start, end} = part.place;
    if ((part.name ?? text.slice(start, end)).toLowerCase().includes(filter)) found.push(part);
    yield;
  }
  return found;
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
