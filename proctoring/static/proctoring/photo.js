// Reference photos on the profile page: by file or by camera. While the camera is aimed, a line in the picture says what
// to change. The page shows its own local copy and what the server measured; no address ever sends a photo back.
//
//   <div data-photo="portrait" data-action="{% url 'proctoring:save_photo' 'portrait' %}"> … see _photo.html
//   <script type="module" src="{% static 'proctoring/photo.js' %}"></script>
//   Each saved photo dispatches a bubbling "photo-saved" event with detail { kind, missing, code }.

import { CameraRefused, Shutter, closeCamera, openCamera, show } from "./device.js";

const texts = JSON.parse(document.getElementById("photo-texts").textContent);
const AIM_EVERY = 1200; // ms between two looks while the camera is aimed
const DARK = 45; // of 255: so dark or bright that nobody need be asked
const BRIGHT = 225;
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
      this.aim(this.stream);
    } catch (error) {
      const code = error instanceof CameraRefused ? error.code : "camera.in_use";
      this.say("bad", `${texts.codes[code]}${texts.use_file}`);
    }
  }

  /** Until the picture is taken: say what is wrong with what the camera sees. */
  async aim(stream) {
    this.hint("", texts.aim);
    while (this.stream === stream && stream.active) {
      const began = performance.now();
      const light = this.light();
      if (light < DARK) this.hint("bad", texts.messages["photo.dark"]);
      else if (light > BRIGHT) this.hint("bad", texts.messages["photo.bright"]);
      else await this.look(stream);
      await new Promise((next) => setTimeout(next, Math.max(300, AIM_EVERY - (performance.now() - began))));
    }
  }

  /** Ask the server about one frame; a busy one says nothing. */
  async look(stream) {
    const blob = await this.shutter.take(this.video);
    if (!blob) return;
    const answer = await this.post(this.box.dataset.look, blob).catch(() => null);
    if (this.stream !== stream || !answer?.message || answer.code === "photo.busy") return;
    const good = answer.code === "photo.ok";
    this.hint(good ? "ok" : "bad", good ? texts.aimed : answer.message);
  }

  /** Mean brightness of the middle of the picture, 0..255. */
  light() {
    const small = Object.assign(document.createElement("canvas"), { width: 24, height: 24 });
    const context = small.getContext("2d", { willReadFrequently: true });
    const [w, h] = [this.video.videoWidth, this.video.videoHeight];
    context.drawImage(this.video, w * 0.3, h * 0.15, w * 0.4, h * 0.7, 0, 0, 24, 24);
    const { data } = context.getImageData(0, 0, 24, 24);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += 0.3 * data[i] + 0.59 * data[i + 1] + 0.11 * data[i + 2];
    return sum / (data.length / 4);
  }

  hint(state, text) {
    this.box.dataset.aim = state;
    const line = this.box.querySelector("[data-part=hint]");
    if (line.textContent !== text) line.textContent = text;
  }

  async post(address, blob) {
    const body = new FormData();
    body.append("photo", blob, "photo.jpg");
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const headers = { "X-CSRFToken": token, Accept: "application/json" };
    return (await fetch(address, { method: "POST", body, headers })).json();
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
    try {
      this.answered(await this.post(this.box.dataset.action, small));
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
