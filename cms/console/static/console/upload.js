/**
 * A video in pieces: what the server has is asked for and never assumed, so that a reload, a cut line or a sleeping
 * computer costs at most one piece. Which upload belongs to which file is remembered in this browser.
 */
const PIECE = 4 * 1024 * 1024;
const WAIT_MS = [1000, 2000, 5000, 10_000];
const KEY = "zx-upload:";

const form = document.getElementById("upload");
const texts = document.getElementById("upload-texts").dataset;
const at = (name) => document.getElementById(`upload-${name}`);
const [problem, resume, run, bar, words] = ["problem", "resume", "run", "bar", "words"].map(at);
const [go, pause, cancel] = ["go", "pause", "cancel"].map(at);
const token = form.elements.csrfmiddlewaretoken.value;

/** The same file of the same target: what is remembered stands under this name. */
const keyOf = (file) =>
  `${KEY}${file.name}|${file.size}|${file.lastModified}|${form.elements.lesson?.value ?? form.elements.course.value}`;

const size = (bytes) =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(2)} GB` : bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} KB`;
const clock = (s) => `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, "0")}:${String(Math.floor(s) % 60).padStart(2, "0")}`;
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

/** A refusal of the server: its sentence, and how much it has where it says so. */
class Refused extends Error {
  constructor(status, said) {
    super(said.message ?? texts.failed);
    Object.assign(this, { status, received: said.received });
  }
}

async function ask(url, options = {}) {
  const answer = await fetch(url, {
    ...options,
    headers: { "X-CSRFToken": token, Accept: "application/json", ...options.headers },
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said);
  return said;
}

/** The upload of this file: the one that was begun before, or a new one. */
async function uploadOf(file) {
  const known = localStorage.getItem(keyOf(file));
  if (known) {
    const found = await ask(JSON.parse(known).data).catch((error) => {
      if (!(error instanceof Refused)) throw error;
      return null;
    });
    if (found?.state === "receiving") return found;
    localStorage.removeItem(keyOf(file));
  }
  const about = { name: file.name, size: file.size, split: form.elements.split?.checked ?? false };
  const target = { lesson: form.elements.lesson?.value, course: form.elements.course?.value };
  const begun = await ask(form.dataset.begin, { method: "POST", body: JSON.stringify({ ...about, ...target }) });
  localStorage.setItem(keyOf(file), JSON.stringify({ data: begun.data, name: file.name }));
  return begun;
}

let running = null; // { upload, key, paused, speed }

function show(text) {
  const { received, size: all } = running.upload;
  const left = running.speed ? clock((all - received) / running.speed) : "–";
  bar.value = (100 * received) / all;
  words.textContent = filled(text, { done: size(received), all: size(all), speed: size(running.speed ?? 0), left });
}

/** Piece after piece until all is there; a line that breaks is waited for, and the server asked where to go on. */
async function send(file) {
  let failures = 0;
  while (running && !running.paused && running.upload.state === "receiving") {
    const began = performance.now();
    const offset = running.upload.received;
    try {
      running.upload = await ask(running.upload.data, {
        method: "PATCH",
        body: file.slice(offset, offset + PIECE),
        headers: { "Upload-Offset": String(offset), "Content-Type": "application/octet-stream" },
      });
      const now = ((running.upload.received - offset) * 1000) / Math.max(1, performance.now() - began);
      running.speed = running.speed ? 0.7 * running.speed + 0.3 * now : now;
      failures = 0;
      show(running.paused ? texts.paused : texts.running);
    } catch (error) {
      if (!running) return;
      if (error instanceof Refused && error.status < 500 && error.status !== 409 && error.status !== 429) throw error;
      if (failures === 12 && error instanceof Refused) throw error;
      show(error.status === 409 ? texts.goingOn : texts.offline);
      if (error.status !== 409 || failures) await new Promise((done) => setTimeout(done, WAIT_MS[Math.min(failures, 3)]));
      failures += 1;
      running.upload = await ask(running.upload.data).catch(() => running.upload);
    }
  }
}

function fail(message) {
  problem.textContent = message;
  problem.hidden = false;
  go.disabled = false;
  pause.hidden = true;
}

async function start(file) {
  problem.hidden = true;
  resume.hidden = true;
  go.disabled = true;
  try {
    running = { upload: await uploadOf(file), key: keyOf(file), file, paused: false };
    if (running.upload.received === 0 && form.elements.captions.files[0]) {
      const captions = new FormData();
      captions.append("captions", form.elements.captions.files[0]);
      const answer = await fetch(running.upload.captions, { method: "POST", body: captions, headers: { "X-CSRFToken": token } });
      if (!answer.ok) await captionsRefused(answer);
    }
    run.hidden = pause.hidden = cancel.hidden = false;
    show(running.upload.received ? texts.goingOn : texts.running);
    await go_on();
  } catch (error) {
    fail(error instanceof Refused ? error.message : texts.failed);
  }
}

/** The page that came back has the sentence at its field. */
async function captionsRefused(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  throw new Refused(answer.status, { message: page.querySelector(".zx-field__err")?.textContent });
}

async function go_on() {
  try {
    await send(running.file);
  } catch (error) {
    return fail(error.message);
  }
  if (running?.upload && running.upload.state !== "receiving") {
    localStorage.removeItem(running.key);
    location.assign(running.upload.page);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const file = form.elements.file.files[0];
  if (!file) return fail(texts.choose);
  if (!/\.(mp4|mov)$/i.test(file.name)) return fail(texts.type);
  start(file);
});

pause.addEventListener("click", () => {
  running.paused = !running.paused;
  pause.textContent = running.paused ? texts.continue : texts.pause;
  show(running.paused ? texts.paused : texts.goingOn);
  if (!running.paused) go_on();
});

cancel.addEventListener("click", async () => {
  const { upload, key } = running;
  running = null;
  localStorage.removeItem(key);
  await fetch(upload.cancel, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => {});
  location.assign(upload.page);
});

addEventListener("beforeunload", (event) => {
  if (running && !running.paused && running.upload.state === "receiving" && go.disabled && problem.hidden) event.preventDefault();
});

/** What was begun in this browser and is not whole yet: said, so that the person chooses the same file again. */
for (const key of Object.keys(localStorage).filter((name) => name.startsWith(KEY))) {
  const known = JSON.parse(localStorage.getItem(key));
  const found = await ask(known.data).catch((error) => (error instanceof Refused ? null : undefined));
  if (found === null || (found && found.state !== "receiving")) localStorage.removeItem(key);
  else if (found && !running) {
    resume.textContent = filled(texts.resume, { name: known.name, percent: Math.floor((100 * found.received) / found.size) });
    resume.hidden = false;
  }
}
