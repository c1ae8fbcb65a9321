// Brings new messages to the phone on the page. Without script, its link does the same.

const screen = document.getElementById("messages");
const EVERY_MILLISECONDS = 1500;

let tag = "";

async function refresh() {
  const response = await fetch(screen.dataset.messages, { headers: tag ? { "If-None-Match": tag } : {} });
  if (response.status === 200) {
    const first = tag === "";
    tag = response.headers.get("ETag") ?? "";
    const atEnd = screen.scrollTop + screen.clientHeight >= screen.scrollHeight - 40;
    screen.innerHTML = await response.text();
    if (first || atEnd) screen.scrollTop = screen.scrollHeight;
  }
}

async function keepFresh() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    // The sandbox is away for a moment. The next turn asks again.
  }
  setTimeout(keepFresh, EVERY_MILLISECONDS);
}

if (screen) keepFresh();
