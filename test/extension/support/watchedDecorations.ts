import * as vscode from "vscode";

/** A decorated range, and the options of its decoration type. */
export interface Decorated {
  readonly options: vscode.DecorationRenderOptions;
  readonly range: vscode.Range;
}

/** As it was set: some have options of their own. */
type Placed = vscode.Range | vscode.DecorationOptions;

function decorated(options: vscode.DecorationRenderOptions, placed: Placed): Decorated {
  if (placed instanceof vscode.Range) return {options, range: placed};
  return {options: {...options, ...placed.renderOptions}, range: placed.range};
}

/**
 * Records the extension's decorations, which the API does not expose, by wrapping VS Code's functions. The real ones
 * are set too.
 */
export class WatchedDecorations implements vscode.Disposable {
  /** Decoration types that were not disposed. */
  readonly types = new Map<vscode.TextEditorDecorationType, vscode.DecorationRenderOptions>();
  /** Number of calls that set decorations. */
  sets = 0;
  /** Number of calls with a disposed type, from code that should have ended. */
  straySets = 0;
  /** All texts of the heatmap's status bar item, in order. Many are too short-lived to poll for. */
  readonly statusTexts: string[] = [];
  private readonly set = new Map<string, Map<vscode.TextEditorDecorationType, readonly Placed[]>>();
  private readonly items: vscode.StatusBarItem[] = [];
  private readonly restore: (() => void)[] = [];

  constructor() {
    const {window} = vscode;
    const createType = window.createTextEditorDecorationType;
    this.replace("createTextEditorDecorationType", {
      value: (options: vscode.DecorationRenderOptions) => {
        const type = createType(options);
        const watched = {
          key: type.key,
          dispose: () => {
            this.types.delete(watched);
            type.dispose();
          }
        };
        this.types.set(watched, options);
        return watched;
      }
    });
    const createItem = window.createStatusBarItem as (...parameters: unknown[]) => vscode.StatusBarItem;
    this.replace("createStatusBarItem", {
      value: (...parameters: unknown[]) => {
        const item = this.watchedItem(createItem(...parameters));
        this.items.push(item);
        return item;
      }
    });
    const editors = Object.getOwnPropertyDescriptor(window, "visibleTextEditors")?.get;
    if (!editors) throw new Error("The visible editors can't be watched");
    this.replace("visibleTextEditors", {
      get: () => (editors.call(window) as vscode.TextEditor[]).map((editor) => this.watched(editor))
    });
  }

  /** The present decorations of a document's editor, in the order of the text. */
  of(document: vscode.TextDocument): Decorated[] {
    const ofEditor =
      this.set.get(document.uri.toString()) ?? new Map<vscode.TextEditorDecorationType, readonly Placed[]>();
    return [...ofEditor]
      .flatMap(([type, ranges]) => {
        const options = this.types.get(type);
        return options ? ranges.map((placed) => decorated(options, placed)) : [];
      })
      .sort((a, b) => a.range.start.compareTo(b.range.start) || a.range.end.compareTo(b.range.end));
  }

  /** The heatmap's status bar item. */
  get statusItem(): vscode.StatusBarItem | undefined {
    return this.items.findLast(isHeatmaps);
  }

  /** The status bar item of token boundaries. */
  get boundariesItem(): vscode.StatusBarItem | undefined {
    return this.items.findLast(({id}) => id.endsWith("tokenscope.tokenBoundaries"));
  }

  dispose(): void {
    for (const restore of this.restore.reverse()) restore();
  }

  private watchedItem(item: vscode.StatusBarItem): vscode.StatusBarItem {
    return new Proxy({} as vscode.StatusBarItem, {
      get: (_, key) => {
        const value: unknown = Reflect.get(item, key);
        // The object's private fields work only on itself.
        return typeof value === "function" ? value.bind(item) : value;
      },
      set: (_, key, value) => {
        if (key === "text" && isHeatmaps(item)) this.statusTexts.push(value);
        return Reflect.set(item, key, value);
      }
    });
  }

  private watched(editor: vscode.TextEditor): vscode.TextEditor {
    return new Proxy({} as vscode.TextEditor, {
      get: (_, key: keyof vscode.TextEditor) =>
        key === "setDecorations"
          ? (type: vscode.TextEditorDecorationType, ranges: vscode.Range[] | vscode.DecorationOptions[]) => {
              this.sets++;
              if (!this.types.has(type)) this.straySets++;
              const uri = editor.document.uri.toString();
              const ofEditor = this.set.get(uri) ?? new Map();
              this.set.set(uri, ofEditor.set(type, ranges));
              editor.setDecorations(type, ranges);
            }
          : editor[key]
    });
  }

  private replace(key: keyof typeof vscode.window, replacement: PropertyDescriptor): void {
    const original = Object.getOwnPropertyDescriptor(vscode.window, key);
    if (!original) throw new Error(`vscode.window.${key} can't be watched`);
    Object.defineProperty(vscode.window, key, {configurable: true, enumerable: true, ...replacement});
    this.restore.push(() => Object.defineProperty(vscode.window, key, original));
  }
}

function isHeatmaps({id}: vscode.StatusBarItem): boolean {
  return id.endsWith("tokenscope.heatmap");
}

/** Watches decorations during each test of a `describe`. */
export function watchDecorations(): () => WatchedDecorations {
  let watched: WatchedDecorations | undefined;
  beforeEach(() => {
    watched = new WatchedDecorations();
  });
  afterEach(() => {
    watched?.dispose();
    watched = undefined;
  });
  return () => {
    if (watched === undefined) throw new Error("Decorations are watched during tests only.");
    return watched;
  };
}
