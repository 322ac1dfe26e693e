import * as l10n from "@vscode/l10n";
import {EngineError} from "../../contract/errors";
import type {MemoryEstimate, MemoryUse} from "../../contract/models";
import {contextStep} from "../../gguf/memory";
import {byteSize, count} from "../../text/numberText";
import {visibleText} from "../../text/visibleText";

/** The device's memory was too small, as far as is known: with fewer layers on it, it may be enough. */
export class DeviceShortage extends EngineError {}

export function isShortage(error: unknown): error is EngineError {
  return error instanceof EngineError && error.kind === "outOfMemory";
}

/** A back end's exception for a lack of memory: it also makes buffers while it computes. */
export function saysDeviceShortage(error: unknown): boolean {
  return error instanceof Error && /OutOfDeviceMemory|out of (device )?memory/i.test(error.message);
}

/** llama.cpp's CPU back end could not allocate something. */
const mainMemoryShort = /failed to allocate CPU|unable to allocate CPU|ggml_aligned_malloc|backend_cpu_buffer/;

/**
 * Says in one sentence why llama.cpp did not take a model. Its exception only says "Failed to load model"; the reason
 * is in the lines that it logged meanwhile.
 */
export function loadError(error: unknown, logged: readonly string[], file: string): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // node-llama-cpp's errors have no names of their own.
  const name = error instanceof Error ? error.constructor.name : "";
  const reasons = [message, ...logged].join("\n");
  // The file is complete: that was checked before.
  const lacking = /missing tensor '([^']*)'|tensor '([^']*)' not found/.exec(reasons);
  const tensor = lacking?.[1] ?? lacking?.[2];
  if (tensor !== undefined)
    return new EngineError(
      "modelUnsuitable",
      l10n.t(
        '"{0}" lacks the tensor "{1}", without which this version can\'t run it: choose another file of this model, or a newer version of Tokenscope.',
        file,
        visibleText(tensor.slice(0, 80).toWellFormed())
      )
    );
  if (/Invalid GGUF magic/.test(reasons))
    return new EngineError("notGguf", l10n.t('"{0}" is not a GGUF file: choose a model in the GGUF format.', file));
  if (
    /file bounds|corrupted or incomplete|failed to (read|parse)|unexpected(ly)? end|gguf_init_from/i.test(reasons) ||
    // node-llama-cpp reads the metadata before llama.cpp does, and fails where they are cut off.
    error instanceof TypeError ||
    error instanceof RangeError
  )
    return incomplete(file);
  if (
    name === "InsufficientMemoryError" ||
    /insufficient memory|out of memory|failed to allocate|unable to allocate/i.test(reasons)
  ) {
    const Shortage = mainMemoryShort.test(reasons) ? EngineError : DeviceShortage;
    return new Shortage("outOfMemory", l10n.t('There is not enough memory for "{0}": choose a smaller model.', file));
  }
  return new EngineError(
    "modelFailed",
    l10n.t('"{0}" could not be loaded: another file of this model, or another model, may work.', file)
  );
}

export function incomplete(file: string): EngineError {
  return new EngineError(
    "modelIncomplete",
    l10n.t('"{0}" is incomplete or damaged: download it again or choose another model.', file)
  );
}

/** An error for too little memory for the weights, with the numbers of the estimate. */
export function weightsShortage(file: string, needed: MemoryUse, free: MemoryUse): EngineError {
  const message =
    needed.vram > free.vram
      ? l10n.t(
          '"{0}" needs about {1} on the GPU, where {2} are free: put fewer layers on it, or choose a smaller model.',
          file,
          byteSize(needed.vram),
          byteSize(free.vram)
        )
      : l10n.t(
          '"{0}" needs about {1} of memory and {2} are free: choose a smaller quantization or a smaller model.',
          file,
          byteSize(needed.ram),
          byteSize(free.ram)
        );
  return new EngineError("outOfMemory", message);
}

/** An error for too little memory for a context of this size, with the numbers of the estimate. */
export function contextShortage(tokens: number, needed: MemoryUse, free: MemoryUse): EngineError {
  const message =
    needed.vram > free.vram
      ? l10n.t(
          "A context of {0} tokens needs about {1} on the GPU, where {2} are free: choose a smaller one, or put fewer layers on the GPU.",
          tokens,
          byteSize(needed.vram),
          byteSize(free.vram)
        )
      : l10n.t(
          "A context of {0} tokens needs about {1} of memory and {2} are free: choose a smaller one, or a smaller model.",
          tokens,
          byteSize(needed.ram),
          byteSize(free.ram)
        );
  return new EngineError("outOfMemory", message);
}

/**
 * An error for a context that does not fit into all free memory; it names the largest that would. Undefined if it fits. Without
 * this check llama.cpp would fill tens of gigabytes before it fails, and the machine with it.
 */
export function contextTooLarge(
  {context, perToken, free, contextSize}: MemoryEstimate,
  trained: number | null
): EngineError | undefined {
  const missing = context.ram + context.vram - free.ram - free.vram;
  if (missing <= 0) return undefined;
  const fitting = contextSize - missing / (perToken.ram + perToken.vram);
  if (!(fitting >= contextStep)) return contextShortage(contextSize, context, free);
  const numbers = [
    count(contextSize),
    byteSize(context.ram + context.vram),
    byteSize(free.ram + free.vram),
    count(Math.floor(fitting / contextStep) * contextStep)
  ];
  return new EngineError(
    "outOfMemory",
    trained !== null && fitting > trained
      ? l10n.t(
          "A context of {0} tokens needs about {1} of memory and {2} are free: choose a smaller one, of {3} at most; the model was trained on {4}.",
          ...numbers,
          count(trained)
        )
      : l10n.t(
          "A context of {0} tokens needs about {1} of memory and {2} are free: choose a smaller one, of {3} at most.",
          ...numbers
        )
  );
}
