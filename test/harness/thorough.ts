/** `TOKENSCOPE_THOROUGH=1`, which `npm run test:thorough` sets: random tests try many cases, and all vocabularies. */
export const thorough = process.env["TOKENSCOPE_THOROUGH"] === "1";

/** How many random cases a test tries: a few that hold its rule, or many that look for what nobody has thought of. */
export function cases(quick: number, many: number): number {
  return thorough ? many : quick;
}
