/** VS Code's name for this kind of panel. */
export const panelType = "tokenscope.promptTests";
