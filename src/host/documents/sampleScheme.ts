/** URI scheme of the walkthrough's samples. No other files can be written there. */
export const sampleScheme = "tokenscope-sample";
