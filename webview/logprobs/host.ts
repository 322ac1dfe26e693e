import {
  type FromView,
  protocolVersion,
  type ScoredText,
  type ToView,
  type ViewState
} from "../../src/features/logprobs/protocol";

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

  listen(receive: (message: ToView) => void): void {
    // Only VS Code's own frame can reach this one with a message.
    addEventListener("message", (event: MessageEvent<ToView>) => receive(event.data));
  }

  load(): ViewState | null {
    const state = this.api.getState() as ViewState | null | undefined;
    return state?.version === protocolVersion ? state : null;
  }

  save(state: ViewState): void {
    const {scored} = state;
    const tooLong = scored !== null && sizeOf(scored) > mostKept;
    this.api.setState(tooLong ? {...state, scored: null} : state);
  }
}

/** About the characters of the JSON: text and labels, and some 40 of numbers and punctuation for every token. */
function sizeOf({text, ids}: ScoredText): number {
  return 2 * text.length + 40 * ids.length;
}
