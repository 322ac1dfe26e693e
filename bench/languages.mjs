// Tokens of one sentence in eight languages under several tokenizers, as the README shows them.
// usage: node esbuild.mjs --production --tests && node bench/languages.mjs [MODEL.gguf ...]
import {execFileSync} from "node:child_process";
import path from "node:path";
import {root} from "./engine.mjs";

const {vocabularyFile} = (await import(path.join(root, "out/test/engine/vocabularyFiles.js"))).default;

const sentences = {
  English: "The model reads your text as tokens.",
  German: "Das Modell liest den Text als Tokens.",
  Russian: "Модель читает ваш текст как токены.",
  Vietnamese: "Mô hình đọc văn bản của bạn dưới dạng token.",
  Arabic: "يقرأ النموذج نصك على شكل رموز.",
  Hindi: "मॉडल आपका पाठ टोकन के रूप में पढ़ता है।",
  Burmese: "မော်ဒယ်သည် သင့်စာသားကို တိုကင်များအဖြစ် ဖတ်သည်။",
  Chinese: "模型把你的文本读作标记。"
};

const given = process.argv.slice(2).map((file) => [path.basename(file, ".gguf"), file]);
const vocabularies = [
  ["GPT-2", vocabularyFile("gpt-2")],
  ["Llama 2", vocabularyFile("llama-spm")],
  ["Llama 3", vocabularyFile("llama-bpe")],
  ["Qwen 2", vocabularyFile("qwen2")],
  ["Command R", vocabularyFile("command-r")]
];
const models = given.length > 0 ? given : vocabularies;

const rows = [
  ["", ...models.map(([name]) => name)],
  ["---", ...models.map(() => "---:")],
  ...Object.entries(sentences).map(([language, sentence]) => [
    language,
    ...models.map(([, file]) => count(file, sentence))
  ])
];
console.log(rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n"));

function count(file, text) {
  const cli = path.join(root, "dist/cli.js");
  return JSON.parse(execFileSync(process.execPath, [cli, "tokenize", "--model", file, "-"], {input: text})).count;
}
