/** As in package.json. */
export const viewId = "tokenscope.evaluation";
