/** Documents that show what a model sees of a chat. */
export const promptScheme = "tokenscope-prompt";
