/** Keys of the console: single letters, off while somebody types and while a modifier is held. */
export function onKeys(map) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
    if (typing) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = map[name];
    if (act && act(event) !== false) event.preventDefault();
  });
}

/** Z: send the form that takes the last decision back, where the page has one. */
export function undo() {
  const form = document.getElementById("undo");
  if (!form) return false;
  form.requestSubmit();
  return true;
}
