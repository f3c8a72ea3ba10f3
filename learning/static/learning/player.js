// A video without native controls and a small bar of buttons. No seeking, no speed: that is courtesy, since the server
// neither releases nor credits what was not earned.
import { playlistLoader } from "./loader.js";

const JUMP_S = 0.75; // further than this is a seek and not playing

export class Player extends EventTarget {
  constructor(root, texts) {
    super();
    this.root = root;
    this.texts = texts;
    this.video = root.querySelector("video");
    this.free = false; // after all hours: replay at will
    this.reached = 0;
    this.bind();
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  bind() {
    const video = this.video;
    const say = (name) => () => this.dispatchEvent(new Event(name));
    video.addEventListener("playing", say("playing"));
    for (const name of ["pause", "waiting"]) video.addEventListener(name, () => video.ended || say("halted")());
    video.addEventListener("ended", say("ended"));
    video.addEventListener("play", () => this.draw());
    video.addEventListener("pause", () => this.draw());
    video.addEventListener("volumechange", () => this.draw());
    video.addEventListener("timeupdate", () => this.advance());
    video.addEventListener("seeking", () => this.holdPosition());
    video.addEventListener("ratechange", () => {
      if (video.playbackRate !== 1) video.playbackRate = 1;
    });
    video.addEventListener("contextmenu", (event) => event.preventDefault());
    this.part("toggle").addEventListener("click", () => this.toggle());
    this.part("captions").addEventListener("click", () => this.toggleCaptions());
    this.part("volume").addEventListener("click", () => this.stepVolume());
    this.part("fullscreen").addEventListener("click", () => this.toggleFullscreen());
    document.addEventListener("fullscreenchange", () => this.draw());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  // Show a lesson from the second that is committed. `released` grows while it plays.
  load(released, startS, { captions = "", playlist = "" } = {}) {
    this.unload();
    this.reached = startS;
    this.durationS = released.durationMs / 1000;
    this.setCaptions(captions);
    if (!window.Hls?.isSupported()) return this.loadNatively(playlist, startS);
    this.hls = new window.Hls({
      pLoader: playlistLoader(() => released),
      startPosition: startS,
      maxBufferLength: 30,
      backBufferLength: 30,
      enableWorker: false,
    });
    this.hls.on(window.Hls.Events.ERROR, (_name, error) => this.mend(error));
    this.hls.loadSource(new URL(`${released.base}index.m3u8`, location.href).href);
    this.hls.attachMedia(this.video);
    this.draw();
  }

  loadNatively(playlist, startS) {
    this.video.src = playlist;
    this.video.addEventListener("loadedmetadata", () => { this.video.currentTime = startS; }, { once: true });
    this.draw();
  }

  // A complete lesson, to be watched at will: an ordinary list from the server.
  replay(address, durationMs, captions) {
    this.unload();
    this.free = true;
    this.durationS = durationMs / 1000;
    this.reached = 0;
    this.setCaptions(captions);
    if (!window.Hls?.isSupported()) return this.loadNatively(address, 0);
    this.hls = new window.Hls({ enableWorker: false });
    this.hls.on(window.Hls.Events.ERROR, (_name, error) => this.mend(error));
    this.hls.loadSource(address);
    this.hls.attachMedia(this.video);
    this.draw();
  }

  unload() {
    this.hls?.destroy();
    this.hls = null;
    this.video.removeAttribute("src");
    this.mended = 0;
  }

  mend(error) {
    if (!error.fatal) return;
    this.mended += 1;
    if (this.mended > 5) this.dispatchEvent(new Event("failed"));
    else if (error.type === window.Hls.ErrorTypes.MEDIA_ERROR) this.hls.recoverMediaError();
    else setTimeout(() => this.hls?.startLoad(this.reached), 1000);
  }

  async play() {
    try {
      await this.video.play();
    } catch (error) {
      if (error.name === "NotAllowedError") this.dispatchEvent(new Event("needs-press"));
    }
  }

  pause() {
    this.video.pause();
  }

  toggle() {
    if (this.locked) return;
    if (this.video.paused) this.play();
    else {
      this.pressedPause = true;
      this.pause();
    }
  }

  // While locked the person cannot start the video: something else has to happen first.
  lock(locked) {
    this.locked = locked;
    this.part("toggle").disabled = locked;
    if (locked) this.pause();
  }

  advance() {
    const time = this.video.currentTime;
    if (!this.video.seeking && (this.free || Math.abs(time - this.reached) <= JUMP_S)) this.reached = time;
    this.draw();
  }

  holdPosition() {
    if (this.free || Math.abs(this.video.currentTime - this.reached) <= JUMP_S) return;
    this.video.currentTime = this.reached;
  }

  // Show from another second on: the one the server has.
  moveTo(seconds) {
    this.reached = seconds;
    this.video.currentTime = seconds;
  }

  setCaptions(address) {
    this.video.querySelectorAll("track").forEach((track) => track.remove());
    this.part("captions").hidden = !address;
    if (!address) return;
    const track = document.createElement("track");
    Object.assign(track, { kind: "captions", srclang: "zh-CN", label: "中文", src: address });
    this.video.append(track);
    track.track.mode = this.captionsOff ? "hidden" : "showing";
  }

  toggleCaptions() {
    this.captionsOff = !this.captionsOff;
    for (const track of this.video.textTracks) track.mode = this.captionsOff ? "hidden" : "showing";
    this.draw();
  }

  // One button: 100 → 80 → … → 0 → 100.
  stepVolume(step = -0.2) {
    const next = Math.round((this.video.volume + step) * 10) / 10;
    this.video.volume = next < 0 ? 1 : Math.min(1, next);
    this.video.muted = this.video.volume === 0;
  }

  toggleFullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  key(event) {
    if (this.root.closest("[hidden]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("button, a, input, select, textarea, dialog") && event.key === " ") return;
    const act = {
      " ": () => this.toggle(),
      k: () => this.toggle(),
      f: () => this.toggleFullscreen(),
      c: () => this.toggleCaptions(),
      m: () => { this.video.muted = !this.video.muted; },
      ArrowUp: () => this.stepVolume(0.1),
      ArrowDown: () => this.stepVolume(-0.1),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  draw() {
    const { video, texts } = this;
    const time = Math.min(this.reached, this.durationS ?? 0);
    const percent = this.durationS ? Math.min(100, (100 * time) / this.durationS) : 0;
    this.part("time").textContent = clock(time);
    this.part("length").textContent = clock(this.durationS ?? 0);
    this.part("value").setAttribute("d", `M0 0h${percent.toFixed(2)}v4H0z`);
    this.part("progress").setAttribute("aria-label", texts.progress.replace("{percent}", Math.floor(percent)));
    label(this.part("toggle"), video.paused ? texts.play : texts.pause, video.paused ? "player-play" : "player-pause");
    label(this.part("captions"), this.captionsOff ? texts.captions_on : texts.captions_off);
    this.part("captions").setAttribute("aria-pressed", String(!this.captionsOff));
    const loud = video.muted ? texts.muted : texts.volume.replace("{percent}", Math.round(video.volume * 100));
    label(this.part("volume"), loud);
    label(this.part("fullscreen"), document.fullscreenElement ? texts.fullscreen_end : texts.fullscreen);
  }
}

// Words (and the icon) of a button, touched only when they change, so that readers are not disturbed.
function label(button, words, icon) {
  const span = button.querySelector("span");
  if (span.textContent !== words) span.textContent = words;
  const use = button.querySelector("use");
  if (icon) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#i-${icon}`));
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}
