/**
 * Numbers as people read them, in the language of useLanguage(); English where nobody called it (the headless runner). What
 * programs read is not written with these. The minus is a minus, so that a screen reader says it and columns align.
 */
import * as l10n from "@vscode/l10n";
import {displayLocale} from "./language";

/** A probability, given as its natural logarithm: "36.8 %", "0.0012 %", "2.1 · 10⁻⁷ %". */
export function percent(logprob: number): string {
  const value = Math.exp(logprob) * 100;
  if (value >= 99.95 && value < 100) return percentText(`> ${withDecimalSeparator("99.9")}`);
  if (value >= 9.95) return percentText(withDecimalSeparator(value.toFixed(1)));
  // Two digits, a zero at the end too: columns of them stay even.
  if (value >= 0.001) return percentText(withDecimalSeparator(value.toFixed(1 - Math.floor(Math.log10(value)))));
  if (value === 0) return percentText("0");
  const [digits, exponent] = value.toExponential(1).split("e");
  return percentText(`${withDecimalSeparator(digits ?? "")} · 10${superscript(exponent ?? "")}`);
}

/** Digits with the sign of a hundredth: "36.8 %". */
export function percentText(digits: string): string {
  return l10n.t("{0} %", digits);
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
  return numberSymbols().whole.format(value);
}

/** What is counted in phrases. */
export type Counted = keyof typeof phrases;

/** "1 token", "1,234 tokens": a phrase by itself, or one that stands in a sentence as it is. */
export function plural(value: number, unit: Counted): string {
  return phrases[unit](value === 1, count(value));
}

const phrases = {
  byte: (one: boolean, number: string) => (one ? l10n.t("1 byte") : l10n.t("{0} bytes", number)),
  change: (one: boolean, number: string) => (one ? l10n.t("1 change") : l10n.t("{0} changes", number)),
  character: (one: boolean, number: string) => (one ? l10n.t("1 character") : l10n.t("{0} characters", number)),
  file: (one: boolean, number: string) => (one ? l10n.t("1 file") : l10n.t("{0} files", number)),
  line: (one: boolean, number: string) => (one ? l10n.t("1 line") : l10n.t("{0} lines", number)),
  token: (one: boolean, number: string) => (one ? l10n.t("1 token") : l10n.t("{0} tokens", number))
};

/** Things one after another: "a, b, c". */
export function listText(things: readonly string[]): string {
  return things.reduce((list, thing) =>
    l10n.t({message: "{0}, {1}", args: [list, thing], comment: "A list, and one thing more in it."})
  );
}

/** From here on numbers are written with an exponent. */
export const exponentFrom = 1e6;

/** A number of zero or more with four significant digits, and at most six decimals. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return "∞";
  return withDecimalSeparator(value >= exponentFrom ? value.toPrecision(4) : value.toFixed(decimalsFor(value, 4)));
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
  return Number.isFinite(value) ? withDecimalSeparator(value.toFixed(decimals)) : "∞";
}

/** Bits to read at a glance: "4.2", "45", "1,234". */
export function bitsText(bits: number): string {
  if (!Number.isFinite(bits)) return inBits("∞");
  return inBits(bits < 9.95 ? withDecimalSeparator(bits.toFixed(1)) : count(Math.round(bits)));
}

/** Digits as bits: "6.64 bits". */
export function inBits(digits: string): string {
  return l10n.t("{0} bits", digits);
}

/** "386 bytes", "1.2 MB": powers of ten. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return plural(bytes, "byte");
  const units = ["kB", "MB", "GB"] as const;
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${withDecimalSeparator(value.toFixed(value < 10 ? 1 : 0))} ${units[power - 1]}`;
}

/** A number as toFixed, toPrecision or toExponential write it, with the language's own decimal separator and no digit changed. */
export function withDecimalSeparator(number: string): string {
  return number.replace(".", numberSymbols().point);
}

/** How a language writes numbers. */
interface NumberSymbols {
  readonly locale: string;
  readonly point: string;
  readonly whole: Intl.NumberFormat;
}

let known: NumberSymbols | undefined;

/** Made once for a language: that takes longer than writing thousands of numbers. */
function numberSymbols(): NumberSymbols {
  const locale = displayLocale();
  if (known?.locale !== locale) {
    const point = new Intl.NumberFormat(locale).formatToParts(0.5).find(({type}) => type === "decimal")?.value ?? ".";
    known = {locale, point, whole: new Intl.NumberFormat(locale, {maximumFractionDigits: 0})};
  }
  return known;
}

function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  const text = value.toFixed(digits);
  const size = withDecimalSeparator(text.replace("-", ""));
  return value < 0 && Number(text) !== 0 ? `−${size}` : size;
}

function superscript(exponent: string): string {
  return Array.from(exponent.replace("+", ""), (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)])).join("");
}
