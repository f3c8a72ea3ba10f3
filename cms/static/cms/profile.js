// Reference photos of the profile: from the camera or a file, sent to the server, which measures them. The preview is
// the local picture; the server never sends a face back.

const texts = JSON.parse(document.getElementById("texts").textContent);
const SPRITE = document.querySelector("use").getAttribute("href").split("#")[0];
const WIDE = { width: { ideal: 1280 }, height: { ideal: 960 } };
const CHECKS = ["face", "size", "sharp", "light", "straight"];

const icon = (name, kind) =>
  `<svg class="icon icon-${kind}" aria-hidden="true"><use href="${SPRITE}#i-${name}"/></svg>`;

function line(tag, html, text, cssClass = "") {
  const element = document.createElement(tag);
  element.className = cssClass;
  element.innerHTML = html;
  element.append(Object.assign(document.createElement("span"), { textContent: text }));
  return element;
}

class Capture {
  constructor(section) {
    this.section = section;
    this.find = (name) => section.querySelector(`[data-${name}]`);
    this.find("start").addEventListener("click", () => this.start());
    this.find("shoot").addEventListener("click", () => this.shoot());
    this.find("file").addEventListener("change", ({ target }) => {
      if (target.files[0]) this.send(target.files[0]);
      target.value = "";
    });
  }

  async start() {
    try {
      const video = { facingMode: this.section.dataset.facing, ...WIDE };
      this.stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch {
      return this.say([line("p", icon("alert-circle", "bad"), texts.noCamera, "field-error")]);
    }
    const video = this.find("video");
    video.srcObject = this.stream;
    await video.play();
    this.show("video");
    this.find("start").hidden = true;
    this.find("shoot").hidden = false;
    this.find("shoot").focus();
  }

  shoot() {
    const video = this.find("video");
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    this.stop();
    canvas.toBlob((blob) => this.send(blob), "image/jpeg", 0.92);
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.find("start").hidden = false;
    this.find("shoot").hidden = true;
  }

  show(part) {
    for (const name of ["video", "preview", "empty"]) this.find(name).hidden = name !== part;
  }

  async send(picture) {
    const preview = this.find("preview");
    URL.revokeObjectURL(preview.src);
    preview.src = URL.createObjectURL(picture);
    this.show("preview");
    this.say([line("p", "", texts.sending, "muted")]);
    const body = new FormData();
    body.append("photo", picture, "photo.jpg");
    const headers = { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value, Accept: "application/json" };
    try {
      const response = await fetch(this.section.dataset.url, { method: "POST", body, headers });
      this.report(await response.json());
    } catch {
      this.say([line("p", icon("alert-circle", "bad"), texts.failed, "field-error")]);
    }
  }

  report({ saved, message, checks = [], missing = [] }) {
    const list = document.createElement("ul");
    list.className = "check-list";
    for (const check of checks) {
      const name = check.name ?? CHECKS[0];
      const html = check.passed ? icon("circle-check", "ok") : icon("alert-circle", "warn");
      list.append(line("li", html, check.passed ? texts[name] : (check.message ?? texts[name])));
    }
    const verdict = saved
      ? line("p", icon("circle-check", "ok"), texts.saved, "muted")
      : line("p", icon("alert-circle", "bad"), message, "field-error");
    this.say([verdict, list]);
    if (!saved) return;
    this.mark("badge-ok", "check", texts.saved);
    if (missing.length === 1 && missing[0] === "confirmation") {
      this.say([verdict, list, line("p", icon("circle-check", "ok"), texts.both, "callout callout-ok")]);
      setTimeout(() => location.reload(), 2500);
    }
  }

  mark(kind, glyph, words) {
    const badge = this.section.querySelector("[data-badge]");
    badge.className = `badge ${kind}`;
    badge.innerHTML = icon(glyph, "ok");
    badge.append(words);
  }

  say(parts) {
    this.find("result").replaceChildren(...parts);
  }
}

for (const section of document.querySelectorAll("[data-capture]")) new Capture(section);
