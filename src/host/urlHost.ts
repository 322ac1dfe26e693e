import {plainText} from "../text/plainText";

/** Who answers at a web address, for people: without a user's name and password. */
export function urlHost(address: string): string {
  return URL.canParse(address) ? new URL(address).host : plainText(address);
}
