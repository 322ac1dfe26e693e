import * as vscode from "vscode";
import type {FromView, ToView} from "../../../src/features/logprobs/protocol";
import {until} from "./until";

/**
 * A view (by default the logprobs view) as its host sees it. It records messages and can send some. The real view
 * exists too.
 */
export class WatchedView<To extends {readonly type: string} = ToView, From = FromView> {
  readonly told: To[] = [];
  /** What the real view has said. */
  readonly heard: From[] = [];
  private listener: ((message: From) => void) | undefined;

  constructor(readonly panel: vscode.WebviewPanel) {}

  /** The real panel, for which the extension gets this one. */
  get watched(): vscode.WebviewPanel {
    const webview = (): vscode.Webview =>
      inPlaceOf(this.panel.webview, {
        postMessage: (message: To) => {
          this.told.push(message);
          return this.panel.webview.postMessage(message);
        },
        onDidReceiveMessage: (listener: (message: From) => void) => {
          this.listener = listener;
          return this.panel.webview.onDidReceiveMessage((message: From) => {
            this.heard.push(message);
            listener(message);
          });
        }
      });
    return inPlaceOf(this.panel, {}, {webview});
  }

  say(message: From): void {
    this.listener?.(message);
  }

  /** Waits for the next message of a type since {@link forget}. */
  async hears<Type extends To["type"]>(type: Type): Promise<Extract<To, {type: Type}>> {
    return await until(() => this.told.find((message): message is Extract<To, {type: Type}> => message.type === type));
  }

  forget(): void {
    this.told.length = 0;
  }
}

/** Watches the views opened during a `describe`. */
export function watchViews<To extends {readonly type: string} = ToView, From = FromView>(): () => WatchedView<
  To,
  From
> {
  const create = vscode.window.createWebviewPanel;
  let last: WatchedView<To, From> | undefined;
  before(() => {
    const watch: typeof create = (...parameters) => {
      last = new WatchedView(create(...parameters));
      return last.watched;
    };
    Reflect.set(vscode.window, "createWebviewPanel", watch);
  });
  after(() => Reflect.set(vscode.window, "createWebviewPanel", create));
  return () => {
    if (last === undefined) throw new Error("No view has been opened.");
    return last;
  };
}

/**
 * An object of VS Code's with replaced methods. The object's private fields work only on itself, so calls are
 * forwarded.
 */
function inPlaceOf<T extends object>(
  original: T,
  methods: {[K in keyof T]?: unknown},
  getters: {[K in keyof T]?: () => T[K]} = {}
): T {
  return new Proxy(original, {
    get: (target, key) => {
      const name = key as keyof T;
      const getter = getters[name];
      if (getter) return getter();
      const value: unknown = methods[name] ?? target[name];
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target)
  });
}
