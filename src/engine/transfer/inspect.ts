import type {InspectParams, RemoteFile} from "../../contract/transfer";
import type {RequestContext} from "../backend";
import {factsOf} from "./ggufHeader";
import {Http} from "./http";
import {httpSource} from "./httpSource";
import {describeParts} from "./remoteFile";
import {defaultRetryPolicy} from "./retryPolicy";

/** Describes the file at an address; fetches no more than its header. */
export async function inspect(
  {uri, network}: InspectParams,
  {signal}: Pick<RequestContext, "signal">,
  retryPolicy = defaultRetryPolicy
): Promise<RemoteFile> {
  const http = await Http.open(network, retryPolicy);
  try {
    const parts = await describeParts(http, uri, network.huggingFace, retryPolicy, signal);
    const [first] = parts;
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const readable = first.gguf && first.ranges;
    return {
      url: first.url.href,
      fileName: first.fileName,
      bytes,
      parts: parts.length,
      sha256: first.sha256,
      facts: readable ? await factsOf(httpSource(http, first, retryPolicy, signal), bytes, signal) : null
    };
  } finally {
    await http.close();
  }
}
