// The Menu button of a narrow window, the account menu that closes, and the filters that fold on a phone.

const narrow = window.matchMedia("(max-width: 48.05rem)");

export function openMenus() {
  const button = document.querySelector("[data-menu]");
  const menu = button && document.getElementById(button.getAttribute("aria-controls"));
  if (menu) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const open = menu.classList.toggle("app-side--open");
      button.setAttribute("aria-expanded", String(open));
    });
  }
  for (const details of document.querySelectorAll("details[data-dismiss]")) {
    document.addEventListener("click", (event) => {
      if (!details.contains(event.target)) details.open = false;
    });
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      details.open = false;
      details.querySelector("summary").focus();
    });
  }
  for (const details of document.querySelectorAll("details[data-fold]")) {
    details.open = !narrow.matches;
  }
}
