import type {NextOptions} from "../../src/features/whatComesNext/protocol";
import {isOn} from "../../src/sampling/chain";
import {type SamplerName, type SamplerSettings, samplerNames} from "../../src/sampling/settings";
import {samplerTable} from "./parameters";

/** Whether a sampler changes anything. */
export function acts({samplers}: NextOptions, name: SamplerName): boolean {
  return samplers.order.includes(name) && isOn(name, samplers);
}

/** Turns a sampler on or off. Off, it keeps its values; on, one whose value changes nothing gets another. */
export function toggled(options: NextOptions, name: SamplerName): NextOptions {
  const {samplers} = options;
  if (acts(options, name)) return withOrder(options, without(samplers.order, name));
  const started = isOn(name, samplers) ? samplers : samplerTable[name].start(samplers);
  return withOrder({...options, samplers: started}, [...without(samplers.order, name), name]);
}

/** Another value turns a sampler on. */
export function withSamplers(options: NextOptions, name: SamplerName, samplers: SamplerSettings): NextOptions {
  return withOrder({...options, samplers}, [...without(samplers.order, name), name]);
}

/** Puts a sampler at another place among all. */
export function moved(options: NextOptions, name: SamplerName, to: number): NextOptions {
  const arrangement = without(options.arrangement, name);
  arrangement.splice(Math.max(0, Math.min(arrangement.length, to)), 0, name);
  return withOrder({...options, arrangement}, options.samplers.order);
}

/** Takes over all settings: samplers that they leave out keep their place among the others as llama.cpp has it. */
export function withSettings(options: NextOptions, samplers: SamplerSettings): NextOptions {
  const arrangement: SamplerName[] = [...samplers.order];
  for (const [i, name] of samplerNames.entries()) {
    if (arrangement.includes(name)) continue;
    const before = samplerNames.slice(0, i).findLast((one) => arrangement.includes(one));
    arrangement.splice(before === undefined ? 0 : arrangement.indexOf(before) + 1, 0, name);
  }
  return {...options, samplers, arrangement};
}

/** Whether two settings do the same: values of samplers that are off count for nothing. */
export function isSameChain(a: SamplerSettings, b: SamplerSettings): boolean {
  const key = (settings: SamplerSettings) =>
    JSON.stringify(
      settings.order
        .filter((name) => isOn(name, settings))
        .map((name) => [name, samplerTable[name].parameters.map(({get}) => get(settings))])
    );
  return key(a) === key(b);
}

function withOrder(options: NextOptions, order: readonly SamplerName[]): NextOptions {
  const ordered = options.arrangement.filter((name) => order.includes(name));
  return {...options, samplers: {...options.samplers, order: ordered}};
}

function without(names: readonly SamplerName[], name: SamplerName): SamplerName[] {
  return names.filter((one) => one !== name);
}
