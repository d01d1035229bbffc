// Light, dark, or as the system has it. The choice lives in this browser.
const root = document.documentElement;
const buttons = document.querySelectorAll("[data-theme-set]");

function show() {
  for (const b of buttons) b.setAttribute("aria-pressed", String(b.dataset.themeSet === root.dataset.theme));
}

for (const b of buttons) {
  b.addEventListener("click", () => {
    root.dataset.theme = localStorage.theme = b.dataset.themeSet;
    b.closest("[popover]")?.hidePopover();
    show();
  });
}
show();
