/** A template with a field that the values don't have. */
export class MissingFieldError extends Error {
  constructor(readonly field: string) {
    super(`has no "${field}", which the template names`);
  }
}

const placeholder = /\{\{|\}\}|\{([^{}\n]+)\}/g;

/** Puts values in place of `{name}`. `{{` and `}}` are braces. What stands in a value is left as it is. */
export function fillTemplate(template: string, valueNamed: (name: string) => string | undefined): string {
  return template.replace(placeholder, (found: string, name: string | undefined) => {
    if (name === undefined) return found.charAt(0);
    const value = valueNamed(name);
    if (value === undefined) throw new MissingFieldError(name);
    return value;
  });
}

const escaped = /\\([nrt\\])/g;
const meaning: Readonly<Record<string, string>> = {n: "\n", r: "\r", t: "\t", "\\": "\\"};

/** What `\n`, `\r`, `\t` and `\\` stand for in a command line, where they can't be typed. */
export function unescaped(text: string): string {
  return text.replace(escaped, (_found, letter: string) => meaning[letter] ?? "");
}
