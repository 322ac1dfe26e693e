import {type Browser, chromium} from "playwright-core";
import {findChromium} from "../../scripts/environment.mjs";

// Chromium itself must not use the network, and there is no sandbox for root.
const quiet = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"]
];

/** Starts Chromium without a window: the program in the variable CHROMIUM, or else the system's. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error(
      "No Chromium: install it (Debian: apt-get install chromium) or let the variable CHROMIUM name one."
    );
  // A hang guard: a busy machine needs some seconds.
  return chromium.launch({executablePath, args: quiet, timeout: 180_000});
}
