/** The view's id in package.json. */
export const viewId = "tokenscope.folderTokens";
