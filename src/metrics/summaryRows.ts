import type {Summary} from "./summary";

/** One line of a summary, worded: the same in the webview, in notifications and in reports. */
export interface SummaryRow {
  readonly label: string;
  readonly value: string;
  /** What the number means and when it may be compared, for a tooltip. */
  readonly help: string;
}

/** What a summary was measured with. */
export interface SummaryAbout {
  /** The model's name, as the user should read it. */
  readonly model: string;
  readonly windowing: {
    readonly mode: "document" | "llama-perplexity";
    readonly bos: boolean;
    readonly window: number;
    readonly stride: number;
  };
}

/** Below this many tokens the ± is hidden: an error estimated from so few values would say more than is known. */
const tokensForAnError = 10;

/** A number that has no value. */
const none = "–";

/** A summary's numbers as labelled text, always the same rows in the same order. Numbers look alike in every locale. */
export function summaryRows(summary: Summary, about: SummaryAbout): SummaryRow[] {
  return [
    {
      label: "Perplexity",
      value: perplexityText(summary),
      help: "Among how many equally likely tokens the model was choosing, on average; lower is less surprised. Comparable between models with the same vocabulary on the same text, not between different vocabularies."
    },
    {
      label: "Cross entropy",
      value: crossEntropyText(summary),
      help: "The model's average surprise per token; perplexity is e to the power of its nats. Comparable where perplexity is."
    },
    {
      label: "Bits per character",
      value: numberText(summary.bitsPerCharacter),
      help: "Bits the model would need for each Unicode character of the scored text. Comparable between models with different vocabularies."
    },
    {
      label: "Bits per byte",
      value: numberText(summary.bitsPerByte),
      help: "Bits the model would need for each UTF-8 byte of the scored text. Comparable between models with different vocabularies."
    },
    {
      label: "Word perplexity",
      value: numberText(summary.wordPerplexity),
      help: "Perplexity per whitespace-separated word instead of per token. Comparable between models with different vocabularies, on the same text."
    },
    {
      label: "Top-1 accuracy",
      value: summary.top1Accuracy === null ? none : `${(summary.top1Accuracy * 100).toFixed(1)} %`,
      help: "Share of the scored tokens that were the model's first choice. Comparable between models with the same vocabulary."
    },
    {
      label: "Tokens",
      value: tokensText(summary, about),
      help: "Tokens that entered the numbers, and tokens that did not. A token is left out where the model had no context to predict it from."
    },
    {
      label: "Model",
      value: about.model,
      help: "The model that scored the text. Its numbers describe this model and this text together."
    },
    {
      label: "Window",
      value: windowText(about),
      help: windowHelp(about)
    }
  ];
}

function perplexityText({perplexity, standardError, scored}: Summary): string {
  if (perplexity === null) return none;
  if (standardError === null || scored < tokensForAnError || !Number.isFinite(standardError)) {
    return numberText(perplexity);
  }
  if (perplexity >= largest) return `${numberText(perplexity)} ± ${standardError.toPrecision(2)}`;
  // As many decimals as four digits of the value need, or two of its error where that is finer; the same for both.
  const decimals = Math.max(decimalsFor(perplexity, 4), decimalsFor(standardError, 2));
  return `${perplexity.toFixed(decimals)} ± ${standardError.toFixed(decimals)}`;
}

function crossEntropyText({crossEntropy, crossEntropyBits}: Summary): string {
  if (crossEntropy === null) return none;
  return `${numberText(crossEntropy)} nats (${numberText(crossEntropyBits)} bits) per token`;
}

function tokensText({scored, unscored}: Summary, {windowing}: SummaryAbout): string {
  const counts = `${scored} scored, ${unscored} left out`;
  if (unscored === 0) return counts;
  if (windowing.mode === "llama-perplexity") {
    return `${counts} (the first half of each chunk is context, and what doesn't fill a chunk is dropped)`;
  }
  return windowing.bos ? counts : `${counts} (the first token has no context: this model puts no BOS in front)`;
}

function windowText({windowing}: SummaryAbout): string {
  const bos = windowing.bos ? "BOS in front" : "no BOS";
  return windowing.mode === "llama-perplexity"
    ? `chunks of ${windowing.window} tokens, as llama-perplexity, ${bos}`
    : `${windowing.window} tokens, stride ${windowing.stride}, ${bos}`;
}

function windowHelp({windowing}: SummaryAbout): string {
  return windowing.mode === "llama-perplexity"
    ? "The text is cut into separate chunks and the second half of each is scored, as published numbers are made. Comparable only with the same chunk size."
    : "How many tokens the model sees together. A longer text is scored in windows that move on by the stride, each with the tokens before it as context.";
}

/** From here on numbers are written with an exponent. */
const largest = 1e6;

/** Four significant digits, at most six decimals. */
function numberText(value: number | null): string {
  if (value === null) return none;
  if (!Number.isFinite(value)) return "∞";
  return value >= largest ? value.toPrecision(4) : value.toFixed(decimalsFor(value, 4));
}

/** Decimals, 0 to 6, that show so many significant digits of the value once it is rounded to them. */
function decimalsFor(value: number, digits: number): number {
  const rounded = Number(value.toPrecision(digits));
  if (rounded === 0) return digits - 1;
  return Math.min(6, Math.max(0, digits - 1 - Math.floor(Math.log10(rounded))));
}
