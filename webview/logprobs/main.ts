import "../ui/page.css";
import "../ui/controls.css";
import "../ui/mark.css";
import "./logprobs.css";
import "./tokens.css";
import {type FromView, protocolVersion, type ToView, type ViewState} from "../../src/features/logprobs/protocol";
import {speak} from "../ui/language";
import {VsCodeBridge} from "../ui/vscodeApi";
import {pageElements} from "./pageElements";
import {View} from "./view";

const bridge = new VsCodeBridge<FromView, ToView, ViewState>(protocolVersion);
bridge.greet((language) => {
  speak(language);
  new View(bridge, pageElements()).start();
});
