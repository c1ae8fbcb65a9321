// The script of every page. Each page works without it: it shortens the trip and keeps what changes up to date.
import "./styles/console.scss";
import "htmx.org";
import { Button, Checkboxes, ErrorSummary, Radios, createAll } from "govuk-frontend";
import { keepCounts } from "./count.js";
import { holdBack } from "./hold.js";
import { keepLive } from "./live.js";
import { openMenus } from "./menu.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

function enhance(root) {
  for (const Module of [Button, Checkboxes, ErrorSummary, Radios]) {
    createAll(Module, {}, root);
  }
  keepCounts(root);
  keepLive(root);
  holdBack(root);
}

openMenus();
enhance(document.body);
// What htmx brings into the page is enhanced as the page was.
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target ?? event.target;
  enhance(target?.nodeType === Node.ELEMENT_NODE ? target : document.body);
});
