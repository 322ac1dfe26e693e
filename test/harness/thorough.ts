/** Set by `npm run test:thorough` (`TOKENSCOPE_THOROUGH=1`): random tests try many cases, and all vocabularies. */
export const thorough = process.env["TOKENSCOPE_THOROUGH"] === "1";

/** The number of random cases of a test: few to check its rule, or many to search for new failures. */
export function cases(quick: number, many: number): number {
  return thorough ? many : quick;
}
