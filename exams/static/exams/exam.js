// The paper: one question at a time, every choice saved at once, the answer sheet beside it.
// What is "saved" was acknowledged by the server; everything else is dashed.

import { Clock, clockFace } from "./clock.js";
import { AnswerQueue, safeStorage } from "./queue.js";

const room = document.getElementById("main");
const texts = JSON.parse(document.getElementById("texts").textContent);
const byId = (id) => document.getElementById(id);
const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

const store = safeStorage();
const flagsKey = `zx-exam:${room.dataset.attempt}:flags`;
const flags = new Set(JSON.parse(store.get(flagsKey) ?? "[]"));
const questions = new Map(); // number → {section, cell, saved: choice the server holds}
for (const section of room.querySelectorAll(".question")) {
  const number = Number(section.dataset.number);
  const cell = room.querySelector(`[data-cell="${number}"]`);
  questions.set(number, { number, section, cell, saved: section.dataset.choice, note: "" });
}
const numbers = [...questions.keys()];
let current = numbers[0];

const form = byId("hand-in-form");
const queue = new AnswerQueue({
  url: room.dataset.answers,
  csrf: form.elements.csrfmiddlewaretoken.value,
  attempt: room.dataset.attempt,
  seqs: new Map(numbers.map((n) => [n, Number(questions.get(n).section.dataset.seq)])),
  store,
});
let leaving = false;

// --- questions -----------------------------------------------------------------------------------------------------

function choiceOf(section) {
  return [...section.querySelectorAll("input:checked")].map((input) => input.value).join("");
}

function setChoice(section, choice) {
  for (const input of section.querySelectorAll("input")) input.checked = choice.includes(input.value);
}

function show(number, { focus = true } = {}) {
  if (!questions.has(number)) return;
  current = number;
  for (const { section } of questions.values()) section.hidden = Number(section.dataset.number) !== number;
  const { section } = questions.get(number);
  if (focus) {
    section.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }
  drawAll();
}

function goTo(number) {
  if (questions.has(number)) location.hash = `q${number}`;
}

// --- drawing -------------------------------------------------------------------------------------------------------

function stateOf(question) {
  if (queue.pending.has(question.number)) return queue.state === "online" ? "saving" : "waiting";
  return question.saved ? "saved" : "open";
}

function drawQuestion(question) {
  const { number, section, cell } = question;
  const state = stateOf(question);
  const waits = state === "saving" || state === "waiting";
  const line = section.querySelector("[data-state]");
  line.classList.toggle("is-saved", state === "saved");
  line.classList.toggle("is-waiting", waits || question.note === "refused");
  const key = waits ? state : question.note || (state === "saved" ? "savedBefore" : "open");
  setText(section.querySelector("[data-state-text]"), say(key, { n: number, time: question.time }));
  cell.classList.toggle("is-answered", state === "saved");
  cell.classList.toggle("is-waiting", waits);
  cell.classList.toggle("is-flagged", flags.has(number));
  cell.classList.toggle("is-current", number === current);
  if (number === current) cell.setAttribute("aria-current", "true");
  else cell.removeAttribute("aria-current");
  const label = say(waits ? "labelWaiting" : state === "saved" ? "labelSaved" : "labelOpen", { n: number });
  cell.setAttribute("aria-label", label + (flags.has(number) ? texts.labelFlagged : ""));
  const flag = section.querySelector("[data-flag]");
  flag.setAttribute("aria-pressed", String(flags.has(number)));
  setText(flag.querySelector("[data-flag-text]"), flags.has(number) ? texts.unflag : texts.flag);
}

