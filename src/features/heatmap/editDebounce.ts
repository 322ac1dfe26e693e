/** A text is scored again after this long without an edit (ms). */
export const editDebounce = 600;
