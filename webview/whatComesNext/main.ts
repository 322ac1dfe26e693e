import "../ui/page.css";
import "../ui/controls.css";
import "./whatComesNext.css";
import {type FromView, protocolVersion, type ToView, type ViewState} from "../../src/features/whatComesNext/protocol";
import {speak} from "../ui/language";
import {VsCodeBridge} from "../ui/vscodeApi";
import {View} from "./view";

const page = document.getElementById("page");
const status = document.getElementById("status");
if (!page || !status) throw new Error("The page has no #page or no #status");
const bridge = new VsCodeBridge<FromView, ToView, ViewState>(protocolVersion);
bridge.greet((language) => {
  speak(language);
  new View(bridge, {page, status}).start();
});
