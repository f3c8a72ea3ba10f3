// The camera of the study room and of the exam: liveness check first, snapshots while it is in use. One document with
// the player: nothing here navigates.
//
//   <link rel="stylesheet" href="{% static 'zx/pages/liveness.css' %}">, errors.css and camera.css in {% block head %}
//   {% include "proctoring/_camera_room.html" %}                     anywhere in the page
//
//   import { CameraRoom } from "{% static 'proctoring/camera.js' %}";
//   const camera = new CameraRoom(document.querySelector("[data-camera-room]"), {
//     session: async () => ({ socket: "/ws/camera/…/" }),            // opens the camera session; called once, by the button
//   });
//   camera.addEventListener("verified", …)   detail { verified_until }: hide the room (camera.hide()), start the lesson
//   camera.addEventListener("expired", …)    detail { code, title, advice, resumable }: pause, show why, then either
//                                            camera.resume() (a snapshot is enough) or camera.check() (a new check)
//   camera.addEventListener("failed", …)     detail { code, action }: a check failed; the room itself says why
//   camera.addEventListener("state", …)      detail { view }: advice waiting neutral action failed passed none watching offline
//   camera.addEventListener("replaced", …)   the session was opened in another window
//   await camera.start();                    asks for the camera; refused or absent: the room says what to do
//   camera.preview(videoElement);            the same picture, small, beside the player (mirror it with .camera-video)
//   camera.stop();                           leaving: camera off, socket closed

import { CameraSocket, tokenOf } from "./socket.js";
import { Prompts } from "./prompts.js";
import { tellCamera } from "./label.js";
import { CameraRefused, Shutter, closeCamera, openCamera, show } from "./device.js";

const FRAME_EVERY = 100;
const SNAPSHOT_EVERY = 350;

export class CameraRoom extends EventTarget {
  #element;
  #texts;
  #session;
  #socket = null;
  #stream = null;
  #video;
  #prompts;
  #shutter = new Shutter();
  #previews = new Set();
  #challenge = null; // { token, credits, count, timer }
  #checking = false;
  #verified = false;

