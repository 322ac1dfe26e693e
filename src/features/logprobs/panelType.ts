/** VS Code's name for this kind of panel. A file of its own, because activation needs no more of the protocol. */
export const panelType = "tokenscope.logprobs";
