import * as vscode from "vscode";
import {offsetsOf} from "../../host/documents/documentText";
import {selectInEditor} from "../../host/documents/reveal";
import {openDocument} from "../../host/documents/targetText";
import type {Shown} from "./shownScores";
import type {TextRange, TokenRange} from "./tokenPlaces";

/** Milliseconds after the last change of a selection: a mouse that is dragged changes it many times a second. */
const selectionDelay = 100;

/** The selection in the editor and that in the view, each told to the other. */
export class EditorLink implements vscode.Disposable {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** What the view has selected itself, in the document. */
  private own: TextRange | null = null;
  private readonly listening: vscode.Disposable;

  constructor(
    private readonly shown: () => Shown | null,
    private readonly onReveal: (tokens: TokenRange) => void
  ) {
    this.listening = vscode.window.onDidChangeTextEditorSelection(({textEditor}) => {
      if (!this.shown()?.place.isIn(textEditor.document)) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.reveal(textEditor), selectionDelay);
    });
  }

  /** Selects a range of the document, which is opened beside the view if it is not open. */
  async select({place}: Shown, range: TextRange, view: vscode.ViewColumn | undefined): Promise<void> {
    const {source} = place;
    const document = await openDocument(source);
    const own = {start: source.start + range.start, end: source.start + range.end};
    this.own = own;
    await selectInEditor(document, own.start, own.end, {preserveFocus: true, ...(view && {besides: view})});
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listening.dispose();
  }

  /** Shows the view what is selected of its text. Of an edited text nobody knows where its tokens are now. */
  private async reveal({document, selection}: vscode.TextEditor): Promise<void> {
    const shown = this.shown();
    if (!shown || shown.place.isEdited || selection.isEmpty) return;
    const [start = 0, end = 0] = await offsetsOf(document, [selection.start, selection.end]);
    const {own} = this;
    this.own = null;
    if (own?.start === start && own.end === end) return;
    const places = await shown.places();
    const {source} = shown.place;
    if (this.shown() !== shown || shown.place.isEdited) return;
    const tokens = places?.tokensIn({
      start: Math.max(start, source.start) - source.start,
      end: Math.min(end, source.end) - source.start
    });
    if (tokens) this.onReveal(tokens);
  }
}
