/** VS Code's type of the panel that the command opens. */
export const panelType = "tokenscope.modelInfo";

/** VS Code's type of the editor for .gguf files. VS Code names its tabs. */
export const editorType = "tokenscope.gguf";
