// A line below a text that the server counts while one types: the rule of counting exists once, there.
//
//   <textarea data-count-url="/send/count" data-count-target="count"></textarea> <div id="count"></div>
//
// The form around it is posted as it stands; the answer is the inside of the target.
import { swap } from "./swap.js";

const PAUSE_MILLISECONDS = 300;

export function keepCounts() {
  for (const box of document.querySelectorAll("[data-count-url]")) {
    if (box.dataset.countOn) continue;
    box.dataset.countOn = "yes";
    watch(box);
  }
}

function watch(box) {
  const target = document.getElementById(box.dataset.countTarget);
  let timer;
  let latest = 0;
  const ask = async () => {
    const turn = ++latest;
    const response = await fetch(box.dataset.countUrl, { method: "POST", body: new FormData(box.form) }).catch(() => null);
    // An older answer may arrive after a newer one.
    if (response?.ok && !response.redirected && turn === latest) swap(target, await response.text());
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MILLISECONDS);
  };
  box.addEventListener("input", later);
  box.form.addEventListener("change", later);
  ask();
}
