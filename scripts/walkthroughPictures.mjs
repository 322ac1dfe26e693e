// Draws the walkthrough's pictures: its samples with the demonstration model's results, in the theme's colours, which
// VS Code passes to SVGs as variables. They have no words to translate.
// usage: npm run build && node scripts/walkthroughPictures.mjs
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {root} from "./root.mjs";

const folder = path.join(root, "media/walkthrough");
const temporary = mkdtempSync(path.join(tmpdir(), "tokenscope-pictures-"));

/** Sizes in pixels. */
const [width, height, margin] = [460, 360, 14];
const [letter, lineHeight] = [7.5, 22];

/** The steps of probability in the picture, the least probable first. Tokens of 50 % and more are plain. */
const buckets = [
  {name: "P0", below: 0.001, dashes: "none", line: 3},
  {name: "P01", below: 0.01, dashes: "none", line: 1},
  {name: "P1", below: 0.1, dashes: "5 3", line: 1},
  {name: "P10", below: 0.5, dashes: "1 2", line: 1}
];

const [, reads] = paragraphs("tokens.md");
const [, plain, odd] = paragraphs("perplexity.md");

try {
  write("tokens", tokensPicture(reads));
  write("perplexity", perplexityPicture([plain, odd]));
  write("logprobs", logprobsPicture(sample("logprobs.ts").trimEnd()));
  write("completion", completionPicture(paragraphs("completion.ts")));
  write("model", modelPicture());
} finally {
  rmSync(temporary, {recursive: true});
}

/** A selected sentence, its first tokens with their ids as in the hover, and their number in the status bar. */
function tokensPicture(content) {
  const {tokens} = ask("tokenize", content);
  const lines = wrapped(content, 57);
  const selected = lines.map((line, row) => {
    const y = 16 + row * lineHeight;
    return [
      box(margin - 2, y, line.text.length * letter + 4, lineHeight, colour("editor-selectionBackground")),
      text(line.text, margin, y + 16, colour("editor-selectionForeground", colour("editor-foreground")))
    ];
  });
  const top = 30 + lines.length * lineHeight;
  const small = 5.6;
  let [x, y] = [margin + 12, top + 14];
  const chips = tokens.slice(0, 24).map(({text: token, id}) => {
    const label = visible(token);
    const [chip, number] = [[...label].length * letter + 10, String(id).length * small];
    if (x + chip + number > width - margin - 8) [x, y] = [margin + 12, y + 34];
    const drawn = [
      box(x, y, chip, 22, colour("textPreformat-background", colour("textCodeBlock-background")), {rx: 4}),
      text(label, x + 5, y + 15, colour("textPreformat-foreground")),
      text(String(id), x + chip + 2, y + 21, colour("descriptionForeground"), {advance: small, size: 9.5})
    ];
    x += chip + number + 10;
    return drawn;
  });
  const hover = box(margin, top, width - 2 * margin, y + 40 - top, colour("editorHoverWidget-background"), {
    rx: 4,
    stroke: colour("editorHoverWidget-border", colour("contrastBorder"))
  });
  const [bar, ink] = [height - 40, colour("statusBar-foreground")];
  const statusBar = [
    box(margin, bar, width - 2 * margin, 30, colour("statusBar-background"), {
      stroke: colour("statusBar-border", colour("panel-border"))
    }),
    text("abc", width - 94, bar + 18, ink, {advance: 6, size: 10}),
    line(width - 94, bar + 21.5, 18, {stroke: ink}),
    text(String(tokens.length), width - 70, bar + 20, ink, {advance: 9, size: 15}),
    box(width - 102, bar + 3, 60, 24, "none", {rx: 3, stroke: colour("focusBorder"), "stroke-width": 1.5})
  ];
  return [selected, hover, chips, text("…", x, y + 15, colour("descriptionForeground")), statusBar];
}

/** Sentences, the surprisal of each of their tokens as a bar above it, and their perplexities. */
function perplexityPicture(sentences) {
  return sentences.map((content, index) => {
    const {tokens, perplexity, standardError} = ask("score", content);
    const top = 60 + index * 140;
    const lines = wrapped(content, 48);
    const drawn = lines.map((part, row) => {
      const base = top + 34 + row * 54;
      const bars = tokens
        // A token starts with the space before its word. Its bar stands at the word.
        .map((token) => ({...token, word: token.start + token.text.length - token.text.trimStart().length}))
        .filter(({word}) => word >= part.start && word < part.end)
        .map(({text: token, start, logprob}) => {
          const tall = Math.max(1, (-logprob / Math.LN2) * 2.2);
          const from = Math.max(start, part.start) - part.start;
          const fill = colour(logprob < Math.log(0.001) ? "charts-red" : "charts-blue");
          const wide = (start + token.length - part.start - from) * letter - 2;
          return box(margin + from * letter + 1, base - tall, wide, tall, fill);
        });
      return [bars, text(part.text, margin, base + 16, colour("editor-foreground"))];
    });
    return [
      drawn,
      text(threeDigits(perplexity), margin, top + 84, colour("editor-foreground"), {advance: 17, size: 28}),
      text(`± ${threeDigits(standardError)}`, 108, top + 84, colour("descriptionForeground"), {advance: 9, size: 15})
    ];
  });
}

