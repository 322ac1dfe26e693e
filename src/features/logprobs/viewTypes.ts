/** VS Code's name for this kind of panel. Apart from protocol.ts, which would load the metrics when VS Code starts. */
export const panelType = "tokenscope.logprobs";
