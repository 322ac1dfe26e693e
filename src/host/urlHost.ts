import {plainText} from "../text/plainText";

/** The host in a URL, to show to people. Omits user name and password. */
export function urlHost(address: string): string {
  return URL.canParse(address) ? new URL(address).host : plainText(address);
}
