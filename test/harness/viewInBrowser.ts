import path from "node:path";
import {setTimeout} from "node:timers/promises";
import type {Browser, Page, Route} from "playwright-core";
import {startBrowser} from "./browser";
import {root} from "./paths";

/** Where the page comes from: its scripts and styles are those of dist/webview. */
export const origin = "http://view.test";

/**
 * Stands for VS Code: answers the view's greeting with the language, keeps what else is posted, and the state over reloads.
 * Where `sessionStorage.silent` is set, it answers when `answerHello` is called.
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

/** Milliseconds after which something in a page never comes. */
const patience = 120_000;

export interface ViewOptions {
  readonly html: string;
  readonly viewport: {readonly width: number; readonly height: number};
  /** Answers requests for other files than the page's own: true where it has. */
  readonly answer?: (route: Route, file: string) => Promise<boolean>;
}

/** A view in a browser, without VS Code. One tab for all tests of a view, which are given the page as new by {@link reopen}. */
export class ViewInBrowser<ToView, FromView> {
  /** What the page did wrong: errors, what its policy refused, dialogs. */
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

  /** The page as it is when a view is opened for the first time, ready to be told what to show. */
  async reopen(): Promise<void> {
    await this.page.setViewportSize(this.options.viewport);
    await this.page.mouse.move(0, 0);
    // What the page before it did wrong has been told by then.
    this.page.once("framenavigated", () => {
      this.complaints.length = 0;
    });
    await this.page.goto(`${origin}/?${++this.opened}`);
    await this.until(async () => (await this.sent()).length > 0);
  }

  /** Sends a message as the host does: typed arrays arrive as such. */
  async tell(message: ToView): Promise<void> {
    await this.page.evaluate(`postMessage(${arriving(message)}, "*")`);
  }

  /** What the view has posted, but for its greeting. */
  async sent(): Promise<FromView[]> {
    return await this.page.evaluate<FromView[]>("sent");
  }

  /** The page's policy refuses what Playwright's own waiting evaluates. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await setTimeout(20);
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/** An expression for a message as it arrives in a view: VS Code leaves typed arrays what they are. */
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
