import "../ui/page.css";
import "./constraints.css";
import type {FromView, ToView} from "../../src/features/constraints/protocol";
import {elementById} from "../ui/elementById";
import {speak} from "../ui/language";
import {VsCodeBridge} from "../ui/vscodeApi";
import {View} from "./view";

const bridge = new VsCodeBridge<FromView, ToView, {readonly version: 1}>(1);
bridge.greet((language) => {
  speak(language);
  new View(bridge, elementById("page")).start();
});
