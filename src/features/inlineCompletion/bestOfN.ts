import * as vscode from "vscode";
import {
  type Candidate,
  candidates,
  type Ranking,
  ranked,
  rankings,
  type WrittenCompletion
} from "../../completion/bestOf";
import {lineBreak} from "../../completion/lines";
import type {Host} from "../../host/host";
import {openSetting} from "../../host/runCommand";
import {type Row, type RowButton, type StreamingList, showStreamingQuickPick} from "../../host/streamingQuickPick";
import {count, nats, percentText, plural, significant} from "../../text/numberText";
import {plainText} from "../../text/plainText";
import {alternativeSamplers, firstSeed} from "./alternatives";
import {completeAtCursor, editorInFront} from "./completeAtCursor";
import type {CompletionProvider} from "./completionProvider";
import type {DocumentCursorText} from "./cursorPlace";
import {GhostPreview} from "./ghostPreview";

/** Draws N completions at the cursor and shows them in a list, ranked. The chosen one becomes ghost text. */
export async function bestOfN(host: Host, provider: CompletionProvider, seed = firstSeed): Promise<void> {
  const editor = editorInFront();
  const place = await provider.placeOf(editor);
  if (place === undefined) return;
  const list = new BestOfList({host, provider, editor, place, seed});
  try {
    const act = await showStreamingQuickPick(list);
    list.dispose();
    await act?.();
  } finally {
    list.dispose();
  }
}

interface Drawing {
  readonly host: Host;
  readonly provider: CompletionProvider;
  readonly editor: vscode.TextEditor;
  readonly place: DocumentCursorText;
  readonly seed: number;
}

class BestOfList implements StreamingList {
  readonly placeholder = vscode.l10n.t("Enter shows a completion as ghost text, which Tab accepts");
  private readonly written: WrittenCompletion[] = [];
  private readonly preview: GhostPreview;
  private readonly wanted: number;
  private ranking: Ranking = "mean";
  private failed = false;

  constructor(private readonly drawing: Drawing) {
    const {editor, place, host} = drawing;
    this.preview = new GhostPreview(editor, place.position);
    this.wanted = host.settings.completionAlternatives;
  }

  dispose(): void {
    this.preview.dispose();
  }

  get title(): string {
    const {wanted, drawing, ranking, written} = this;
    return vscode.l10n.t(
      "Best of {0} by {1} · {2} drawn · temperature {3}, seed {4}",
      count(wanted),
      rankingName(ranking),
      count(written.length),
      significant(alternativeSamplers.temperature),
      drawing.seed
    );
  }

  get buttons(): readonly RowButton[] {
    const {host, provider, seed} = this.drawing;
    const next = rankings[(rankings.indexOf(this.ranking) + 1) % rankings.length] ?? "mean";
    return [
      {
        iconPath: new vscode.ThemeIcon("arrow-swap"),
        tooltip: vscode.l10n.t("Rank by {0}", rankingName(next)),
        keepsOpen: true,
        act: () => {
          this.ranking = next;
        }
      },
      {
        iconPath: new vscode.ThemeIcon("refresh"),
        tooltip: vscode.l10n.t("Draw Others"),
        act: () => bestOfN(host, provider, seed + this.wanted)
      },
      {
        iconPath: new vscode.ThemeIcon("gear"),
        tooltip: vscode.l10n.t("How Many"),
        act: () => openSetting("inlineCompletion.alternatives")
      }
    ];
  }

  rows(complete: boolean): readonly Row[] {
    const found = ranked(candidates(this.written), this.ranking);
    if (found.length > 0) return found.map((one) => this.row(one));
    if (!complete) return [];
    return [
      this.failed
        ? {label: `$(error) ${vscode.l10n.t("Nothing could be drawn")}`}
        : {label: `$(info) ${vscode.l10n.t("The model has nothing to add here.")}`}
    ];
  }

  /** One request for each sample, so that it is in the list as soon as it is written. */
  async fill(signal: AbortSignal, onMore: () => void): Promise<void> {
    const {provider, place, seed} = this.drawing;
    for (let index = 0; index < this.wanted; index++) {
      this.written.push(...(await provider.alternatives.write(place, {count: 1, seed: seed + index, signal})));
      onMore();
    }
  }

  onError(error: unknown): void {
    this.failed = true;
    void this.drawing.host.errors.show(error);
  }

  onActive(row: Row | undefined): void {
    this.preview.show(row?.key ?? "");
  }

  private row(one: Candidate): Row {
    const {text} = one;
    const [first = "", ...more] = text.split(lineBreak);
    const label = plainText(first.trim() === "" ? text.trim() : first.trim());
    const counted = vscode.l10n.t("{0} of {1}", count(one.count), count(this.written.length));
    return {
      key: text,
      label,
      description: more.length === 0 ? counted : `${counted} · ${vscode.l10n.t("{0} lines", count(more.length + 1))}`,
      detail: this.numbers(one),
      buttons: [
        {
          iconPath: new vscode.ThemeIcon("insert"),
          tooltip: vscode.l10n.t("Insert"),
          act: () => this.insert(text)
        }
      ],
      act: () => this.offer(text)
    };
  }

  /** The number that the list is ranked by comes first. */
  private numbers({mean, total, tokens, agreement}: Candidate): string {
    const texts: Readonly<Record<Ranking, string>> = {
      mean: vscode.l10n.t("mean logprob {0} (perplexity {1})", nats(mean), significant(Math.exp(-mean))),
      total: vscode.l10n.t("total {0} ({1})", nats(total), plural(tokens, "token")),
      agreement: vscode.l10n.t(
        "agreement {0}",
        agreement === null ? "–" : percentText(count(Math.round(100 * agreement)))
      )
    };
    return [this.ranking, ...rankings.filter((one) => one !== this.ranking)].map((one) => texts[one]).join(" · ");
  }

  /** Shows a text as ghost text. The others can be reached from there with VS Code's own keys. */
  private async offer(text: string): Promise<void> {
    const {provider, place} = this.drawing;
    const others = ranked(candidates(this.written), "mean").flatMap((one) => (one.text === text ? [] : [one.text]));
    provider.offer(place, [text, ...others]);
    await completeAtCursor(provider);
  }

  private async insert(text: string): Promise<void> {
    const {editor, place} = this.drawing;
    await editor.edit((edit) => edit.insert(place.position, text));
  }
}

function rankingName(ranking: Ranking): string {
  switch (ranking) {
    case "mean":
      return vscode.l10n.t("mean logprob");
    case "total":
      return vscode.l10n.t("total logprob");
    case "agreement":
      return vscode.l10n.t("agreement");
    default:
      return ranking satisfies never;
  }
}
