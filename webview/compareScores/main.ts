import "../ui/page.css";
import "../ui/controls.css";
import "../ui/mark.css";
import "./compareScores.css";
import {type FromView, protocolVersion, type ToView, type ViewState} from "../../src/features/compareScores/protocol";
import {elementById} from "../ui/elementById";
import {speak} from "../ui/language";
import {VsCodeBridge} from "../ui/vscodeApi";
import {View} from "./view";

const bridge = new VsCodeBridge<FromView, ToView, ViewState>(protocolVersion);
bridge.greet((language) => {
  speak(language);
  new View(bridge, {
    top: elementById("top"),
    legend: elementById("legend"),
    scroller: elementById("scroller"),
    pieces: elementById("pieces"),
    card: elementById("card"),
    status: elementById("status")
  }).start();
});
