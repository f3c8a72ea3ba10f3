// 设备检测: six looks at the computer, each with what to do; passed or skipped, this browser remembers it.
import { closeCamera } from "../proctoring/device.js";
import * as checks from "./checks.js";
import { remember } from "./remembered.js";

const MARKS = { wait: "hourglass", ok: "circle-check", warn: "alert-circle", bad: "alert-triangle" };

document.documentElement.dataset.started = ""; // for old.js: the modules run here
const data = JSON.parse(document.getElementById("test-data").textContent);
const texts = JSON.parse(document.getElementById("texts").textContent);
const root = document.querySelector("[data-devices]");
const picture = root.querySelector("[data-part=picture]");
const button = (name) => root.querySelector(`[data-do=${name}]`);

function say(name, outcome, key, values = {}) {
  const line = root.querySelector(`[data-check=${name}]`);
  line.dataset.outcome = outcome;
  line.querySelector("[data-part=said]").textContent = texts[key].replace(/\{(\w+)\}/g, (_all, what) => values[what]);
  const use = line.querySelector(".devices-mark use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#i-${MARKS[outcome]}`));
}

function verdict() {
  const outcomes = [...root.querySelectorAll("[data-check]")].map((line) => line.dataset.outcome);
  const worst = ["bad", "wait", "warn", "ok"].find((outcome) => outcomes.includes(outcome));
  root.dataset.verdict = worst;
  root.querySelector("[data-part=verdict]").textContent = texts[`done_${worst}`] ?? "";
}

async function one(name, check) {
  say(name, "wait", "working");
  say(name, ...(await check()));
  verdict();
}

async function all() {
  closeCamera(picture.srcObject);
  say("sound", "wait", "sound_wait");
  verdict();
  await Promise.all([
    one("browser", checks.browser),
    one("camera", () => checks.camera(picture)),
    one("socket", () => checks.socket(data.socket)),
    one("clock", () => checks.clock(data.sample)),
    one("speed", () => checks.speed(data.sample, data)),
  ]);
}

const acts = {
  again: () => all(),
  async tone() {
    say("sound", "wait", "sound_asked");
    for (const name of ["heard", "silent"]) button(name).hidden = false;
    await checks.tones();
  },
  heard: () => say("sound", "ok", "sound_ok"),
  silent: () => say("sound", "warn", "sound_warn"),
  go: () => remember("devices", root.dataset.verdict === "ok" ? "passed" : "seen"),
  skip: () => remember("devices", "skipped"),
};

root.addEventListener("click", async (event) => {
  const name = event.target.closest("[data-do]")?.dataset.do;
  await acts[name]?.();
  verdict();
});
addEventListener("pagehide", () => closeCamera(picture.srcObject));

all();
