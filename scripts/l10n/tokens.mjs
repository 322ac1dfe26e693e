/**
 * Splits TypeScript into the tokens that the search for texts needs: names, numbers, punctuation, strings and
 * templates. Comments and regular expressions are skipped. A template is a "template" token, a "text" for each of its
 * pieces, the tokens in `${…}`, and an "end".
 *
 * @typedef {{type: "name" | "number" | "punctuation" | "string" | "template" | "text" | "end" | "regex", value: string,
 * line: number}} Token
 */

/** After these words a "/" starts a regular expression; after other names it divides. */
const beforeExpression = new Set(
  "return typeof case in of do else void delete throw new instanceof yield await default extends".split(" ")
);

/**
 * @param {string} source
 * @returns {Token[]}
 */
export function tokensOf(source) {
  /** @type {Token[]} */
  const tokens = [];
  let at = 0;
  let line = 1;
  readCode("");
  return tokens;

  /** Reads up to the matching closing brace (`until` is "}"), or to the end. */
  function readCode(until) {
    let depth = 0;
    while (at < source.length) {
      const character = source[at];
      if (/\s/.test(character)) skip(1);
      else if (source.startsWith("//", at)) skip(lengthOf(/[^\n]*/y));
      else if (source.startsWith("/*", at)) skip(lengthOf(/\/\*[\s\S]*?\*\//y));
      else if (character === '"' || character === "'") readString(character);
      else if (character === "`") readTemplate();
      else if (character === "/" && beginsRegex())
        add("regex", lengthOf(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y));
      else if (/[\w$#@]|[^\0-\x7f]/.test(character))
        add(/\d/.test(character) ? "number" : "name", lengthOf(/(?:[\w$#@]|[^\0-\x7f])+/y));
      else {
        if (character === "{") depth++;
        if (character === "}" && depth-- === 0 && until === "}") return;
        add("punctuation", source.startsWith("=>", at) ? 2 : 1);
      }
    }
  }

  function readString(quote) {
    const raw = source.slice(
      at,
      at + lengthOf(quote === '"' ? /"(?:\\[\s\S]|[^"\\\n])*"/y : /'(?:\\[\s\S]|[^'\\\n])*'/y)
    );
    tokens.push({type: "string", value: cooked(raw.slice(1, -1)), line});
    skip(raw.length);
  }

  function readTemplate() {
    add("template", 1);
    for (;;) {
      const length = lengthOf(/(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y);
      tokens.push({type: "text", value: cooked(source.slice(at, at + length)), line});
      skip(length);
      if (source[at] === "`" || at >= source.length) return add("end", 1);
      skip(2);
      readCode("}");
      skip(1);
    }
  }

  function beginsRegex() {
    const before = tokens.at(-1);
    if (before === undefined) return true;
    if (before.type === "name") return beforeExpression.has(before.value);
    return before.type === "punctuation" && !")]}".includes(before.value);
  }

  function add(type, length) {
    tokens.push({type, value: source.slice(at, at + length), line});
    skip(length);
  }

  /** The length of the token here. At least 1, so that the loop ends. */
  function lengthOf(pattern) {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    return found === null ? 1 : found[0].length;
  }

  function skip(length) {
    for (let end = Math.min(at + length, source.length); at < end; at++) if (source[at] === "\n") line++;
  }
}

/** A string literal's value. */
function cooked(raw) {
  const plain = {n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", 0: "\0"};
  return raw.replace(
    /\\(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2})|(\r\n|[\s\S]))/gi,
    (_, point, unit, byte, other) => {
      const code = point ?? unit ?? byte;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return /[\r\n]/.test(other) ? "" : (plain[other] ?? other);
    }
  );
}
