/**
 * Numbers as people read them, alike in every locale. The minus is a minus, so that a screen reader says it and columns
 * align.
 */

/** A probability, given as its natural logarithm: "36.8 %", "0.0012 %", "2.1 · 10⁻⁷ %". */
export function percent(logprob: number): string {
  const value = Math.exp(logprob) * 100;
  if (value >= 99.95 && value < 100) return "> 99.9 %";
  if (value >= 9.95) return `${value.toFixed(1)} %`;
  // Two digits, a zero at the end too: columns of them stay even.
  if (value >= 0.001) return `${value.toFixed(1 - Math.floor(Math.log10(value)))} %`;
  if (value === 0) return "0 %";
  const [digits, exponent] = value.toExponential(1).split("e");
  return `${digits} · 10${superscript(exponent ?? "")} %`;
}

/** Natural logarithms as they are: "−4.605". */
export function nats(value: number): string {
  return fixed(value, 3);
}

/** Nats in bits: "6.64". */
export function bits(value: number): string {
  return fixed(value / Math.LN2, 2);
}

/** A whole number: "1,234". */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 token", "1,234 tokens". */
export function plural(value: number, unit: string): string {
  return `${count(value)} ${unit}${value === 1 ? "" : "s"}`;
}

/** From here on numbers are written with an exponent. */
export const largest = 1e6;

/** A number of zero or more with four significant digits, and at most six decimals. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return "∞";
  return value >= largest ? value.toPrecision(4) : value.toFixed(decimalsFor(value, 4));
}

/** Decimals, 0 to 6, that show so many significant digits of the value once it is rounded to them. */
export function decimalsFor(value: number, digits: number): number {
  const rounded = Number(value.toPrecision(digits));
  if (rounded === 0) return digits - 1;
  return Math.min(6, Math.max(0, digits - 1 - Math.floor(Math.log10(rounded))));
}

/** So many decimals; "–" for what has no value. */
export function decimal(value: number | null, decimals: number): string {
  if (value === null) return "–";
  return Number.isFinite(value) ? value.toFixed(decimals) : "∞";
}

/** Bits to read at a glance: "4.2", "45", "1,234". */
export function bitsText(bits: number): string {
  if (!Number.isFinite(bits)) return "∞ bits";
  return bits < 9.95 ? `${bits.toFixed(1)} bits` : `${count(Math.round(bits))} bits`;
}

/** "386 bytes", "1.2 MB": powers of ten. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return plural(bytes, "byte");
  const units = ["kB", "MB", "GB"] as const;
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[power - 1]}`;
}

function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

function superscript(exponent: string): string {
  return Array.from(exponent.replace("+", ""), (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)])).join("");
}
