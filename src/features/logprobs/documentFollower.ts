import * as vscode from "vscode";
import type {Source} from "./protocol";
import type {Shown} from "./shownScores";
import {openedDocument, type TextPlace} from "./textPlace";

/** Milliseconds without an edit before the text is compared with its document, and scored again where it is live. */
const compareDelay = 300;

/** What the follower needs of the view. */
export interface Followed {
  /** All texts that may be on show again. */
  places(): readonly (TextPlace | undefined)[];
  shown(): Shown | null;
  /** The text on show, or the one that is being scored if there is none yet. */
  current(): TextPlace | undefined;
  /** An edit was made. */
  onEdit(): void;
  onMoved(source: Source): void;
  /** The text on show was compared with its document. */
  onCompared(place: TextPlace): void;
}

/** Follows texts in their documents. Documents that aren't open are not looked at. */
export class DocumentFollower implements vscode.Disposable {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The text's place as the view was told it last. */
  private told: Source | undefined;
  private readonly listening: vscode.Disposable;

  constructor(private readonly followed: Followed) {
    this.listening = vscode.workspace.onDidChangeTextDocument(({document, contentChanges}) => {
      const places = new Set(followed.places());
      for (const place of places) {
        if (!place?.isIn(document)) continue;
        place.apply(contentChanges);
        this.compareSoon();
      }
      followed.onEdit();
    });
  }

  /** The view was told this place with its text. */
  hasTold(source: Source): void {
    this.told = source;
  }

  compareSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.compare(), compareDelay);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listening.dispose();
  }

  private async compare(): Promise<void> {
    const {followed} = this;
    const place = followed.current();
    const document = place && openedDocument(place.source);
    if (!place || !document) return;
    place.retitle(document);
    if (place.source !== this.told) followed.onMoved(place.source);
    this.told = place.source;
    const shown = followed.shown();
    if (shown?.place !== place) return;
    await place.compare(document, shown.scored.text);
    if (followed.shown() === shown) followed.onCompared(place);
  }
}
