import * as l10n from "@vscode/l10n";
import {EngineError} from "../../../contract/errors";

/** The weights are damaged, or the device is: no number that is shown comes of it. */
export function noNumbers(): EngineError {
  return new EngineError(
    "wrongNumbers",
    l10n.t(
      "The model answers with no numbers (NaN): its file is damaged, or its device computes wrongly. Choose another model or set tokenscope.gpu to off."
    )
  );
}