  constructor(element, { session }) {
    super();
    this.#element = element;
    this.#session = session;
    this.#texts = JSON.parse(document.getElementById("camera-texts").textContent);
    this.#video = element.querySelector("video");
    this.#prompts = new Prompts(element.querySelector("[data-panel]"), this.#texts);
    element.addEventListener("click", (event) => {
      const what = event.target.closest("[data-do]")?.dataset.do;
      if (what === "check" || what === "retry") this.check();
      if (what === "again") this.start();
    });
    document.addEventListener("visibilitychange", () => this.#hiddenNow());
  }

  get verified() {
    return this.#verified;
  }

  /** Ask for the camera and show the advice. Resolves true when there is a picture. */
  async start() {
    this.show();
    try {
      await this.#openDevice();
    } catch (error) {
      this.#none(error instanceof CameraRefused ? error.code : "camera.in_use");
      return false;
    }
    this.#element.querySelector("[data-room=none]").hidden = true;
    this.#element.querySelector("[data-room=check]").hidden = false;
    this.#to("advice");
    return true;
  }

  /** Begin a liveness check (the button's doing; also after an expiry that cannot be resumed). */
  async check() {
    if (this.#checking) return;
    this.#checking = true;
    this.#prompts.unlockSound();
    this.show();
    this.#element.querySelector(".camera").classList.remove("is-failed");
    this.#to("waiting", () => this.#prompts.waiting(0));
    if (!this.#stream && !(await this.start())) {
      this.#checking = false;
      return;
    }
    if (!(await this.#connect())) {
      this.#checking = false;
      return;
    }
    this.#socket.send("liveness.start");
  }

  /** Take a session up that was checked before the page was loaded again. What is due comes as "verified" or "expired". */
  async rejoin() {
    try {
      await this.#openDevice();
    } catch (error) {
      return this.#expired({ code: error instanceof CameraRefused ? error.code : "camera.in_use", resumable: false });
    }
    if (!(await this.#connect())) {
      this.hide();
      return this.#expired({ code: "camera.timeout", resumable: false });
    }
    if (this.#verified) this.#emit("verified", {});
    else this.#expired({ code: "camera.timeout", resumable: this.#resumable });
  }

  /** Go on after a pause: a snapshot of the right face is enough if the server agrees, else a new check. */
  async resume() {
    if (!this.#resumable) return void this.check();
    try {
      await this.#openDevice();
    } catch (error) {
      return this.#expired({ code: error.code ?? "camera.in_use", resumable: true });
    }
    this.#socket?.send("snapshot.resume");
  }

  show() {
    this.#element.hidden = false;
  }

  hide() {
    this.#element.hidden = true;
  }

  /** Put the live picture into another <video> as well. */
  async preview(video) {
    this.#previews.add(video);
    if (this.#stream) await show(this.#stream, video);
  }

  stop() {
    this.#endChallenge();
    this.#socket?.close();
    this.#socket = null;
    closeCamera(this.#stream);
    this.#stream = null;
  }

  #resumable = false;

  async #openDevice() {
    if (this.#stream?.active) return;
    this.#stream = await openCamera();
    this.#stream.getVideoTracks()[0].addEventListener("ended", () => this.#cameraLost());
    await show(this.#stream, this.#video);
    for (const video of this.#previews) await show(this.#stream, video);
  }

  #cameraLost() {
    this.#stream = null;
    this.#socket?.send("camera.lost");
    this.#endChallenge();
    if (!this.#element.hidden) this.#none("camera.lost");
  }

  // Browsers slow a hidden page down so far that no movement can be followed: say so instead of blaming the network.
  #hiddenNow() {
    if (!document.hidden || !this.#challenge) return;
    this.#socket.send("liveness.cancel");
    this.#failed({ code: "liveness.hidden", action: "" });
  }

  async #connect() {
    if (this.#socket?.isOpen) return true;
    if (this.#socket) this.#socket.close();
    try {
      const { socket } = await this.#session();
      this.#socket = new CameraSocket(socket);
      tellCamera(socket, this.#stream);
    } catch (error) {
      this.#failed({ code: error.code ?? "liveness.busy", action: "" });
      return false;
    }
    this.#socket.addEventListener("message", ({ detail }) => this.#heard(detail));
    this.#socket.addEventListener("lost", ({ detail }) => this.#lost(detail));
    const first = await this.#socket.open();
    if (first.type === "error") this.#failed({ code: first.code, action: "" });
    return first.type === "camera.ready";
  }

  #heard(message) {
    const handlers = {
      "camera.ready": () => this.#state(message),
      "camera.state": () => this.#state(message),
      "camera.credit": () => this.#credit(message),
      "camera.expired": () => this.#expired(message),
      "camera.replaced": () => this.#emit("replaced", {}),
      "liveness.queue": () => this.#to("waiting", () => this.#prompts.waiting(message.place, message.wait_s)),
      "liveness.begin": () => this.#begin(message),
      "liveness.prompt": () => this.#to("action", () => this.#prompts.action(message, this.#challenge?.count ?? 3)),
      "liveness.done": () => this.#prompts.done(),
      "liveness.failed": () => this.#failed(message),
      "liveness.passed": () => this.#passed(message),
      "snapshot.request": () => this.#snapshot(message),
    };
    handlers[message.type]?.();
  }

  #state(message) {
    const resumed = message.verified && !this.#verified && !this.#checking && message.type === "camera.state";
    this.#verified = message.verified;
    this.#resumable = message.resumable;
    if (resumed) this.#emit("verified", message);
  }

  #begin({ token, credits, actions }) {
    this.#endChallenge();
    this.#to("neutral", () => this.#prompts.neutral());
    this.#challenge = { token: tokenOf(token), credits, count: actions };
    this.#challenge.timer = setInterval(() => this.#sendFrame(), FRAME_EVERY);
    this.#hiddenNow();
  }

  async #sendFrame() {
    const challenge = this.#challenge;
    if (!challenge || challenge.credits <= 0) return;
    const blob = await this.#shutter.take(this.#video);
    if (!blob || challenge !== this.#challenge || challenge.credits <= 0) return;
    challenge.credits -= 1;
    await this.#socket.sendFrame(challenge.token, blob);
  }

  #credit({ face, progress }) {
    if (!this.#challenge) return;
    this.#challenge.credits += 1;
    if (progress > 0) this.#prompts.progress(progress);
    const state = this.#texts.ui.face[face];
    if (!state) return;
    if (face !== "ok") this.#prompts.hint(state);
    const line = this.#element.querySelector(".camera-state");
    line.hidden = false;
    line.dataset.face = face;
    line.querySelector("[data-part=face]").textContent = state;
    line.querySelector("use").setAttribute("href", line.dataset.sprite + (face === "ok" ? "#i-circle-check" : "#i-alert-circle"));
  }

  #endChallenge() {
    clearInterval(this.#challenge?.timer);
    this.#challenge = null;
    this.#prompts.quiet();
  }

  #failed(message) {
    this.#endChallenge();
    this.#checking = false;
    this.show();
    this.#element.querySelector(".camera").classList.add("is-failed");
    this.#stopped();
    this.#to("failed", () => this.#prompts.failed(message));
    this.#emit("failed", message);
  }

  #stopped() {
    const line = this.#element.querySelector(".camera-state");
    line.hidden = false;
    line.dataset.face = "stopped";
    line.querySelector("[data-part=face]").textContent = this.#texts.ui.face.stopped;
    line.querySelector("use").setAttribute("href", `${line.dataset.sprite}#i-player-pause`);
  }

  #passed(message) {
    this.#endChallenge();
    this.#checking = false;
    this.#verified = true;
    this.#resumable = false;
    this.#to("passed", () => this.#prompts.passed());
    this.#emit("verified", message);
  }

  #expired(message) {
    this.#verified = false;
    this.#resumable = message.resumable;
    const words = this.#texts.codes[message.code] ?? this.#texts.codes["camera.timeout"];
    this.#emit("expired", { ...message, title: words.title, advice: words.advice });
  }

  /** Silently: a few frames with the request's token. */
  async #snapshot({ token, frames }) {
    const bytes = tokenOf(token);
    for (let sent = 0, tries = 0; sent < frames && tries < 3 * frames; tries += 1) {
      const blob = this.#stream?.active ? await this.#shutter.take(this.#video) : null;
      if (blob) {
        await this.#socket.sendFrame(bytes, blob);
        sent += 1;
      }
      if (sent < frames) await new Promise((next) => setTimeout(next, SNAPSHOT_EVERY));
    }
  }

  #lost({ final, code }) {
    if (this.#checking) {
      this.#failed({ code: code === 4429 ? "camera.abuse" : "camera.offline", action: "" });
    } else {
      this.#emit("state", { view: "offline" });
      if (final && code !== 4409) this.#expired({ code: code === 4429 ? "camera.abuse" : "camera.closed", resumable: false });
    }
    if (final) this.#socket = null;
  }

  /** The page of the missing camera, with the right steps for the code. */
  #none(code) {
    this.#endChallenge();
    this.#checking = false;
    this.show();
    this.#element.querySelector("[data-room=check]").hidden = true;
    const none = this.#element.querySelector("[data-room=none]");
    none.hidden = false;
    for (const part of none.querySelectorAll("[data-code]")) part.hidden = !part.dataset.code.split(" ").includes(code);
    none.querySelector("[data-part=none-code]").textContent = code;
    none.querySelector("h1:not([hidden])")?.focus();
    this.#emit("state", { view: "none", code });
    if (code === "camera.missing" || code === "camera.lost") {
      if (navigator.mediaDevices) navigator.mediaDevices.ondevicechange = () => none.hidden || this.start();
    }
  }

  #to(view, draw) {
    if (draw) draw();
    else this.#prompts.view(view);
    this.#emit("state", { view });
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
