import * as l10n from "@vscode/l10n";
import {type FileProblem, maxCountedFile} from "../contract/fileCounts";
import {byteSize} from "../text/numberText";
import type {UnlistedFile} from "./documents/folderFiles";

export type SkipReason = FileProblem | UnlistedFile["why"];

/** Why a file was not counted, in a few words. */
export function skipText(reason: SkipReason): string {
  switch (reason) {
    case "binary":
      return l10n.t("binary");
    case "encoding":
      return l10n.t("not in UTF-8 or UTF-16");
    case "tooLarge":
      return l10n.t("larger than {0}", byteSize(maxCountedFile));
    case "unreadable":
      return l10n.t("can't be read");
    case "missing":
      return l10n.t("no longer there");
    case "longRun":
      return l10n.t("a run of characters too long for this tokenizer");
    case "link":
      return l10n.t("symbolic link");
    case "special":
      return l10n.t("not a regular file");
    default:
      return reason satisfies never;
  }
}
