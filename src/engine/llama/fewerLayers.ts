import type {MemoryEstimate} from "../../contract/models";

export type Layers = number | "auto";

/**
 * Loads with `first` layers on the device, and with fewer after each failure for which `isShort` says that its memory was too
 * small; the last try is without any. `estimate` says how many layers were tried, and how many would fit. Rejects with the
 * first failure of another kind, or with the failure of the last try.
 */
export async function withFewerLayers<T>(
  first: Layers,
  load: (layers: Layers) => Promise<T>,
  isShort: (error: unknown) => boolean,
  estimate: (layers: Layers) => Promise<{readonly tried: number; readonly fitting: number}>
): Promise<T> {
  for (let layers = first; ; ) {
    try {
      return await load(layers);
    } catch (error) {
      if (layers === 0 || !isShort(error)) throw error;
      const {tried, fitting} = await estimate(layers);
      if (tried === 0) throw error;
      layers = fewerLayers(tried, fitting);
    }
  }
}

/**
 * How many layers to try after `tried` were too many: the number that would fit by an estimate, or three quarters if that
 * was tried. Each try loads the weights again: one layer less at a time would be dozens of loads.
 */
export function fewerLayers(tried: number, fitting: number): number {
  return Math.max(0, fitting < tried ? fitting : Math.floor((tried * 3) / 4));
}

/** The number of layers that fit into a device's free memory, contexts included, by an estimate for `gpuLayers` layers. */
export function fittingLayers({weights, context, contexts, perLayer, gpuLayers, free}: MemoryEstimate): number {
  if (gpuLayers === 0) return 0;
  const needed = weights.vram + contexts * context.vram;
  // Layers are not alike, the output's above all.
  const layer = Math.max(perLayer, needed / gpuLayers, 1);
  return Math.max(0, gpuLayers - Math.max(0, Math.ceil((needed - free.vram) / layer)));
}
