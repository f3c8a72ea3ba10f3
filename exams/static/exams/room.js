// The exam's camera: a face check, then the paper in the same document, so that the camera stays on. What the camera
// does not see is said and noted; it never takes the paper away.
import { CameraRoom } from "../proctoring/camera.js";

const data = JSON.parse(document.getElementById("exam-data").textContent);
const texts = JSON.parse(document.getElementById("texts").textContent);
const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
const find = (selector) => document.querySelector(selector);
const camera = new CameraRoom(find("[data-camera-room]"), { session: openCamera });
let session = "";
let onPaper = Boolean(find("main[data-attempt]"));

async function post(address, body = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw answer;
  return answer;
}

async function openCamera() {
  const answer = await post(data.camera);
  session = answer.uuid;
  return answer;
}

// --- before the paper ----------------------------------------------------------------------------------------------

async function begin() {
  camera.hide();
  find(".exam-opening").hidden = false;
  try {
    await showPaper((await post(data.begin, { camera: session })).paper);
  } catch (error) {
    find(".exam-opening").hidden = true;
    const refused = find(".exam-refused");
    refused.hidden = false;
    refused.querySelector("p").textContent = error.message ?? "";
  }
}

// The paper's page takes the place of this one; the camera and its socket stay.
async function showPaper(address) {
  const response = await fetch(address);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!page.querySelector("main[data-attempt]")) return location.assign(address);
  for (const part of document.querySelectorAll("[data-exam-part]")) part.remove();
  find(".skip-link").after(...page.querySelectorAll("[data-exam-part]"));
  document.title = page.title;
  history.replaceState(null, "", address);
  onPaper = true;
  await write();
  seen();
}

// --- beside the paper ----------------------------------------------------------------------------------------------

async function write() {
  find("[data-back]").addEventListener("click", backToPaper);
  find("#watch-banner button").addEventListener("click", ({ target }) => act(target.dataset.act));
  await import("./exam.js");
  await camera.preview(find("[data-watch] video"));
}

function backToPaper() {
  camera.hide();
  find("main[data-attempt]").hidden = false;
  find("[data-back]").hidden = true;
}

function act(what) {
  if (what === "reload") location.reload();
  else if (what === "resume") camera.resume();
  else {
    find("main[data-attempt]").hidden = true;
    find("[data-back]").hidden = false;
    camera.check();
  }
}

function seen() {
  find("#watch-banner").hidden = true;
  find("[data-watch]").classList.remove("is-lost");
  mark(texts.faceSeen, "circle-check");
}

function mark(words, icon) {
  const line = find("[data-watch] p");
  line.querySelector("span").textContent = words;
  const use = line.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#i-${icon}`));
}

function lost(title, note, what) {
  const banner = find("#watch-banner");
  banner.querySelector("strong").textContent = title;
  banner.querySelector("span").textContent = note;
  const button = banner.querySelector("button");
  button.dataset.act = what;
  button.textContent = { resume: texts.faceResume, check: texts.faceCheck, reload: texts.faceReload }[what];
  banner.hidden = false;
  find("[data-watch]").classList.add("is-lost");
  mark(texts.faceUnseen, "alert-circle");
}

camera.addEventListener("verified", () => {
  if (!onPaper) return begin();
  backToPaper();
  seen();
});
camera.addEventListener("expired", ({ detail }) => {
  if (onPaper) lost(detail.title, texts.faceNote, detail.resumable ? "resume" : "check");
});
camera.addEventListener("replaced", () => onPaper && lost(texts.faceReplaced, texts.faceReplacedNote, "reload"));
addEventListener("pagehide", () => camera.stop());

if (onPaper) {
  await write();
  await camera.rejoin();
} else {
  await camera.start();
}
