/** The plan's running sum while hours are typed, and the search over the library. Saving works without this file. */
const sum = document.getElementById("sum");
const form = document.getElementById("plan");
const hundredths = (text) => (/^\d{1,2}(\.\d{0,2})?$/.test(text.trim()) ? Math.round(Number(text) * 100) : 0);
const shown = (value) => (value / 100).toFixed(2);

const add = () => {
  const required = hundredths(sum.dataset.required);
  const total = [...form.querySelectorAll(".zx-hours")].reduce((all, field) => all + hundredths(field.value), 0);
  const missing = Math.max(0, required - total);
  const state = sum.querySelector("[data-state]");
  sum.querySelector("[data-total]").textContent = shown(total);
  sum.querySelector("progress").value = missing ? Math.min(99, Math.floor((100 * total) / required)) : 100;
  state.className = `zx-state zx-state--${missing ? "review" : "done"}`;
  state.textContent = missing ? sum.dataset.missing.replace("{hours}", shown(missing)) : sum.dataset.enough;
};

form.addEventListener("input", (event) => event.target.matches(".zx-hours") && add());
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input[type=text]")) return;
  event.preventDefault(); // the first button of the form would move a lesson
  if (event.target.matches(".zx-hours")) form.querySelector("[name=save]").click();
});

document.getElementById("find").addEventListener("input", ({ target }) => {
  const words = target.value.trim().toLowerCase();
  for (const group of form.querySelectorAll("[data-group]")) {
    const labels = [...group.querySelectorAll("[data-words]")];
    for (const label of labels) label.hidden = !label.dataset.words.includes(words);
    group.hidden = labels.every((label) => label.hidden);
  }
});
