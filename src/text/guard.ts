import * as v from "valibot";

/**
 * Checks of values from outside: messages of views, files, servers, agents. Not for code that runs when VS Code starts: it would
 * load the library.
 */

/** A count, an index or an offset. */
export const wholeNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/**
 * An array whose items pass a check. A plain loop, for arrays with an item for each token: the library makes an object for each
 * item.
 */
export function arrayOf<T>(isItem: (item: unknown) => item is T): v.GenericSchema<unknown, readonly T[]> {
  return v.custom<readonly T[]>((value) => Array.isArray(value) && value.every(isItem));
}

/** The value with the fields of its schema only; null if it does not match. */
export function parsed<Output>(schema: v.GenericSchema<unknown, Output>, value: unknown): Output | null {
  const result = v.safeParse(schema, value, {abortEarly: true});
  return result.success ? result.output : null;
}
