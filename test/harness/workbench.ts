import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import type {BrowserContext, Frame, Locator, Page} from "playwright-core";
import {startBrowser} from "./browser";
import {screenshots} from "./paths";
import {type ServerOptions, startServer, type VsCodeServer} from "./vscodeServer";

/** VS Code's own themes, with the workbench's class for each. */
const themes = {
  light: {name: "Default Light Modern", css: ".monaco-workbench.vs"},
  dark: {name: "Default Dark Modern", css: ".monaco-workbench.vs-dark"},
  highContrast: {name: "Default High Contrast", css: ".monaco-workbench.hc-black"},
  highContrastLight: {name: "Default High Contrast Light", css: ".monaco-workbench.hc-light"}
} as const;

/** A hang guard for all waits (ms), many times what a slow machine needs. */
export const patience = 120_000;

/** Time limit of the first attempt (ms). Each further attempt has a longer one. */
const firstAttempt = 1000;

/** Options of a browser window: size and permissions. */
export const windowOptions = {
  viewport: {width: 1280, height: 800},
  permissions: ["clipboard-read", "clipboard-write"]
};

/** A VS Code that tests use like a person: they look, click and type. */
export class Workbench {
  private constructor(
    public readonly page: Page,
    public readonly server: VsCodeServer,
    /** The open folder. */
    public readonly workspace: string,
    private readonly end: () => Promise<void>
  ) {}

