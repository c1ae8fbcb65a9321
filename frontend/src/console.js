// The script of every page. Each page works without it: it shortens the trip and keeps what changes up to date.
import "./styles/console.scss";
import "htmx.org";
import { Checkboxes, ErrorSummary, Radios } from "govuk-frontend";
import { keepCounts } from "./count.js";
import { holdBack } from "./hold.js";
import { keepLive } from "./live.js";
import { openMenus } from "./menu.js";
import { sendOnce } from "./once.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

// Each of these leaves alone what it has seen before.
function enhance() {
  for (const Module of [Checkboxes, ErrorSummary, Radios]) {
    const name = Module.moduleName;
    for (const part of document.querySelectorAll(`[data-module="${name}"]:not([data-${name}-init])`)) {
      try {
        new Module(part);
      } catch (error) {
        // Checkboxes without a box, for example. The other parts of the page go on.
        console.warn(error.message);
      }
    }
  }
  keepCounts();
  keepLive();
  holdBack();
}

openMenus();
sendOnce();
enhance();
// What htmx and the live parts bring into the page is enhanced as the page was.
document.addEventListener("htmx:after:swap", enhance);
document.addEventListener("live:swap", enhance);
