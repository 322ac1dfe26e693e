import type {InspectParams, RemoteFile} from "../api";
import type {RequestContext} from "../backend";

export async function inspect(_params: InspectParams, _context: RequestContext): Promise<RemoteFile> {
  throw new Error("inspect");
}
