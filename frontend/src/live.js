// Parts of a page that change by themselves.
//
//   <section data-live-url="/sends/5/live" data-live-seconds="2">…</section>
//
// The server answers with what belongs inside, and an ETag; 304 means nothing changed. An element with
// `data-live-finished` inside says that nothing will change any more. An element with `data-live-announce` is
// read out by screen readers, at most every ten seconds. Waiting grows when the server is slow or down, and
// nothing is asked for while the tab is hidden.
import { swap } from "./swap.js";

const LONGEST_SECONDS = 60;
const QUIET_SECONDS = 10;
let announced = { text: "", at: 0 };

export function keepLive() {
  for (const part of document.querySelectorAll("[data-live-url]")) {
    if (part.dataset.liveOn || part.querySelector("[data-live-finished]")) continue;
    part.dataset.liveOn = "yes";
    follow(part);
  }
}

async function follow(part) {
  const pause = Number(part.dataset.liveSeconds) || 2;
  let wait = pause;
  let etag = "";
  for (;;) {
    await sleep(wait);
    await visible();
    // Something else may have taken the part out of the page meanwhile.
    if (!part.isConnected) return;
    const started = performance.now();
    try {
      const response = await fetch(part.dataset.liveUrl, {
        headers: { "X-Live": "1", ...(etag && { "If-None-Match": etag }) },
        cache: "no-store",
      });
      // A redirect leads to the sign-in page; what is refused once will be refused again.
      if (response.redirected || [401, 403, 404].includes(response.status)) return;
      if (response.status === 200) {
        etag = response.headers.get("ETag") ?? "";
        swap(part, await response.text());
        document.dispatchEvent(new CustomEvent("live:swap"));
        announce(part);
        if (part.querySelector("[data-live-finished]")) return;
      } else if (response.status !== 304) {
        throw new Error(String(response.status));
      }
      // A slow server is asked less often: it should spend at most a tenth of its time on us.
      wait = Math.min(LONGEST_SECONDS, Math.max(pause, (performance.now() - started) / 100));
    } catch {
      wait = Math.min(LONGEST_SECONDS, wait * 2);
    }
  }
}

function announce(part) {
  const text = part.querySelector("[data-live-announce]")?.textContent.trim();
  const now = Date.now();
  if (!text || text === announced.text || now - announced.at < QUIET_SECONDS * 1000) return;
  announced = { text, at: now };
  document.getElementById("announcements").textContent = text;
}

function sleep(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function visible() {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}
