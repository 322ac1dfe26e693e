/** VS Code's name for this kind of panel, which is none of a command. Apart from the panel, so that little is loaded when VS Code starts. */
export const panelType = "tokenscope.nextToken";
