import type {Language} from "../../src/text/language";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** What every view and its host begin with: the view draws nothing before it knows the language. */
type Hello = {readonly type: "hello"};
type Answer = {readonly type: "language"; readonly language: Language};
type Other = {readonly type: ""};

/** The extension's side of a view, and what VS Code keeps for it: a state of another version is none. */
export class Host<FromView, ToView, State extends {readonly version: number}> {
  private readonly api = acquireVsCodeApi();

  constructor(private readonly version: State["version"]) {}

  post(message: FromView | Hello): void {
    this.api.postMessage(message);
  }

  /** Asks for the language, and calls back with the answer. */
  greet(onLanguage: (language: Language) => void): void {
    const listen = ({data}: MessageEvent<Answer | Other>): void => {
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

  load(): State | null {
    const state = this.api.getState() as State | null | undefined;
    return state?.version === this.version ? state : null;
  }

  save(state: State): void {
    this.api.setState(state);
  }
}
