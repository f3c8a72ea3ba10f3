// The frame of every page: messages that can be closed, tabs, dialogs, print buttons, passwords that can be shown.

const QUIET_AFTER_MS = 8000;

export function dismissToast(toast) {
  toast.remove();
}

function setUpToasts() {
  for (const toast of document.querySelectorAll(".toast")) {
    toast.querySelector("[data-close]")?.addEventListener("click", () => dismissToast(toast));
    // Good news goes by itself; what went wrong stays until it was read.
    if (toast.matches(".toast-success, .toast-info")) {
      setTimeout(() => toast.matches(":hover, :focus-within") || dismissToast(toast), QUIET_AFTER_MS);
    }
  }
}

/** Tabs after the ARIA pattern: arrow keys move, `aria-controls` names the panel. */
function setUpTabs(list) {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const select = (tab) => {
    for (const other of tabs) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      const panel = document.getElementById(other.getAttribute("aria-controls"));
      if (panel) panel.hidden = true;
    }
    // Several tabs may share one panel.
    const shown = document.getElementById(tab.getAttribute("aria-controls"));
    if (shown) shown.hidden = false;
    list.dispatchEvent(new CustomEvent("tab", { detail: tab }));
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) select(tab);
  });
  list.addEventListener("keydown", (event) => {
    const here = tabs.indexOf(document.activeElement);
    const target = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const next = tabs[(target + tabs.length) % tabs.length];
    select(next);
    next.focus();
  });
}

/** `data-open="id"` opens a dialog as modal, `data-dismiss` inside closes it. */
function setUpDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open)?.showModal();
    event.target.closest("[data-dismiss]")?.closest("dialog")?.close();
    if (event.target.closest("[data-print]")) window.print();
  });
}

/** `data-reveal="id"` shows and hides a password field. */
function setUpReveal() {
  for (const button of document.querySelectorAll("[data-reveal]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const input = document.getElementById(button.dataset.reveal);
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
  }
}

setUpToasts();
setUpDialogs();
setUpReveal();
for (const list of document.querySelectorAll('[role="tablist"]')) setUpTabs(list);
