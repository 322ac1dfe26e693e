/** The panel that a command opens. */
export const panelType = "tokenscope.modelInfo";

/** The editor of .gguf files; its tabs are named by VS Code. */
export const editorType = "tokenscope.gguf";
