// Reference photos on the profile page: by file or by camera. The page shows its own local copy and what the server
// measured; no address ever sends a reference photo back.
//
//   <div data-photo="portrait" data-action="{% url 'proctoring:save_photo' 'portrait' %}"> … see _photo.html
//   <script type="module" src="{% static 'proctoring/photo.js' %}"></script>
//   Each saved photo dispatches a bubbling "photo-saved" event with detail { kind, missing, code }.

import { CameraRefused, Shutter, closeCamera, openCamera, show } from "./device.js";

const texts = JSON.parse(document.getElementById("photo-texts").textContent);
const LONGEST = 2400; // pixels: a phone's 48 megapixels are scaled down before they travel

class PhotoBox {
  constructor(box) {
    this.box = box;
    this.canvas = box.querySelector("canvas");
    this.video = box.querySelector("video");
    this.file = box.querySelector("input[type=file]");
    this.shutter = new Shutter();
    this.file.addEventListener("change", () => this.file.files[0] && this.use(this.file.files[0]));
    box.querySelector("[data-do=choose]").addEventListener("click", () => this.file.click());
    box.querySelector("[data-do=camera]").addEventListener("click", () => this.shoot());
  }

  /** First press opens the camera, second takes the picture. */
  async shoot() {
    if (this.stream?.active) {
      const blob = await this.shutter.takeLarge(this.video);
      this.closeDevice();
      await this.use(blob);
      return;
    }
    try {
      this.stream = await openCamera();
      await show(this.stream, this.video);
      this.reveal("video");
    } catch (error) {
      const code = error instanceof CameraRefused ? error.code : "camera.in_use";
      this.say("bad", `${texts.codes[code]}${texts.use_file}`);
    }
  }

  closeDevice() {
    closeCamera(this.stream);
    this.stream = null;
  }

  /** Show the local copy, send it, say what was measured. */
  async use(blob) {
    this.closeDevice();
    const small = await this.draw(blob);
    if (!small) return this.say("bad", texts.messages["photo.not_an_image"]);
    this.say("busy", texts.checking);
    const body = new FormData();
    body.append("photo", small, "photo.jpg");
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    try {
      const answer = await fetch(this.box.dataset.action, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": token, Accept: "application/json" },
      });
      this.answered(await answer.json());
    } catch {
      this.say("bad", texts.offline);
    }
    this.file.value = "";
  }

  /** The picture on the canvas and, scaled down if need be, as a JPEG; null when it cannot be decoded. */
  async draw(blob) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(blob);
    } catch {
      return null;
    }
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    Object.assign(this.canvas, { width: bitmap.width * scale, height: bitmap.height * scale });
    this.canvas.getContext("2d").drawImage(bitmap, 0, 0, this.canvas.width, this.canvas.height);
    this.reveal("canvas");
    if (scale === 1 && blob.type === "image/jpeg") return blob;
    return new Promise((done) => this.canvas.toBlob(done, "image/jpeg", 0.92));
  }

  reveal(which) {
    for (const part of this.box.querySelectorAll("[data-shows]")) part.hidden = part.dataset.shows !== which;
  }

  answered(answer) {
    this.say(answer.saved ? "ok" : "bad", answer.message ?? texts.offline);
    this.ticks(answer.checks ?? []);
    if (answer.saved || answer.code === "photo.different_people") {
      const detail = { kind: this.box.dataset.photo, missing: answer.missing, code: answer.code };
      this.box.dispatchEvent(new CustomEvent("photo-saved", { bubbles: true, detail }));
    }
  }

  ticks(checks) {
    const list = this.box.querySelector(".check-list");
    list.replaceChildren(
      ...checks.map(({ name, passed, code }) => {
        const template = this.box.querySelector(passed ? "template[data-icon=ok]" : "template[data-icon=warn]");
        const line = document.createElement("li");
        line.append(template.content.cloneNode(true), passed ? texts.passed[name] : texts.messages[code]);
        return line;
      }),
    );
    list.hidden = checks.length === 0;
  }

  say(state, text) {
    this.box.dataset.state = state;
    this.box.classList.toggle("is-bad", state === "bad");
    const line = this.box.querySelector("[data-part=message]");
    line.textContent = text;
  }
}

for (const box of document.querySelectorAll("[data-photo]")) new PhotoBox(box);
