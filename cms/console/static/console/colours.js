/** Colour fields: the palette and the text agree, and a proposed colour can be taken over. */
const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

for (const picker of document.querySelectorAll("input[type=color][data-for]")) {
  const field = document.getElementById(picker.dataset.for);
  picker.addEventListener("input", () => (field.value = picker.value));
  field.addEventListener("input", () => {
    if (/^#[0-9a-f]{6}$/i.test(field.value)) picker.value = field.value.toLowerCase();
  });
}
for (const button of document.querySelectorAll("[data-take]")) {
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.into);
    field.value = button.dataset.take;
    changed(field);
    field.focus();
  });
}
