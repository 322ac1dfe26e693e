/**
 * Whether an error says that a device's driver has given it up: nothing in this process can use it any more. node-llama-cpp passes
 * on the text of ggml's Vulkan back end (VK_ERROR_DEVICE_LOST, as Vulkan-Hpp words it).
 */
export function isDeviceLost(error: unknown): boolean {
  return error instanceof Error && /\bErrorDeviceLost\b/.test(error.message);
}
