/** Where the walkthrough's samples are documents: no folder to write anything else into. */
export const sampleScheme = "tokenscope-sample";
