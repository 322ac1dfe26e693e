import {readFileSync} from "node:fs";
import path from "node:path";
import type {Page} from "playwright-core";
import {root} from "./paths";

export const themeNames = ["dark", "light", "highContrast", "highContrastLight"] as const;
export type ThemeName = (typeof themeNames)[number];

/** The classes of a webview's body and the variables of its page in VS Code's own themes, as far as our views use them. */
interface Theme {
  readonly class: string;
  readonly colours: Readonly<Record<string, string>>;
}

/** Gives a view in a browser the colours that VS Code gives it in one of its themes. */
export async function setTheme(page: Page, name: ThemeName): Promise<void> {
  const themes: Record<ThemeName, Theme> = JSON.parse(
    readFileSync(path.join(root, "test/fixtures/themes.json"), "utf8")
  );
  await page.evaluate(`(({class: classes, colours}) => {
    const {style} = document.documentElement;
    for (const name of Array.from(style).filter((one) => one.startsWith("--vscode-"))) style.removeProperty(name);
    for (const [name, value] of Object.entries(colours)) style.setProperty(name, value);
    style.background = "var(--vscode-editor-background)";
    const own = [...document.body.classList].filter((one) => !one.startsWith("vscode-"));
    document.body.className = [...own, classes].join(" ");
  })(${JSON.stringify(themes[name])})`);
}
