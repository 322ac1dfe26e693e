/** VS Code's type of the panel. */
export const panelType = "tokenscope.tokenizer";
