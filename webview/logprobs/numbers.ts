/** Numbers as people read them. The minus is a minus, so that a screen reader says it and columns align. */

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

export function nats(value: number): string {
  return fixed(value, 3);
}

export function bits(value: number): string {
  return fixed(value / Math.LN2, 2);
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

function superscript(exponent: string): string {
  return Array.from(exponent.replace("+", ""), (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)])).join("");
}
