import "../ui/controls.css";
import "./modelInfo.css";
import {speak} from "../ui/language";
import {Host} from "./host";
import {View} from "./view";

const page = document.getElementById("page");
if (!page) throw new Error("The page has no #page");
const host = new Host();
host.greet((language) => {
  speak(language);
  new View(host, page).start();
});
