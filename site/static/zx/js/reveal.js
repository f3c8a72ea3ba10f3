// Full numbers on staff screens: a dialog asks for the reason, the number stands for a minute, then the mask comes back.

const ID = "zx-reveal";

/** The one dialog of the page; made when it is first needed. */
function dialog() {
  const found = document.getElementById(ID);
  if (found) return found;
  const made = document.createElement("dialog");
  made.id = ID;
  made.className = "zx-dialog";
  made.setAttribute("aria-labelledby", "zx-reveal-title");
  document.body.append(made);
  return made;
}

/** Put the mask back after the seconds the server allows, at once on "Mask now" and when the tab is left. */
function maskAgain(slot, shown, masked) {
  const until = Date.now() + Number(shown.dataset.zxShown) * 1000;
  const left = shown.querySelector("[data-zx-left]");
  const back = () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", onHide);
    slot.innerHTML = masked;
    window.htmx.process(slot);
  };
  const onHide = () => document.hidden && back();
  const timer = setInterval(() => {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    if (seconds <= 0) back();
    else if (left && (seconds % 10 === 0 || seconds < 6)) left.textContent = String(seconds);
  }, 1000);
  document.addEventListener("visibilitychange", onHide);
  shown.querySelector("[data-zx-mask]")?.addEventListener("click", back);
}

const masks = new Map();

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // A refusal comes with its sentence: it belongs into the dialog like the form itself.
  if (detail.target?.id === ID && detail.xhr.status >= 400 && detail.xhr.status < 500) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
  if (detail.target?.classList.contains("zx-slot")) masks.set(detail.target.id, detail.target.innerHTML);
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const { target } = detail;
  if (target.id === ID) {
    if (!target.open) target.showModal();
    target.querySelector("[autofocus]")?.focus();
  }
  const shown = target.querySelector?.("[data-zx-shown]");
  if (shown && masks.has(target.id)) {
    document.getElementById(ID)?.close();
    maskAgain(target, shown, masks.get(target.id));
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-zx-dismiss]")) event.target.closest("dialog")?.close();
});

// htmx looks for the target when it is clicked.
dialog();
