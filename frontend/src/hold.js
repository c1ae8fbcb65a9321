// Counts the seconds until something starts: <span data-hold-seconds="42">42</span>. The server says how many are
// left, rather than when it is, since the clock of the machine one sits at may be wrong.

export function holdBack() {
  for (const place of document.querySelectorAll("[data-hold-seconds]")) {
    if (place.dataset.holdOn) continue;
    place.dataset.holdOn = "yes";
    const end = performance.now() + Number(place.dataset.holdSeconds) * 1000;
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      place.textContent = String(left);
      if (left === 0 || !place.isConnected) clearInterval(timer);
    }, 1000);
  }
}
