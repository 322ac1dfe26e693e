import type {TargetText} from "../../host/documents/targetText";

/** What a panel needs of the others. */
export interface PanelPeers {
  /** The title, with a number if another panel has the same. */
  titleFor(panel: object, title: string): string;
  /** Scores a text in a panel that is not pinned, in a new one if there is none. */
  scoreInUnpinned(target: TargetText): Promise<void>;
}
