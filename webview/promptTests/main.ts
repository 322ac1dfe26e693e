import "../ui/page.css";
import "../ui/controls.css";
import "./promptTests.css";
import {type FromView, protocolVersion, type ToView, type ViewState} from "../../src/features/promptTests/protocol";
import {elementById} from "../ui/elementById";
import {speak} from "../ui/language";
import {VsCodeBridge} from "../ui/vscodeApi";
import {View} from "./view";

const bridge = new VsCodeBridge<FromView, ToView, ViewState>(protocolVersion);
bridge.greet((language) => {
  speak(language);
  new View(bridge, elementById("page")).start();
});
