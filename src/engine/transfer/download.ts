import type {DownloadedFile, DownloadParams} from "../api";
import type {RequestContext} from "../backend";

export async function download(_params: DownloadParams, _context: RequestContext): Promise<DownloadedFile> {
  throw new Error("download");
}
