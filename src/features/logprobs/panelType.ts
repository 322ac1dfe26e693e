/** VS Code's name for this kind of panel. In a file of its own, because it is needed at activation. */
export const panelType = "tokenscope.logprobs";
