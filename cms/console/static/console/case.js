/** A review case by keyboard: A S D choose, Enter confirms, Z undoes, 1–9 puts a picture beside the ID photo, V shows all. */
import { onKeys, undo } from "./keys.js";

const choose = (id) => {
  const radio = document.getElementById(id);
  if (!radio) return false;
  radio.checked = true;
  radio.focus();
  return true;
};
const follow = (id) => {
  const link = document.getElementById(id);
  if (!link) return false;
  link.click();
  return true;
};

const lightbox = document.getElementById("lightbox");

function beside(shot) {
  if (!shot?.querySelector("img")) return false;
  const reference = document.querySelector(".zx-ident__photos [data-shot]");
  const pictures = reference && reference !== shot ? [reference, shot] : [shot];
  lightbox.querySelector(".zx-lightbox__pair").replaceChildren(
    ...pictures.map((picture) => {
      const figure = document.createElement("figure");
      const caption = document.createElement("figcaption");
      figure.append(picture.querySelector("img").cloneNode(), caption);
      caption.textContent = picture.querySelector(".zx-shot__cap").textContent.trim();
      return figure;
    }),
  );
  if (!lightbox.open) lightbox.showModal();
  return true;
}

function showAll() {
  const late = document.querySelectorAll("[data-late]");
  for (const shot of late) {
    shot.querySelector("img").src = shot.dataset.late;
    shot.hidden = false;
    delete shot.dataset.late;
  }
  document.querySelector("[data-show-all]")?.remove();
  return late.length > 0;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-all]")) showAll();
  const shot = event.target.closest("[data-shot]");
  if (shot) beside(shot);
});

function confirm() {
  const form = document.getElementById("decide");
  const button = form?.querySelector("button[type=submit]");
  if (!button || button.disabled || lightbox.open) return false;
  form.requestSubmit(button);
  return true;
}

const digits = Object.fromEntries(
  Array.from({ length: 9 }, (_, i) => [String(i + 1), () => beside(document.querySelectorAll("[data-evidence]")[i])]),
);

onKeys({
  a: () => choose("d-pass"),
  s: () => choose("d-part"),
  d: () => choose("d-clear"),
  j: () => follow("next"),
  k: () => follow("previous"),
  v: showAll,
  z: undo,
  Enter: (event) => (event.target.closest("a, button, summary") ? false : confirm()),
  ...digits,
});
