import * as l10n from "@vscode/l10n";
import type {CommandName} from "../../host/commands";

/** A row of the menu: a command that needs no arguments, or the settings. */
export interface MenuItem {
  /** Name of a codicon. */
  readonly icon: string;
  readonly label: string;
  readonly description?: string;
  readonly command: CommandName | "settings";
}

export interface MenuGroup {
  readonly label: string;
  readonly items: readonly MenuItem[];
}

/** What the menu shows of the current settings. */
export interface MenuState {
  /** Completions are suggested while typing. */
  readonly suggests: boolean;
  /** The models in use, in words. */
  readonly models: string;
}

export function menuGroups({suggests, models}: MenuState): readonly MenuGroup[] {
  return [
    {label: l10n.t("Start"), items: startItems(models)},
    {label: l10n.t("Selection or File"), items: scoringItems()},
    {label: l10n.t("What Surprises"), items: surpriseItems()},
    {label: l10n.t("Completion"), items: completionItems(suggests)},
    {label: l10n.t("Tokens"), items: tokenItems()},
    {label: l10n.t("Model"), items: modelItems()},
    {label: l10n.t("Help"), items: helpItems()}
  ];
}

/** What a newcomer looks for. Comes first, because a small window shows ten rows, and the others after scrolling. */
function startItems(models: string): readonly MenuItem[] {
  return [
    {icon: "chip", label: l10n.t("Select Model…"), description: models, command: "selectModel"},
    {
      icon: "mortar-board",
      label: l10n.t("Open Walkthrough"),
      description: l10n.t("the first minutes, step by step"),
      command: "openWalkthrough"
    }
  ];
}

function scoringItems(): readonly MenuItem[] {
  return [
    {
      icon: "pulse",
      label: l10n.t("Perplexity"),
      description: l10n.t("how surprised the model is"),
      command: "perplexity"
    },
    {
      icon: "graph",
      label: l10n.t("Show Logprobs"),
      description: l10n.t("how probable each token is"),
      command: "showLogprobs"
    },
    {
      icon: "split-horizontal",
      label: l10n.t("Compare Logprobs…"),
      description: l10n.t("under two models, or of two texts"),
      command: "compareLogprobs"
    },
    {
      icon: "symbol-string",
      label: l10n.t("Count Tokens"),
      description: l10n.t("tokens, characters and bytes"),
      command: "countTokens"
    },
    {
      icon: "save-as",
      label: l10n.t("Export Scores…"),
      description: l10n.t("as JSON or CSV"),
      command: "exportScores"
    }
  ];
}

function tokenItems(): readonly MenuItem[] {
  return [
    {
      icon: "symbol-ruler",
      label: l10n.t("Toggle Token Boundaries"),
      description: l10n.t("where tokens begin and end, in the editor"),
      command: "toggleTokenBoundaries"
    },
    {
      icon: "folder",
      label: l10n.t("Count Tokens in Folder"),
      description: l10n.t("by folder and file, the largest first"),
      command: "countTokensInFolder"
    },
    {
      icon: "comment-discussion",
      label: l10n.t("Count Tokens as Chat"),
      description: l10n.t("after the model's chat template"),
      command: "countTokensAsChat"
    },
    {
      icon: "dashboard",
      label: l10n.t("Set Token Budget…"),
      description: l10n.t("a limit for files; a warning beyond it"),
      command: "setTokenBudget"
    },
    {
      icon: "list-filter",
      label: l10n.t("Show Tokenizer"),
      description: l10n.t("search the vocabulary, try a text"),
      command: "showTokenizer"
    },
    {
      icon: "versions",
      label: l10n.t("Compare Tokenizers"),
      description: l10n.t("the same text under several models"),
      command: "compareTokenizers"
    }
  ];
}

function surpriseItems(): readonly MenuItem[] {
  return [
    {
      icon: "flame",
      label: l10n.t("Toggle Surprisal Heatmap"),
      description: l10n.t("each token, in the editor"),
      command: "toggleHeatmap"
    },
    {
      icon: "list-ordered",
      label: l10n.t("Show Surprising Lines"),
      description: l10n.t("and functions, the most surprising first"),
      command: "showSurprisingLines"
    },
    {
      icon: "git-compare",
      label: l10n.t("Score Changes"),
      description: l10n.t("since the last commit, before and after"),
      command: "scoreChanges"
    },
    {
      icon: "folder-library",
      label: l10n.t("Evaluate Folder…"),
      description: l10n.t("perplexity of many files, as one corpus"),
      command: "evaluateFolder"
    }
  ];
}

function completionItems(suggests: boolean): readonly MenuItem[] {
  return [
    {
      icon: "sparkle",
      label: l10n.t("Complete at Cursor"),
      description: l10n.t("as ghost text; Tab accepts it"),
      command: "complete"
    },
    {
      icon: "symbol-numeric",
      label: l10n.t("What Comes Next"),
      description: l10n.t("the distribution at the cursor, and samplers"),
      command: "whatComesNext"
    },
    suggests
      ? {
          icon: "circle-slash",
          label: l10n.t("Turn Inline Completion Off"),
          description: l10n.t("now: suggests while you type"),
          command: "toggleInlineCompletion"
        }
      : {
          icon: "lightbulb",
          label: l10n.t("Turn Inline Completion On"),
          description: l10n.t("now: only when asked for"),
          command: "toggleInlineCompletion"
        },
    {
      icon: "ellipsis",
      label: l10n.t("Inline Completion…"),
      description: l10n.t("on, off, snooze, and why nothing came"),
      command: "showCompletionMenu"
    }
  ];
}

function modelItems(): readonly MenuItem[] {
  return [
    {
      icon: "cloud-download",
      label: l10n.t("Download Model…"),
      description: l10n.t("from a short list, or any address"),
      command: "downloadModel"
    },
    {
      icon: "info",
      label: l10n.t("Show Model Info"),
      description: l10n.t("what the model is made of, and the memory it needs"),
      command: "showModelInfo"
    },
    {
      icon: "circuit-board",
      label: l10n.t("Show GPU"),
      description: l10n.t("what the model runs on"),
      command: "showGpu"
    }
  ];
}

function helpItems(): readonly MenuItem[] {
  return [
    {icon: "gear", label: l10n.t("Settings"), command: "settings"},
    {icon: "output", label: l10n.t("Show Log"), command: "showLog"},
    {
      icon: "debug-restart",
      label: l10n.t("Restart Engine"),
      description: l10n.t("if something seems wrong"),
      command: "restartEngine"
    },
    {
      icon: "eject",
      label: l10n.t("Unload Model"),
      description: l10n.t("frees its memory at once"),
      command: "unloadModel"
    },
    {
      icon: "clippy",
      label: l10n.t("Copy Diagnostics"),
      description: l10n.t("for a bug report; no text of yours"),
      command: "copyDiagnostics"
    }
  ];
}
