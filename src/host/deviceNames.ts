import type {DeviceState} from "../contract/devices";

/** As their makers write them. */
export const deviceNames: Record<DeviceState["device"], string> = {
  cpu: "CPU",
  metal: "Metal",
  cuda: "CUDA",
  vulkan: "Vulkan"
};

/** "Vulkan (NVIDIA GeForce RTX 3060)"; a driver calls its device what it likes. */
export function deviceTitle({device, names}: Pick<DeviceState, "device" | "names">): string {
  const [name] = names;
  return name === undefined ? deviceNames[device] : `${deviceNames[device]} (${name})`;
}
