import path from "node:path";
import {setTimeout} from "node:timers/promises";
import type {Browser, Page, Route} from "playwright-core";
import {startBrowser} from "./browser";
import {root} from "./paths";

/** The page's origin. Its scripts and styles are those of dist/webview. */
export const origin = "http://view.test";

/**
 * Replaces VS Code's API: answers the view's greeting with the language, and keeps other messages, and the state across
 * reloads. With `sessionStorage.silent`, it answers only when `answerHello` is called.
 */
const vscodeApi = `
  if (sessionStorage.page !== location.search) {
    sessionStorage.clear();
    sessionStorage.page = location.search;
  }
  globalThis.sent = [];
  globalThis.answerHello = () =>
    postMessage({type: "language", language: JSON.parse(sessionStorage.language ?? '{"locale": "en"}')}, "*");
  globalThis.acquireVsCodeApi = () => ({
    postMessage: (message) => {
      if (message.type === "hello") sessionStorage.silent || answerHello();
      else sent.push(message);
    },
    getState: () => JSON.parse(sessionStorage.state ?? "null"),
    setState: (state) => { sessionStorage.state = JSON.stringify(state); }
  });`;

/** A hang guard for all waits in a page (ms). */
const patience = 120_000;

export interface ViewOptions {
  readonly html: string;
  readonly viewport: {readonly width: number; readonly height: number};
  /** Answers requests for files other than the page's own, and returns whether it did. */
  readonly answer?: (route: Route, file: string) => Promise<boolean>;
}

/** A view in a browser, without VS Code. All tests of a view share a tab, which {@link reopen} resets. */
export class ViewInBrowser<ToView, FromView> {
  /** The page's mistakes: errors, violations of its policy, dialogs. */
  readonly complaints: string[] = [];
  private opened = 0;

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    private readonly options: ViewOptions
  ) {
    page.setDefaultTimeout(patience);
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && this.complaints.push(message.text()));
    page.on("dialog", (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  static async start<ToView, FromView>(options: ViewOptions): Promise<ViewInBrowser<ToView, FromView>> {
    const {html, answer = async () => false} = options;
    const browser = await startBrowser();
    const view = new ViewInBrowser<ToView, FromView>(browser, await browser.newPage(), options);
    await view.page.route(`${origin}/**`, async (route) => {
      const file = new URL(route.request().url()).pathname;
      if (file === "/") await route.fulfill({contentType: "text/html", body: html});
      else if (!(await answer(route, file))) await route.fulfill({path: path.join(root, "dist/webview", file)});
    });
    await view.page.addInitScript(vscodeApi);
    return view;
  }

  /** Loads the page as for a new view, ready for its first message. */
  async reopen(): Promise<void> {
    await this.page.setViewportSize(this.options.viewport);
    await this.page.mouse.move(0, 0);
    // By then the mistakes of the last page have been reported.
    this.page.once("framenavigated", () => {
      this.complaints.length = 0;
    });
    await this.page.goto(`${origin}/?${++this.opened}`);
    await this.until(async () => (await this.sent()).length > 0);
  }

  /** Sends a message like the host. Typed arrays stay typed arrays. */
  async tell(message: ToView): Promise<void> {
    await this.page.evaluate(`postMessage(${arriving(message)}, "*")`);
  }

  /** The view's messages without its greeting. */
  async sent(): Promise<FromView[]> {
    return await this.page.evaluate<FromView[]>("sent");
  }

  /** Polls, because the page's policy forbids Playwright's own way to wait. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await setTimeout(20);
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/** A JavaScript expression for a message. Typed arrays stay typed arrays, as in VS Code. */
function arriving(message: unknown): string {
  const json = JSON.stringify(message, (_key, value: unknown) =>
    ArrayBuffer.isView(value) && !(value instanceof DataView)
      ? {
          array: value.constructor.name,
          numbers: Array.from(value as Float64Array, (it) => (Number.isNaN(it) ? "NaN" : it))
        }
      : value
  );
  return `JSON.parse(${JSON.stringify(json)}, (key, value) => value?.array ? globalThis[value.array].from(value.numbers) : value)`;
}
