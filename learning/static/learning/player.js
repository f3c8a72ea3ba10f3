// A video without native controls; its bar is bar.js. No seeking, no speed: that is courtesy, since the server neither
// releases nor credits what was not earned.
import { Bar } from "./bar.js";
import { playlistLoader } from "./loader.js";
import { Native } from "./native.js";

const JUMP_S = 0.75; // further than this is a seek and not playing
const MOST_MENDS = 5;
const SETTLED_S = 10;

export class Player extends EventTarget {
  // `root`: the element .player. Says "playing", "halted", "ended", "failed", "needs-press", and "expired" when the
  // addresses are too old to be read.
  constructor(root, texts) {
    super();
    this.root = root;
    this.video = root.querySelector("video");
    this.free = false; // after all hours: replay at will
    this.reached = 0;
    this.quality = 0; // height of the picture; 0: as the connection allows
    this.bar = new Bar(this, texts);
    this.bind();
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  bind() {
    const video = this.video;
    const say = (name) => () => this.say(name);
    this.movedAt = performance.now();
    for (const name of ["play", "playing"]) video.addEventListener(name, () => { this.movedAt = performance.now(); });
    video.addEventListener("playing", say("playing"));
    for (const name of ["pause", "waiting"]) video.addEventListener(name, () => video.ended || this.say("halted"));
    video.addEventListener("ended", say("ended"));
    video.addEventListener("timeupdate", () => this.advance());
    video.addEventListener("seeking", () => this.holdPosition());
    video.addEventListener("ratechange", () => {
      if (!this.free && video.playbackRate !== 1) video.playbackRate = 1;
    });
    video.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  say(name) {
    this.dispatchEvent(new Event(name));
  }

  // Show a lesson from the second that is committed. `released` grows while it plays.
  load(released, startS, { captions = "", playlist = "" } = {}) {
    this.shown = { released, captions, playlist };
    this.reached = startS;
    this.durationS = released.durationMs / 1000;
    this.bar.captions(captions);
    const list = new URL(`${released.base}index.m3u8`, location.href).href;
    this.open(list, playlist, { pLoader: playlistLoader(() => released), backBufferLength: 30 });
  }

  // The same lesson anew, with the addresses that are known by now.
  renew() {
    const { released, captions, playlist } = this.shown;
    this.load(released, this.reached, { captions, playlist });
  }

  // A complete lesson, to be watched at will: an ordinary list from the server.
  replay(address, durationMs, captions) {
    this.free = true;
    this.durationS = durationMs / 1000;
    this.reached = 0;
    this.bar.captions(captions);
    this.open(address, address, {});
  }

  open(list, nativeList, options) {
    this.unload();
    if (!window.Hls?.isSupported()) {
      const keep = { reached: () => this.reached, failed: () => this.say("failed") };
      this.native = new Native(this.video, nativeList, keep);
    } else {
      this.hls = new window.Hls({ startPosition: this.reached, maxBufferLength: 30, enableWorker: false, ...options });
      this.hls.on(window.Hls.Events.ERROR, (_name, error) => this.mend(error));
      this.hls.on(window.Hls.Events.MANIFEST_PARSED, () => this.choices());
      this.hls.loadSource(list);
      this.hls.attachMedia(this.video);
    }
    this.bar.draw();
  }

  unload() {
    this.hls?.destroy();
    this.native?.destroy();
    this.hls = this.native = null;
    this.video.removeAttribute("src");
  }

  // Which qualities there are; the one that was chosen stays.
  choices() {
    const heights = this.hls.levels.map(({ height }) => height);
    this.bar.qualities(heights);
    const level = heights.indexOf(this.quality);
    if (level >= 0) this.hls.loadLevel = level;
  }

  // `height` of the picture; 0: as the connection allows.
  choose(height) {
    this.quality = height;
    if (this.hls) this.hls.nextLevel = this.hls.levels.findIndex((level) => level.height === height);
  }

  mend(error) {
    const code = error.response?.code;
    if (error.frag && code === 403 && !this.free) this.say("expired");
    if (!error.fatal) return;
    this.mends = this.reached - (this.mendedAt ?? -SETTLED_S) >= SETTLED_S ? 1 : this.mends + 1;
    this.mendedAt = this.reached;
    const { hls } = this;
    if (this.mends > MOST_MENDS) this.say("failed");
    else if (error.type === window.Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else setTimeout(() => hls === this.hls && hls.startLoad(this.reached), 1000 * this.mends);
  }

  async play() {
    try {
      await this.video.play();
    } catch (error) {
      if (error.name === "NotAllowedError") this.say("needs-press");
    }
  }

  pause() {
    this.video.pause();
  }

  toggle() {
    if (this.locked) return;
    if (this.video.paused) {
      this.say("pressed-play");
      this.play();
    } else {
      this.pressedPause = true;
      this.pause();
    }
  }

  // While locked the person cannot start the video: something else has to happen first.
  lock(locked) {
    this.locked = locked;
    this.bar.part("toggle").disabled = locked;
    if (locked) this.pause();
  }

  advance() {
    if (!this.video.seeking && this.isNear()) this.reached = this.video.currentTime;
    this.movedAt = performance.now();
    this.bar.draw();
  }

  holdPosition() {
    if (!this.isNear()) this.video.currentTime = this.reached;
  }

  // Whether the video can have come by playing to where it is. A busy or hidden page hears of its progress rarely.
  isNear() {
    const passed = this.video.paused ? 0 : (performance.now() - this.movedAt) / 1000;
    return this.free || Math.abs(this.video.currentTime - this.reached) <= JUMP_S + passed;
  }

  // Show from another second on: the one the server has, or in a replay the one that is wanted.
  moveTo(seconds) {
    this.reached = Math.min(Math.max(0, seconds), this.durationS ?? seconds);
    this.video.currentTime = this.reached;
    this.bar.draw();
  }
}
