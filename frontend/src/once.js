// A form that changes something is sent once, however often the button is pressed: on a slow line people press again.

const PATIENCE_MILLISECONDS = 2000;

export function sendOnce() {
  const sent = new WeakMap();
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target.method !== "post") return;
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
