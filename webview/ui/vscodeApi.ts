import type {Hello, LanguageAnswer} from "../../src/contract/webview";
import type {Language} from "../../src/text/language";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** A view's messages to and from the extension host, and the state that VS Code keeps for it. */
export class VsCodeBridge<FromView, ToView, State extends {readonly version: number}> {
  private readonly api = acquireVsCodeApi();

  constructor(private readonly version: State["version"]) {}

  post(message: FromView | Hello): void {
    this.api.postMessage(message);
  }

  /** Asks for the language, and calls back with the answer. */
  greet(onLanguage: (language: Language) => void): void {
    const listen = ({data}: MessageEvent<LanguageAnswer | {readonly type: ""}>): void => {
      if (data.type !== "language") return;
      removeEventListener("message", listen);
      onLanguage(data.language);
    };
    addEventListener("message", listen);
    this.post({type: "hello"});
  }

  listen(receive: (message: ToView) => void): void {
    // Nothing is checked: only VS Code's own frame can post messages to this one.
    addEventListener("message", ({data}: MessageEvent<ToView>) => receive(data));
  }

  /** The state that was saved; null where there is none or another version of the view saved it. */
  load(): State | null {
    const state = this.api.getState() as State | null | undefined;
    return state?.version === this.version ? state : null;
  }

  save(state: State): void {
    this.api.setState(state);
  }
}
