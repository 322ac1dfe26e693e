/**
 * Numbers for people, in the language that useLanguage() sets; English without it (the headless runner). Not for output
 * that programs read. Negative numbers have a real minus sign, so that screen readers say it and columns align.
 */
import * as l10n from "@vscode/l10n";
import {displayLocale} from "./language";

/** A probability, given as its natural logarithm: "36.8 %", "0.0012 %", "2.1 · 10⁻⁷ %". */
export function percent(logprob: number): string {
  const value = Math.exp(logprob) * 100;
  if (value >= 99.95 && value < 100) return percentText(`> ${withDecimalSeparator("99.9")}`);
  if (value >= 9.95) return percentText(withDecimalSeparator(value.toFixed(1)));
  // Two digits, with a trailing zero, so that columns align.
  if (value >= 0.001) return percentText(withDecimalSeparator(value.toFixed(1 - Math.floor(Math.log10(value)))));
  if (value === 0) return percentText("0");
  const [digits, exponent] = value.toExponential(1).split("e");
  return percentText(`${withDecimalSeparator(digits ?? "")} · 10${superscript(exponent ?? "")}`);
}

/** Digits with a percent sign: "36.8 %". */
export function percentText(digits: string): string {
  return l10n.t("{0} %", digits);
}

/** A value in nats: "−4.605". */
export function nats(value: number): string {
  return fixed(value, 3);
}

/** Converts nats to bits: "6.64". */
export function bits(value: number): string {
  return fixed(value / Math.LN2, 2);
}

/** A whole number: "1,234". */
export function count(value: number): string {
  return numberSymbols().whole.format(value);
}

/** A thing that {@link plural} can count. */
export type Counted = keyof typeof phrases;

/** "1 token", "1,234 tokens": for use alone, or unchanged in a sentence. */
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

/** Joins a list: "a, b, c". */
export function listText(things: readonly string[]): string {
  return things.reduce((list, thing) =>
    l10n.t({message: "{0}, {1}", args: [list, thing], comment: "A list, and its next item."})
  );
}

/** Numbers from here on are written with an exponent. */
export const exponentFrom = 1e6;

/** A number, not negative, with four significant digits and at most six decimals: "2.381", "2,381". */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return "∞";
  if (value >= exponentFrom) return withDecimalSeparator(value.toPrecision(4));
  return grouped(value, decimalsFor(value, 4));
}

/** A number, not negative, with separators between its thousands. */
export function grouped(value: number, decimals: number): string {
  const [whole = "", fraction] = value.toFixed(decimals).split(".");
  return fraction === undefined ? count(Number(whole)) : `${count(Number(whole))}${numberSymbols().point}${fraction}`;
}

/** The number of decimals, 0 to 6, that shows `digits` significant digits of the rounded value. */
export function decimalsFor(value: number, digits: number): number {
  const rounded = Number(value.toPrecision(digits));
  if (rounded === 0) return digits - 1;
  return Math.min(6, Math.max(0, digits - 1 - Math.floor(Math.log10(rounded))));
}

/** A number with a fixed number of decimals; "–" for a missing value. */
export function decimal(value: number | null, decimals: number): string {
  if (value === null) return "–";
  return Number.isFinite(value) ? withDecimalSeparator(value.toFixed(decimals)) : "∞";
}

/** Bits, rounded to be read at a glance: "4.2 bits", "45 bits", "1,234 bits". */
export function bitsText(bits: number): string {
  if (!Number.isFinite(bits)) return inBits("∞");
  return inBits(bits < 9.95 ? withDecimalSeparator(bits.toFixed(1)) : count(Math.round(bits)));
}

/** Digits with the unit: "6.64 bits". */
export function inBits(digits: string): string {
  return l10n.t("{0} bits", digits);
}

/** A size: "386 bytes", "1.2 MB". Units are powers of ten. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return plural(bytes, "byte");
  const units = ["kB", "MB", "GB"] as const;
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${withDecimalSeparator(value.toFixed(value < 10 ? 1 : 0))} ${units[power - 1]}`;
}

/** Replaces the point in the output of toFixed, toPrecision or toExponential by the language's decimal separator. */
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

/** Cached per language: making the format takes longer than writing thousands of numbers. */
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
