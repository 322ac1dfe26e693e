import "../ui/page.css";
import "../ui/controls.css";
import "./compareScores.css";
import {type FromView, protocolVersion, type ToView, type ViewState} from "../../src/features/compareScores/protocol";
import {speak} from "../ui/language";
import {VsCodeBridge} from "../ui/vscodeApi";
import {View} from "./view";

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}`);
  return found;
}

const bridge = new VsCodeBridge<FromView, ToView, ViewState>(protocolVersion);
bridge.greet((language) => {
  speak(language);
  new View(bridge, {
    top: element("top"),
    legend: element("legend"),
    scroller: element("scroller"),
    pieces: element("pieces"),
    card: element("card"),
    status: element("status")
  }).start();
});
