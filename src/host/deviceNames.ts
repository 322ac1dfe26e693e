import type {DeviceState} from "../contract/devices";

/** Device types, spelled as their makers do. */
export const deviceNames: Record<DeviceState["device"], string> = {
  cpu: "CPU",
  metal: "Metal",
  cuda: "CUDA",
  vulkan: "Vulkan"
};

/** "Vulkan (NVIDIA GeForce RTX 3060)". The driver chooses the name, which may be any text. */
export function deviceTitle({device, names}: Pick<DeviceState, "device" | "names">): string {
  const [name] = names;
  return name === undefined ? deviceNames[device] : `${deviceNames[device]} (${name})`;
}