/** Live regions speak when their text changes: leave equal text alone. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function answered() {
  return [...questions.values()].filter((question) => stateOf(question) === "saved").length;
}

function drawAll() {
  for (const question of questions.values()) drawQuestion(question);
  const done = answered();
  setText(byId("tally"), say("tally", { done, left: numbers.length - done }));
  drawBanner();
  drawHandIn();
}

function drawBanner() {
  const banner = byId("banner");
  const wasHidden = banner.hidden;
  banner.hidden = queue.state === "online";
  if (banner.hidden) return;
  const waiting = [...queue.pending.keys()];
  const signedOut = queue.state === "signed_out";
  setText(byId("banner-title"), signedOut ? texts.signedOut : texts.offline);
  const key = waiting.length === 0 ? "noneWaiting" : waiting.length === 1 ? "oneWaiting" : "someWaiting";
  const values = { n: waiting.length === 1 ? waiting[0] : waiting.length };
  const what = clock.ended ? texts.timeUpOffline : signedOut ? texts.signedOutWhat : say(key, values);
  if (wasHidden || byId("banner-text").textContent !== what) setText(byId("banner-text"), what);
}

function drawHandIn() {
  const open = numbers.length - answered();
  const waiting = queue.pending.size;
  const key = open === 0 ? "allAnswered" : open === 1 ? "oneUnanswered" : "someUnanswered";
  setText(byId("hand-in-text"), waiting ? say("handInWaits", { n: waiting }) : say(key, { n: open || numbers.length }));
  byId("hand-in-button").disabled = waiting > 0;
}

// --- the server's answers ------------------------------------------------------------------------------------------

queue.addEventListener("saved", ({ detail }) => {
  const question = questions.get(detail.number);
  Object.assign(question, { saved: detail.choice, note: detail.choice ? "saved" : "", time: detail.at });
  drawAll();
});
queue.addEventListener("elsewhere", ({ detail }) => {
  const question = questions.get(detail.number);
  if (queue.pending.has(detail.number)) return; // a later choice of this window is on its way
  Object.assign(question, { saved: detail.choice, note: "elsewhere" });
  setChoice(question.section, detail.choice);
  drawAll();
});
queue.addEventListener("refused", ({ detail }) => {
  const question = questions.get(detail.number);
  question.note = "refused";
  setChoice(question.section, question.saved);
  drawAll();
});
queue.addEventListener("state", () => {
  drawAll();
  if (queue.state === "online" && clock.ended) handIn();
});
queue.addEventListener("clock", ({ detail }) => clock.sync(detail.remainingMs));
queue.addEventListener("gone", () => handIn());

/** To the server with everything it has: it grades once, however often it is asked, and shows the result. */
function handIn() {
  if (leaving) return;
  leaving = true;
  queue.clear();
  store.remove(flagsKey);
  form.submit();
}

async function endByClock() {
  for (const input of room.querySelectorAll(".option input")) input.disabled = true;
  setText(byId("announce"), texts.timeUp);
  await queue.flush({ ask: true });
  if (queue.state === "online") handIn();
  else drawAll();
}

// --- the person's hands --------------------------------------------------------------------------------------------

room.addEventListener("change", (event) => {
  const section = event.target.closest(".question");
  if (!section) return;
  const number = Number(section.dataset.number);
  questions.get(number).note = "";
  queue.put(number, choiceOf(section));
  drawAll();
});

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) goTo(numbers[numbers.indexOf(current) + Number(step.dataset.step)]);
  if (event.target.closest("[data-flag]")) {
    if (!flags.delete(current)) flags.add(current);
    store.set(flagsKey, JSON.stringify([...flags]));
    drawAll();
  }
  if (event.target.closest("[data-hand-in]")) {
    drawHandIn();
    byId("hand-in").showModal();
  }
});
byId("retry").addEventListener("click", () => queue.flush({ ask: true }));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (queue.pending.size === 0) handIn();
});
// Enter in a question must not submit the little form around it.
for (const { section } of questions.values()) section.querySelector("form").addEventListener("submit", (e) => e.preventDefault());
addEventListener("hashchange", () => show(Number(location.hash.slice(2))));
addEventListener("beforeunload", (event) => {
  if (queue.pending.size && !leaving) event.preventDefault();
});
// After sleep or from the back-forward cache the page knows neither the time nor what was saved since.
addEventListener("pageshow", (event) => event.persisted && location.reload());
document.addEventListener("visibilitychange", () => document.hidden || queue.flush({ ask: true }));

// --- begin ---------------------------------------------------------------------------------------------------------

const clock = new Clock(Number(room.dataset.remainingMs));
clock.addEventListener("tick", ({ detail }) => {
  setText(byId("clock"), clockFace(detail.remainingMs));
  byId("clock").parentElement.classList.toggle("is-late", detail.late);
});
clock.addEventListener("announce", ({ detail }) => {
  setText(byId("announce"), detail.minutes === 1 ? texts.minuteLeft : say("minutesLeft", { n: detail.minutes }));
});
clock.addEventListener("end", endByClock);
clock.start();
// What waited here when the page was closed.
for (const [number, { choice }] of queue.pending) setChoice(questions.get(number).section, choice);
// What was chosen before this script was there: the browser itself fills nothing in (autocomplete is off).
for (const { number, section, saved } of questions.values()) {
  if (!queue.pending.has(number) && choiceOf(section) !== saved) queue.put(number, choiceOf(section));
}
show(Number(location.hash.slice(2)) || numbers.find((n) => !questions.get(n).saved) || numbers[0], { focus: false });
queue.flush();
