export const reportScheme = "tokenscope-evaluation";
