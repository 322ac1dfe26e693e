import {type Browser, chromium} from "playwright-core";
import {findChromium} from "../../scripts/environment.mjs";

// Nothing but the page itself may use the network, and root has no sandbox.
const quiet = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"]
];

/** Starts Chromium without a window: the one that the variable CHROMIUM names, or else the system's. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error(
      "No Chromium: install it (Debian: apt-get install chromium) or let the variable CHROMIUM name one."
    );
  // Against hanging: a busy machine takes some seconds.
  return chromium.launch({executablePath, args: quiet, timeout: 180_000});
}
