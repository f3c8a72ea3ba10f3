/** A review case by keyboard: A S T D choose, Enter confirms, Z undoes, 1–9 puts a picture beside the ID photo, V shows all, P opens the curves of the face checks in turn. */
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

const pair = lightbox.querySelector(".zx-lightbox__pair");

/** What the lightbox shows of a picture: the picture itself, of which the gallery has a thumbnail only. */
function figureOf(shot) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const small = shot.querySelector("img");
  const image = small ? small.cloneNode() : new Image();
  image.removeAttribute("loading");
  image.src = small?.dataset.full ?? shot.dataset.picture ?? small.src;
  image.alt = ""; // the caption names it
  caption.textContent = shot.querySelector(".zx-shot__cap").textContent.trim();
  figure.append(image, caption);
  return figure;
}

/** Pictures of one incident stand beside each other; anything else beside the ID photo. */
function beside(shot) {
  if (!shot?.querySelector("img") && !shot?.dataset.picture) return false;
  const siblings = shot.closest(".zx-events li")?.querySelectorAll("[data-picture]") ?? [];
  const reference = document.querySelector(".zx-ident__photos [data-shot]");
  const pictures = siblings.length > 1 ? [...siblings] : reference && reference !== shot ? [reference, shot] : [shot];
  pair.replaceChildren(...pictures.map(figureOf));
  if (!lightbox.open) lightbox.showModal();
  return true;
}

const plots = [...document.querySelectorAll("[data-plot]")];
let plotted = -1;

/** The curves of a face check, fetched when they are asked for: each look is an audit row. */
async function plot(link) {
  plotted = plots.indexOf(link);
  const answer = await fetch(link.href);
  const box = document.createElement("div");
  box.className = "zx-grow";
  if (answer.ok) box.innerHTML = await answer.text();
  else box.textContent = `${answer.status}`;
  pair.replaceChildren(box);
  if (!lightbox.open) lightbox.showModal();
}

function nextPlot() {
  if (!plots.length) return false;
  plot(plots[(plotted + 1) % plots.length]);
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
  const link = event.target.closest("[data-plot]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    plot(link);
  }
});

/* Stretches to clear: a day ticks all of its own; the sum is shown; what changes after the server's count is asked anew. */
const times = document.getElementById("times");

function countTimes() {
  const boxes = [...times.querySelectorAll("[name=spans]")];
  for (const group of times.querySelectorAll("[role=group]")) {
    const own = [...group.querySelectorAll("[name=spans]")];
    const day = group.querySelector("[data-day]");
    day.checked = own.every((box) => box.checked);
    day.indeterminate = !day.checked && own.some((box) => box.checked);
  }
  const seconds = Math.floor(boxes.reduce((ms, box) => ms + (box.checked ? Number(box.dataset.ms) : 0), 0) / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const shown = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const sum = times.querySelector("[data-sum]");
  sum.textContent = sum.dataset.words.replace("{time}", shown);
}

if (times) {
  for (const one of times.querySelectorAll("[data-js]")) one.hidden = false;
  for (const one of times.querySelectorAll("[data-no-js]")) one.hidden = true;
  times.addEventListener("change", (event) => {
    if (event.target.matches("[data-day]")) {
      for (const box of event.target.closest("[role=group]").querySelectorAll("[name=spans]")) box.checked = event.target.checked;
    }
    times.querySelector("[data-confirmed]")?.remove();
    times.querySelector("#to-confirm")?.remove();
    countTimes();
  });
  countTimes();
  if (times.querySelector("#to-confirm")) times.querySelector("#to-confirm").scrollIntoView({ block: "nearest" });
}

/* what was refused may stand below the fold of the decision */
[...document.querySelectorAll("#decide .zx-field__err")].find((one) => one.offsetParent)?.scrollIntoView({ block: "nearest" });

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
  t: () => choose("d-times"),
  d: () => choose("d-clear"),
  j: () => follow("next"),
  k: () => follow("previous"),
  v: showAll,
  p: nextPlot,
  z: undo,
  Enter: (event) => (event.target.closest("a, button, summary") ? false : confirm()),
  ...digits,
});