  /** Starts a server on a copy of the workspace, opens it in a browser and waits for the workbench. */
  public static async open(options: ServerOptions): Promise<Workbench> {
    const browser = await startBrowser();
    try {
      const server = await startServer(options);
      const end = async (): Promise<void> => {
        await browser.close();
        await server.stop();
      };
      try {
        return await Workbench.openWindow(await browser.newContext(windowOptions), server, server.workspace, end);
      } catch (error) {
        await server.stop();
        throw error;
      }
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Opens a server's window on a folder and waits for the workbench. Closing it calls `end`. */
  public static async openWindow(
    context: BrowserContext,
    server: VsCodeServer,
    folder: string,
    end: () => Promise<void>
  ): Promise<Workbench> {
    context.setDefaultTimeout(patience);
    const page = await context.newPage();
    const workbench = new Workbench(page, server, folder, end);
    await page.goto(server.address({folder}));
    await workbench.stands();
    // All windows of a browser share the clipboard.
    await page.evaluate("navigator.clipboard.writeText('')");
    return workbench;
  }

  public async close(): Promise<void> {
    await this.end();
  }

  /** Reloads the window by VS Code's command. VS Code would not keep open editors if the page just went away. */
  public async reload(): Promise<void> {
    const text = this.page.locator(".editor-instance .view-lines .view-line").first();
    const hadText = await text.isVisible();
    const loaded = this.page.waitForEvent("load");
    await this.runCommand("Developer: Reload Window");
    await loaded;
    await this.stands();
    // An editor that is being restored gets its old selection back, and loses a newer one.
    if (hadText) await text.waitFor();
  }

  /** Waits for the status bar and the list of files. */
  private async stands(): Promise<void> {
    await this.page.locator(".monaco-workbench .part.statusbar").waitFor();
    await this.page.locator(".explorer-viewlet .monaco-list-row").first().waitFor();
  }

  /** Runs a command by its title, from the palette. Waits for its extension. */
  public async runCommand(title: string): Promise<void> {
    const row = this.page.locator(".quick-input-list .monaco-list-row").filter({hasText: title}).first();
    await this.until(`the palette offers "${title}"`, async (attempt) => {
      await this.page.keyboard.press("F1");
      // The list is not updated when an extension arrives, and something else may close it: another attempt finds the command.
      if ((await this.filled(`>${title}`, attempt)) && (await appears(row, attempt))) return true;
      await this.page.keyboard.press("Escape");
      return undefined;
    });
    await row.click();
  }

  /** Opens a file of the workspace as text. */
  public async openFile(name: string): Promise<void> {
    await this.openEditor(name);
    await this.page.locator(".editor-instance .view-lines .view-line").first().waitFor();
  }

  /** Opens a file of the workspace by name, in its default editor. VS Code needs a moment to find a new file. */
  public async openEditor(name: string): Promise<void> {
    const row = this.page.locator(".quick-input-list .monaco-list-row").filter({hasText: name}).first();
    await this.until(`${name} can be opened`, async (attempt) => {
      await this.page.keyboard.press("Control+P");
      if ((await this.filled(name, attempt)) && (await appears(row, attempt))) return true;
      await this.page.keyboard.press("Escape");
      return undefined;
    });
    await row.click();
    await this.page.locator(".tab.active").filter({hasText: name}).first().waitFor();
  }

  /** Puts the cursor at a line and column, both counted from 1. */
  public async goTo(line: number, column = 1): Promise<void> {
    const there = this.statusBar(new RegExp(`Ln ${line}, Col ${column}\\b`));
    await this.until(`the cursor is in line ${line}`, async (attempt) => {
      await this.focusEditor();
      await this.page.keyboard.press("Control+G");
      await this.quickInput.fill(`:${line}:${column}`);
      await this.page.keyboard.press("Enter");
      return (await appears(there, attempt)) || undefined;
    });
  }

  /** Selects whole lines from first to last, counted from 1. */
  public async selectLines(first: number, last: number): Promise<void> {
    await this.goTo(first);
    // Arrow keys would move by wrapped lines. This command takes whole lines; the last line end is unselected again.
    for (let line = first; line <= last; line++) await this.page.keyboard.press("Control+L");
    await this.page.keyboard.press("Shift+ArrowLeft");
    await this.statusBar(/\(\d+ selected\)/).waitFor();
  }

  /** Waits until the status bar shows this many selected characters. */
  public async waitForSelection(characters: number): Promise<void> {
    await this.selection.waitFor();
    const counted = this.statusBar(`(${characters} selected)`);
    await this.until(`${characters} characters are selected`, async (attempt) => {
      // A view that was clicked may take the focus back.
      await this.focusEditor();
      return (await appears(counted, attempt)) || undefined;
    });
  }

  public async focusEditor(): Promise<void> {
    const focused = this.page.locator(".editor-instance .monaco-editor.focused").first();
    await this.until("the editor has the focus", async (attempt) => {
      await this.page.keyboard.press("Control+1");
      return (await appears(focused, attempt)) || undefined;
    });
  }

  /** Rests the mouse on the selection and returns its hover. */
  public async hoverSelection(): Promise<Locator> {
    const hover = this.page.locator(".monaco-hover .monaco-hover-content").filter({visible: true}).first();
    await this.until("the selection has its hover", async (attempt) => {
      // The editor may redraw its selection at any time, as another element.
      const box = await this.selection.boundingBox({timeout: attempt}).catch(() => null);
      if (box === null) return undefined;
      // Only a moving mouse brings a hover, so it starts beside the selection.
      await this.page.mouse.move(box.x + 2, box.y + 2);
      await this.page.mouse.move(box.x + Math.min(40, box.width / 2), box.y + box.height / 2, {steps: 4});
      return (await appears(hover, attempt)) || undefined;
    });
    return hover;
  }

  /** Rests the mouse on an element until its hover has this text, and returns the hover. */
  public async hover(target: Locator, text: string | RegExp): Promise<Locator> {
    return await this.until(`there is a hover with ${text}`, (attempt) => this.tryHover(target, text, attempt));
  }

  /** One attempt of {@link hover}. */
  public async tryHover(target: Locator, text: string | RegExp, attempt: number): Promise<Locator | undefined> {
    const hover = this.page.locator(".monaco-hover").filter({hasText: text, visible: true}).first();
    // Only a mouse that comes from elsewhere brings a hover.
    await this.page.mouse.move(640, 20);
    await target.hover({timeout: attempt}).catch(() => undefined);
    return (await appears(hover, attempt)) ? hover : undefined;
  }

  /** The status bar item with this text. */
  public statusBar(text: string | RegExp): Locator {
    return this.page.locator(".part.statusbar .statusbar-item").filter({hasText: text}).first();
  }

  /** The notification with this text; its buttons are inside it. */
  public notification(text: string | RegExp): Locator {
    return this.page.locator(".notification-toast").filter({hasText: text}).first();
  }

  /** Chooses a row of the open list until `then` is visible: a list that has just changed ignores a choice. */
  public async choose(text: string | RegExp, then: Locator): Promise<void> {
    const row = this.quickInputWidget.locator(".monaco-list-row").filter({hasText: text}).first();
    await this.until(`"${text}" is chosen`, async (attempt) => {
      await row.click({timeout: attempt}).catch(() => undefined);
      return (await appears(then, attempt)) || undefined;
    });
  }

  /** Presses a button of a notification. Tries again if the click missed, because notifications move. */
  public async pressInNotification(text: string | RegExp, button: string): Promise<void> {
    const pressed = this.notification(text).getByRole("button", {name: button, exact: true});
    await this.until(`"${button}" is pressed`, async (attempt) => {
      await pressed.click({timeout: attempt}).catch(() => undefined);
      return (await isGone(pressed, attempt)) || undefined;
    });
  }

  public async clearNotifications(): Promise<void> {
    await this.runCommand("Notifications: Clear All Notifications");
  }

  /** The quick input: the palette, or a list or input box of a command. */
  public get quickInputWidget(): Locator {
    return this.page.locator(".quick-input-widget").filter({visible: true});
  }

  public async readClipboard(): Promise<string> {
    return this.page.evaluate("navigator.clipboard.readText()");
  }

  /** The ghost text at the cursor. */
  public get ghostText(): Locator {
    return this.page.locator(".editor-instance [class*=ghost-text]").first();
  }

  /** Saves the active editor, and waits until its file has the expected content. */
  public async saved(file: string, expected: (text: string) => boolean): Promise<string> {
    await this.focusEditor();
    return this.until(`${file} is saved`, async () => {
      await this.page.keyboard.press("Control+S");
      const text = this.fileText(file);
      return expected(text) ? text : undefined;
    });
  }

  /** The content of a workspace file on disk. */
  public fileText(file: string): string {
    return readFileSync(path.join(this.workspace, file), "utf8");
  }

  /** The frame of the webview with this visible element. */
  public async webview(css: string): Promise<Frame> {
    return this.until(`a webview shows "${css}"`, async () => {
      for (const frame of this.page.frames())
        if (frame !== this.page.mainFrame() && (await isVisible(frame, css))) return frame;
      return undefined;
    });
  }

  public async setTheme(theme: keyof typeof themes): Promise<void> {
    await this.setSettings({"workbench.colorTheme": themes[theme].name});
    await this.page.locator(themes[theme].css).first().waitFor();
  }

  /** Adds or changes workspace settings. */
  public async setSettings(settings: Record<string, unknown>): Promise<void> {
    const file = path.join(this.workspace, ".vscode/settings.json");
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileSync(file, JSON.stringify({...readSettings(file), ...settings}, null, 2));
  }

  /** Closes the other views in the side bar: one with few pixels of height draws few of its rows. */
  public async closeOtherViews(title: string): Promise<void> {
    const others = this.page
      .locator('.part.sidebar .pane-header[aria-expanded="true"]')
      .filter({visible: true, hasNotText: title});
    while (await others.first().isVisible()) await others.first().click();
  }

  /** Takes a picture for people to look at. Returns its path. */
  public async screenshot(name: string): Promise<string> {
    const file = path.join(screenshots, `${name}.png`);
    mkdirSync(screenshots, {recursive: true});
    await this.page.screenshot({path: file});
    return file;
  }

  /**
   * Repeats `look` until it returns a value. Its argument is the time limit of this attempt (ms), which grows, so that
   * it becomes long enough for the slowest machine.
   */
  public async until<T>(what: string, look: (attempt: number) => Promise<T | undefined>): Promise<T> {
    const started = Date.now();
    let passed = 0;
    while (passed < patience) {
      const seen = await look(Math.max(firstAttempt, passed));
      if (seen !== undefined) return seen;
      await this.page.waitForTimeout(50);
      passed = Date.now() - started;
    }
    const picture = await this.screenshot("waited-in-vain");
    throw new Error(`Waited ${patience / 1000} s in vain until ${what}. What there was to see: ${picture}`);
  }

  /** Writes into the quick input; false where it is not open, or was closed again. */
  private async filled(text: string, timeout: number): Promise<boolean> {
    return await this.quickInput.fill(text, {timeout}).then(
      () => true,
      () => false
    );
  }

  private get selection(): Locator {
    return this.page.locator(".editor-instance .selected-text").filter({visible: true}).first();
  }

  private get quickInput(): Locator {
    return this.page.locator(".quick-input-widget:not(.hidden) input[type=text]").first();
  }
}

function readSettings(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

/** Whether an element becomes visible within the time limit of an attempt of {@link Workbench.until} (ms). */
export async function appears(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({timeout}).then(
    () => true,
    () => false
  );
}

export async function isGone(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({state: "hidden", timeout}).then(
    () => true,
    () => false
  );
}

/** Whether a frame shows an element. A frame that goes away meanwhile shows none. */
async function isVisible(frame: Frame, css: string): Promise<boolean> {
  return frame
    .locator(css)
    .first()
    .isVisible()
    .catch(() => false);
}
