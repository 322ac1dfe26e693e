/** As in package.json. */
export const viewId = "tokenscope.surprisingLines";

/** What a click on a row does; the row itself is its argument. */
export const openRowCommand = "tokenscope.openSurprisingLine";
