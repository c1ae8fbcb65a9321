// A form that changes something is sent once, however often the button is pressed: on a slow line people press again.
// With `data-often` it is one that people send again and again, such as answers in a conversation: it is emptied.

const PATIENCE_MILLISECONDS = 2000;

export function sendOnce() {
  const sent = new WeakMap();
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target.method !== "post") return;
      if ("often" in event.target.dataset) {
        const empty = () => event.target.querySelectorAll("input:not([type=hidden])").forEach((box) => (box.value = ""));
        document.addEventListener("htmx:after:swap", empty, { once: true });
        return;
      }
      const last = sent.get(event.target) ?? -Infinity;
      if (performance.now() - last < PATIENCE_MILLISECONDS) {
        event.preventDefault();
        event.stopPropagation();
      } else {
        sent.set(event.target, performance.now());
      }
    },
    // Before htmx sees it.
    { capture: true },
  );
}