/** A function with coloured tokens, and what the model expected instead of the odd one. */
function logprobsPicture(content) {
  const {tokens} = ask("score", content, "--top", "5");
  const lines = content.split("\n");
  const starts = lines.map((_, row) => lines.slice(0, row).join("\n").length + (row === 0 ? 0 : 1));
  const placed = tokens.flatMap((token) => {
    const shown = token.text.replace(/\n$/, "");
    const row = starts.findLastIndex((start) => start <= token.start);
    return shown === ""
      ? []
      : [{token, shown, x: margin + (token.start - starts[row]) * letter, y: 2 + row * lineHeight}];
  });
  const flow = placed.map(({token, shown, x, y}) => {
    const bucket = buckets.find(({below}) => Math.exp(token.logprob) < below);
    const wide = shown.length * letter;
    if (!bucket) return text(shown, x, y + 15, colour("editor-foreground"));
    const {name, dashes, line: thick} = bucket;
    return [
      box(x, y, wide, lineHeight - 2, colour(`tokenscope-heatmap${name}Background`)),
      line(x, y + lineHeight - 3, wide, {
        stroke: colour(`tokenscope-heatmap${name}Line`),
        "stroke-width": thick,
        "stroke-dasharray": dashes
      }),
      text(shown, x, y + 15, colour("tokenscope-heatmapForeground"))
    ];
  });
  const oddest = placed.find(({token}) => token.start === content.indexOf(" teapot"));
  const outline = box(oddest.x - 2, oddest.y - 2, oddest.shown.length * letter + 4, lineHeight + 2, "none", {
    stroke: colour("focusBorder"),
    "stroke-width": 2
  });
  const {text: own, logprob, top} = oddest.token;
  const chartTop = lines.length * lineHeight + 48;
  const chart = [...top.map((one) => ({...one, ink: "charts-blue"})), {text: own, logprob, ink: "charts-red"}].map(
    (rival, row) => {
      const y = chartTop + 18 + row * 28;
      const probability = Math.exp(rival.logprob);
      return [
        text(visible(rival.text), margin, y + 11, colour("editor-foreground")),
        box(100, y, Math.max(2, probability * 2000), 13, colour(rival.ink)),
        text(percent(probability), 386, y + 11, colour("descriptionForeground"))
      ];
    }
  );
  return [flow, outline, line(margin, chartTop, width - 2 * margin, {stroke: colour("panel-border")}), chart];
}

/** Code with ghost text at the cursor, and the key that accepts it. */
function completionPicture([before, after]) {
  const rest = before.at(-1);
  const ghost = ask("complete", before.slice(0, -1), `${rest}\n\n${after}\n`).text.split(rest)[0];
  const lines = [...before.slice(0, -1).split("\n"), "", ...after.split("\n")].flatMap(broken);
  const top = 24;
  const row = before.split("\n").length - 1;
  const [x, y] = [margin + lines[row].length * letter + 1, top + row * lineHeight];
  const wide = ghost.length * letter;
  const ink = colour("keybindingLabel-foreground", colour("editor-foreground"));
  const key = {x: 170, y: 264};
  return [
    lines.map((content, index) => highlighted(content, margin, top + index * lineHeight + 16)),
    box(x, y, wide, lineHeight, colour("editorGhostText-background", "none"), {
      stroke: colour("editorGhostText-border", "none")
    }),
    text(ghost, x, y + 16, colour("editorGhostText-foreground", colour("descriptionForeground"))),
    text(rest, x + wide, y + 16, colour("editor-foreground")),
    box(x - 1, y, 2, lineHeight, colour("editorCursor-foreground")),
    box(key.x, key.y, 120, 56, colour("keybindingLabel-background"), {
      rx: 7,
      stroke: colour("keybindingLabel-bottomBorder", colour("contrastBorder"))
    }),
    text("Tab", key.x + 20, key.y + 35, ink, {advance: 12, size: 20}),
    `<path d="M${key.x + 72} ${key.y + 28}h24m-8 -8l8 8l-8 8m12 -17v18" fill="none" stroke="${ink}" stroke-width="2"/>`
  ];
}

/** The included model and some to download, with their parameters as bars, and the sizes of their files. */
function modelPicture() {
  const catalogue = readFileSync(path.join(root, "src/host/downloads/catalogue.ts"), "utf8");
  const entries = [...catalogue.matchAll(/name: "([^"]+)",[^}]*?bytes: ([\d_.e]+)/g)].map(([, name, bytes]) => ({
    name,
    bytes: Number(bytes.replaceAll("_", ""))
  }));
  const shown = ["SmolLM2 135M", "Granite 4.0 350M", "Qwen3 0.6B"].map((name) => ({
    name,
    parameters: parametersOf(name),
    bytes: entries.find((entry) => entry.name.startsWith(name)).bytes
  }));
  const own = path.join(root, "media/models/tokenscope-tiny-q8_0.gguf");
  const models = [{name: "Tokenscope Tiny 3.1M", parameters: 3_147_456, bytes: statSync(own).size}, ...shown];
  return models.map(({name, parameters, bytes}, row) => {
    const y = 60 + row * 66;
    return [
      text(name, margin, y + 12, colour("editor-foreground")),
      box(margin, y + 20, (parameters / 6e8) * 340, 16, colour(row === 0 ? "charts-red" : "charts-blue")),
      text(fileSize(bytes), 380, y + 31, colour("descriptionForeground"))
    ];
  });
}

