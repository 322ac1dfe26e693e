import "../ui/controls.css";
import "./logprobs.css";
import {Host} from "./host";
import {View} from "./view";

function place(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}`);
  return element;
}

new View(new Host(), {
  scroller: place("scroller"),
  top: place("top"),
  tokens: place("tokens"),
  details: place("details"),
  status: place("status")
}).start();
