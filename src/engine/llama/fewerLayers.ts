import type {MemoryEstimate} from "../../contract/models";

export type Layers = number | "auto";

/**
 * Loads with `first` layers on the device, and with fewer after each failure that `short` calls a lack of its memory; the
 * last try is without any. `estimate` says how many layers those were, and how many would fit by what is known. Rejects
 * with the first failure of another kind, or with that of the last try.
 */
export async function withFewerLayers<T>(
  first: Layers,
  load: (layers: Layers) => Promise<T>,
  short: (error: unknown) => boolean,
  estimate: (layers: Layers) => Promise<{readonly tried: number; readonly fitting: number}>
): Promise<T> {
  for (let layers = first; ; ) {
    try {
      return await load(layers);
    } catch (error) {
      if (layers === 0 || !short(error)) throw error;
      const {tried, fitting} = await estimate(layers);
      if (tried === 0) throw error;
      layers = fewerLayers(tried, fitting);
    }
  }
}

/**
 * How many layers to try after `tried` were too many: what would fit by an estimate, or, where that was tried, three
 * quarters. Every try loads weights anew: one layer less at a time would be dozens of loads.
 */
export function fewerLayers(tried: number, fitting: number): number {
  return Math.max(0, fitting < tried ? fitting : Math.floor((tried * 3) / 4));
}

/** Layers that fit into what a device has free, contexts and all; reckoned from an estimate for `gpuLayers` of them. */
export function fittingLayers({weights, context, contexts, perLayer, gpuLayers, free}: MemoryEstimate): number {
  if (gpuLayers === 0) return 0;
  const needed = weights.vram + contexts * context.vram;
  // Layers are not alike, the output's above all.
  const layer = Math.max(perLayer, needed / gpuLayers, 1);
  return Math.max(0, gpuLayers - Math.max(0, Math.ceil((needed - free.vram) / layer)));
}