/** "135M", at the end of a model's name, as a number. */
function parametersOf(name) {
  const [, digits, unit] = /([\d.]+)([MB])$/.exec(name);
  return Number(digits) * (unit === "B" ? 1e9 : 1e6);
}

function fileSize(bytes) {
  return bytes < 1e9 ? `${Number((bytes / 1e6).toPrecision(3))} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Splits a line of code that is too long for the picture. */
function broken(content) {
  const [, head, middle, tail] = /^(.*\()(folder.*)(\): .*)$/.exec(content) ?? [];
  return head === undefined ? [content] : [head, `  ${middle}`, tail];
}

/** A line of code. Its keywords and strings have the theme's colours for the debugger. */
function highlighted(content, x, y) {
  return [...content.matchAll(/"[^"]*"|\w+|[^\w"]+/g)].map(({0: part, index}) => {
    const isKeyword = /^(import|from|export|async|function|return|await)$/.test(part);
    const ink = part.startsWith('"') ? "string" : isKeyword ? "boolean" : undefined;
    const fill = ink === undefined ? colour("editor-foreground") : colour(`debugTokenExpression-${ink}`);
    return part.trim() === "" ? "" : text(part, x + index * letter, y, fill);
  });
}

function sample(name) {
  return readFileSync(path.join(folder, "samples", name), "utf8");
}

function paragraphs(name) {
  return sample(name).trimEnd().split("\n\n");
}

/**
 * The headless runner's result for a text, with the offsets of its tokens. For a completion, the rest is its suffix.
 */
function ask(command, content, ...rest) {
  const [file, suffix] = [path.join(temporary, "text"), path.join(temporary, "suffix")];
  writeFileSync(file, content);
  let given = [...rest, file];
  if (command === "complete") {
    writeFileSync(suffix, rest[0]);
    given = ["--prefix-file", file, "--suffix-file", suffix];
  }
  const cli = path.join(root, "dist/cli.js");
  const answer = JSON.parse(execFileSync(process.execPath, [cli, command, ...given], {encoding: "utf8"}));
  let start = 0;
  const tokens = answer.tokens.map((token) => {
    const placed = {...token, start};
    start += token.text.length;
    return placed;
  });
  return {...answer, tokens};
}

/** Breaks a text at spaces into lines of limited length, with their offsets. */
function wrapped(content, most) {
  const lines = [];
  for (let start = 0; start < content.length; ) {
    const rest = content.length - start;
    const end = rest <= most ? content.length : content.lastIndexOf(" ", start + most) + 1;
    lines.push({text: content.slice(start, end), start, end});
    start = end;
  }
  return lines;
}

/** A token as in the logprobs view. */
function visible(token) {
  return token.replaceAll(" ", "·").replaceAll("\n", "⏎");
}

function threeDigits(value) {
  return value.toFixed(value < 100 ? 1 : 0);
}

function percent(probability) {
  return probability < 0.001 ? "< 0.1 %" : `${(probability * 100).toFixed(1)} %`;
}

/** A colour of the theme, with a default, because themes may lack it. */
function colour(name, otherwise = "transparent") {
  return `var(--vscode-${name}, ${otherwise})`;
}

function box(x, y, wide, high, fill, more = {}) {
  return element("rect", {x, y, width: wide, height: high, fill, ...more});
}

function line(x, y, wide, more) {
  return element("path", {d: `M${rounded(x)} ${rounded(y)}h${rounded(wide)}`, fill: "none", ...more});
}

/** Text with a fixed width per letter, whatever font the user has. */
function text(content, x, y, fill, {advance = letter, size} = {}) {
  // Spaces at the ends would be dropped, and the letters stretched over their space.
  const shown = content.trim();
  const indent = content.indexOf(shown) * advance;
  const length = [...shown].length * advance;
  const attributes = {x: x + indent, y, fill, textLength: length, lengthAdjust: "spacingAndGlyphs"};
  const escaped = shown.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return element("text", {...attributes, ...(size ? {"font-size": size} : {})}, escaped);
}

function element(name, attributes, content = "") {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : value}"`
  );
  return `<${name}${written.join("")}${content === "" ? "/>" : `>${content}</${name}>`}`;
}

function rounded(value) {
  return Number(value.toFixed(1));
}

function write(name, parts) {
  const file = path.join(folder, `${name}.svg`);
  const font = `font-family="var(--vscode-editor-font-family, monospace)" font-size="12.5"`;
  const svg = `<svg id="${name}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${font}>`;
  writeFileSync(file, `${[svg, ...parts.flat(Infinity).filter((part) => part !== ""), "</svg>"].join("\n")}\n`);
  console.log(`${path.relative(root, file)}: ${readFileSync(file).length} bytes`);
}
