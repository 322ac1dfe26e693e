import {
  type FromView,
  type KeptText,
  keptText,
  protocolVersion,
  type ScoredText,
  type ToView,
  type ViewState
} from "../../src/features/logprobs/protocol";
import type {Language} from "../../src/metrics/language";

interface VsCodeApi {
  postMessage(message: FromView): void;
  getState(): unknown;
  setState(state: ViewState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** Characters of JSON that VS Code is given to keep. A longer text is scored again after a reload. */
const mostKept = 2_000_000;

/** The extension's side of this view, and what VS Code keeps for it. */
export class Host {
  private readonly api = acquireVsCodeApi();

  post(message: FromView): void {
    this.api.postMessage(message);
  }

  /** Asks for the language, and calls back with the answer. */
  greet(onLanguage: (language: Language) => void): void {
    const listen = ({data}: MessageEvent<ToView>): void => {
      if (data.type !== "language") return;
      removeEventListener("message", listen);
      onLanguage(data.language);
    };
    addEventListener("message", listen);
    this.post({type: "hello"});
  }

  listen(receive: (message: ToView) => void): void {
    // Only VS Code's own frame can reach this one with a message.
    addEventListener("message", (event: MessageEvent<ToView>) => receive(event.data));
  }

  load(): ViewState | null {
    const state = this.api.getState() as ViewState | null | undefined;
    return state?.version === protocolVersion ? state : null;
  }

  save(state: ViewState): void {
    this.api.setState(state);
  }
}

/** What VS Code is given to keep of a text; null where that is too much. */
export function toKeep(scored: ScoredText): KeptText | null {
  return sizeOf(scored) > mostKept ? null : keptText(scored);
}

/** About the characters of the JSON: the text, once more as token texts, and some 40 more for every token. */
function sizeOf({text, texts, ids}: ScoredText): number {
  return (texts ? 2 : 1) * text.length + 40 * ids.length;
}
