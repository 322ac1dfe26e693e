import * as l10n from "@vscode/l10n";
import type {
  CardPlace,
  CopyFormat,
  ExportFormat,
  FromView,
  Layout,
  ViewOptions
} from "../../src/features/logprobs/protocol";
import type {MenuGroup, MenuItem} from "../ui/menu";
import type {TokenRange} from "./tokenRange";

export interface MenuState {
  readonly layout: Layout;
  readonly options: ViewOptions;
  /** What "Copy as …" copies. */
  readonly range: TokenRange;
  readonly isSelection: boolean;
}

export interface MenuActions {
  readonly post: (message: FromView) => void;
  readonly setLayout: (layout: Layout) => void;
  readonly setOptions: (options: ViewOptions) => void;
}

/** What the view's "…" offers. */
export function menuGroups({layout, options, range, isSelection}: MenuState, actions: MenuActions): MenuGroup[] {
  const {post, setLayout, setOptions} = actions;
  const copy = (format: CopyFormat, all: string, selection: string): MenuItem => ({
    label: isSelection ? selection : all,
    run: () => post({type: "copy", format, ...range})
  });
  const saveAs = (format: ExportFormat, label: string): MenuItem => ({
    label,
    run: () => post({type: "export", format})
  });
  const place = (one: CardPlace, label: string): MenuItem => ({
    label,
    checked: layout.place === one,
    isChoice: true,
    run: () => setLayout({...layout, place: one})
  });
  return [
    [
      copy("markdown", l10n.t("Copy as Markdown"), l10n.t("Copy Selection as Markdown")),
      copy("html", l10n.t("Copy as HTML"), l10n.t("Copy Selection as HTML")),
      copy("json", l10n.t("Copy as JSON"), l10n.t("Copy Selection as JSON"))
    ],
    [
      saveAs("json", l10n.t("Export as JSON…")),
      saveAs("csv", l10n.t("Export as CSV…")),
      saveAs("html", l10n.t("Export as HTML…"))
    ],
    [
      {
        label: l10n.t("Pin This View"),
        checked: options.isPinned,
        run: () => setOptions({...options, isPinned: !options.isPinned})
      },
      {
        label: l10n.t("Score While Editing"),
        checked: options.isLive,
        run: () => setOptions({...options, isLive: !options.isLive})
      },
      {
        label: l10n.t("Show Invisible Characters"),
        checked: layout.showsInvisible,
        run: () => setLayout({...layout, showsInvisible: !layout.showsInvisible})
      },
      {
        label: l10n.t("Charts"),
        checked: layout.tab === "charts",
        run: () => setLayout({...layout, tab: layout.tab === "charts" ? "token" : "charts"})
      }
    ],
    [
      place("auto", l10n.t("Card: Automatic")),
      place("side", l10n.t("Card at the Side")),
      place("bottom", l10n.t("Card at the Bottom")),
      place("floating", l10n.t("Card Beside the Token"))
    ],
    [
      {label: l10n.t("Score Again"), run: () => post({type: "scoreAgain"})},
      {label: l10n.t("Compare…"), run: () => post({type: "compare"})}
    ]
  ];
}
