import "../ui/controls.css";
import "./modelInfo.css";
import {Host} from "./host";
import {View} from "./view";

const page = document.getElementById("page");
if (!page) throw new Error("The page has no #page");
new View(new Host(), page).start();
