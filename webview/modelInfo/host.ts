import {type FromView, protocolVersion, type ToView, type ViewState} from "../../src/features/modelInfo/protocol";

import type {Language} from "../../src/metrics/language";

interface VsCodeApi {
  postMessage(message: FromView): void;
  getState(): unknown;
  setState(state: ViewState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

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
