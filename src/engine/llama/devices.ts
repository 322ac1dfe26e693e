import type {DeviceState, DevicesParams} from "../api";
import type {RequestContext} from "../backend";

export async function devices(_params: DevicesParams, _context: RequestContext): Promise<readonly DeviceState[]> {
  throw new Error("devices");
}
