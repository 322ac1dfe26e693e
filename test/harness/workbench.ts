import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import path from "node:path";
import type {Browser, Frame, Locator, Page} from "playwright-core";
import {startBrowser} from "./browser";
import {screenshots} from "./paths";
import {type ServerOptions, startServer, type VsCodeServer} from "./vscodeServer";

/** VS Code's own themes, by what they are for, with the class that the workbench wears under each. */
const themes = {
  light: {name: "Default Light Modern", css: ".monaco-workbench.vs"},
  dark: {name: "Default Dark Modern", css: ".monaco-workbench.vs-dark"},
  highContrast: {name: "Default High Contrast", css: ".monaco-workbench.hc-black"},
  highContrastLight: {name: "Default High Contrast Light", css: ".monaco-workbench.hc-light"}
} as const;

const patience = 30_000;

/** A VS Code that tests use as a person does: they look, click and type. */
export class Workbench {
  private constructor(
    public readonly page: Page,
    public readonly server: VsCodeServer,
    private readonly browser: Browser
  ) {}

  /** Starts a server on a copy of the workspace, opens it in a browser and waits until the workbench stands. */
  public static async open(options: ServerOptions): Promise<Workbench> {
    const browser = await startBrowser();
    try {
      const server = await startServer(options);
      try {
        const context = await browser.newContext({
          viewport: {width: 1280, height: 800},
          permissions: ["clipboard-read", "clipboard-write"]
        });
        const page = await context.newPage();
        const workbench = new Workbench(page, server, browser);
        await page.goto(server.address());
        await workbench.stands();
        return workbench;
      } catch (error) {
        await server.stop();
        throw error;
      }
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  public async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
  }

  /** Loads the window anew. VS Code keeps what is open when it is asked to, not when its page just goes away. */
  public async reload(): Promise<void> {
    const text = this.page.locator(".editor-instance .view-lines .view-line").first();
    const hadText = await text.isVisible();
    const loaded = this.page.waitForEvent("load", {timeout: patience});
    await this.runCommand("Developer: Reload Window");
    await loaded;
    await this.stands();
    // An editor that is still being restored takes its old selection, whatever was selected meanwhile.
    if (hadText) await text.waitFor({timeout: patience});
  }

  /** Waits for the parts that a person would wait for: the status bar and the files. */
  private async stands(): Promise<void> {
    await this.page.locator(".monaco-workbench .part.statusbar").waitFor({timeout: patience});
    await this.page.locator(".explorer-viewlet .monaco-list-row").first().waitFor({timeout: patience});
  }

  /** Runs a command by its title, from the palette. Waits for the extension that brings it. */
  public async runCommand(title: string): Promise<void> {
    const row = this.page.locator(".quick-input-list .monaco-list-row").filter({hasText: title}).first();
    await this.until(`the palette offers "${title}"`, async () => {
      await this.page.keyboard.press("F1");
      await this.quickInput.fill(`>${title}`);
      // The list is not asked again when an extension arrives, so neither is it waited for too long.
      if (await appears(row, 1500)) return true;
      await this.page.keyboard.press("Escape");
      return undefined;
    });
    await row.click();
  }

  /** Opens a file of the workspace as text. */
  public async openFile(name: string): Promise<void> {
    await this.openEditor(name);
    await this.page.locator(".editor-instance .view-lines .view-line").first().waitFor({timeout: patience});
  }

  /** Opens a file of the workspace by its name, in whatever editor is for it. A new file takes a moment until VS Code finds it. */
  public async openEditor(name: string): Promise<void> {
    const row = this.page.locator(".quick-input-list .monaco-list-row").filter({hasText: name}).first();
    await this.until(`${name} can be opened`, async () => {
      await this.page.keyboard.press("Control+P");
      await this.quickInput.fill(name);
      if (await appears(row, 2000)) return true;
      await this.page.keyboard.press("Escape");
      return undefined;
    });
    await row.click();
    await this.page.locator(".tab.active").filter({hasText: name}).first().waitFor({timeout: patience});
  }

  /** Puts the cursor at a line and column, both counted from 1. */
  public async goTo(line: number, column = 1): Promise<void> {
    await this.focusEditor();
    await this.page.keyboard.press("Control+G");
    await this.quickInput.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.statusBar(new RegExp(`Ln ${line}, Col ${column}\\b`)).waitFor({timeout: patience});
  }

  /** Selects whole lines, counted from 1, both included. */
  public async selectLines(first: number, last: number): Promise<void> {
    await this.goTo(first);
    // Arrow keys would go by lines as they are wrapped; this takes whole ones, with the last one's end, which goes again.
    for (let line = first; line <= last; line++) await this.page.keyboard.press("Control+L");
    await this.page.keyboard.press("Shift+ArrowLeft");
    await this.statusBar(/\(\d+ selected\)/).waitFor({timeout: patience});
  }

  /** What is selected in the first editor, as its status bar counts it. */
  public async waitForSelection(characters: number): Promise<void> {
    await this.selection.waitFor({timeout: patience});
    await this.focusEditor();
    await this.statusBar(`(${characters} selected)`).waitFor({timeout: patience});
  }

  public async focusEditor(): Promise<void> {
    await this.page.keyboard.press("Control+1");
    await this.page.locator(".editor-instance .monaco-editor.focused").first().waitFor({timeout: patience});
  }

  /** Rests the mouse on the selection and returns the hover that comes. */
  public async hoverSelection(): Promise<Locator> {
    // The editor draws its selection anew whenever it likes: between two looks it may be another element.
    const box = await this.until(
      "something is selected in the editor",
      async () => (await this.selection.boundingBox({timeout: 1000}).catch(() => null)) ?? undefined
    );
    // Beside the place first: only a mouse that moves makes a hover.
    await this.page.mouse.move(box.x + 2, box.y + 2);
    await this.page.mouse.move(box.x + Math.min(40, box.width / 2), box.y + box.height / 2, {steps: 4});
    const hover = this.page.locator(".monaco-hover .monaco-hover-content").filter({visible: true}).first();
    await hover.waitFor({timeout: patience});
    return hover;
  }

  /** The status bar item that shows such a text. */
  public statusBar(text: string | RegExp): Locator {
    return this.page.locator(".part.statusbar .statusbar-item").filter({hasText: text}).first();
  }

  /** The notification that shows such a text; its buttons are inside it. */
  public notification(text: string | RegExp): Locator {
    return this.page.locator(".notification-toast").filter({hasText: text}).first();
  }

  /** The list or input in the middle of the window: the palette's, or one that a command has opened. */
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

  /** Saves the active editor, and waits until its file holds what is expected. */
  public async saved(file: string, expected: (text: string) => boolean): Promise<string> {
    await this.focusEditor();
    await this.page.keyboard.press("Control+S");
    return this.until(`${file} is saved`, async () => {
      const text = this.fileText(file);
      return expected(text) ? text : undefined;
    });
  }

  /** What a file of the workspace holds on disk. */
  public fileText(file: string): string {
    return readFileSync(path.join(this.server.workspace, file), "utf8");
  }

  /** The frame of a webview that holds a visible element like this. */
  public async webview(css: string): Promise<Frame> {
    return this.until(`a webview shows "${css}"`, async () => {
      for (const frame of this.page.frames())
        if (frame !== this.page.mainFrame() && (await isVisible(frame, css))) return frame;
      return undefined;
    });
  }

  public async setTheme(theme: keyof typeof themes): Promise<void> {
    await this.setSettings({"workbench.colorTheme": themes[theme].name});
    await this.page.locator(themes[theme].css).first().waitFor({timeout: patience});
  }

  /** Changes settings of the workspace, beside those it has. */
  public async setSettings(settings: Record<string, unknown>): Promise<void> {
    const file = path.join(this.server.workspace, ".vscode/settings.json");
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileSync(file, JSON.stringify({...readSettings(file), ...settings}, null, 2));
  }

  /** Takes a picture, for people to judge what no assertion can. Returns its path. */
  public async screenshot(name: string): Promise<string> {
    const file = path.join(screenshots, `${name}.png`);
    mkdirSync(screenshots, {recursive: true});
    await this.page.screenshot({path: file});
    return file;
  }

  /** Looks until there is something to see. */
  public async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      const seen = await look();
      if (seen !== undefined) return seen;
      await this.page.waitForTimeout(100);
    }
    const picture = await this.screenshot("waited-in-vain");
    throw new Error(`Waited ${patience / 1000} s in vain until ${what}. What there was to see: ${picture}`);
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

async function appears(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({timeout}).then(
    () => true,
    () => false
  );
}

/** A frame may go away while it is asked: then it shows nothing. */
async function isVisible(frame: Frame, css: string): Promise<boolean> {
  return frame
    .locator(css)
    .first()
    .isVisible()
    .catch(() => false);
}
