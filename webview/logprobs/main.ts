import "../ui/page.css";
import "../ui/controls.css";
import "./logprobs.css";
import "./tokens.css";
import {type FromView, protocolVersion, type ToView, type ViewState} from "../../src/features/logprobs/protocol";
import {speak} from "../ui/language";
import {VsCodeBridge} from "../ui/vscodeApi";
import {View} from "./view";

function elementById(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}`);
  return element;
}

const bridge = new VsCodeBridge<FromView, ToView, ViewState>(protocolVersion);
bridge.greet((language) => {
  speak(language);
  const elements = {
    scroller: elementById("scroller"),
    top: elementById("top"),
    tokens: elementById("tokens"),
    details: elementById("details"),
    status: elementById("status")
  };
  new View(bridge, elements).start();
});
