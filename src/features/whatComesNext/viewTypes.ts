/** VS Code's name for this kind of panel. Apart from the panel, so that little is loaded when VS Code starts. */
export const panelType = "tokenscope.next";
