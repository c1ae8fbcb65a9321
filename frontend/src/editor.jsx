// The flow editor: the script of its page alone.
import "./editor/editor.scss";
import { createRoot } from "react-dom/client";
import { App } from "./editor/App.jsx";
import { urls, w } from "./editor/words.js";

async function open(place) {
  const response = await fetch(urls.definition).catch(() => null);
  if (response?.ok && !response.redirected) createRoot(place).render(<App first={await response.json()} />);
  else place.textContent = w("not_reached");
}

open(document.getElementById("flow-editor"));
