import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import {type Checksum, digestOf, sizeOf} from "./disk";
import {isWholeGguf} from "./ggufHeader";

/**
 * Verifies a downloaded file before it gets its final name.
 *
 * @param onBytes hears how many more bytes were looked at: all of them in the end
 * @throws EngineError wrongContent
 */
export async function verify(
  file: string,
  {bytes, checksum, gguf}: {readonly bytes: number; readonly checksum: Checksum | null; readonly gguf: boolean},
  onBytes: (bytes: number) => void,
  signal: AbortSignal
): Promise<void> {
  if ((await sizeOf(file)) !== bytes)
    throw wrong(l10n.t("The file that was downloaded has the wrong size, so it was removed: download it again."));
  if (checksum === null) onBytes(bytes);
  else if ((await digestOf(file, checksum.algorithm, onBytes, signal)) !== checksum.digest)
    throw wrong(
      l10n.t(
        "The file that was downloaded has the wrong checksum, so it was removed: download it again, or from elsewhere."
      )
    );
  if (gguf && !(await isWholeGguf(file, signal)))
    throw wrong(
      l10n.t("The file that was downloaded is no whole GGUF model, so it was removed: choose another model.")
    );
}

function wrong(message: string): EngineError {
  return new EngineError("wrongContent", message);
}
