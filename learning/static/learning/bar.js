// The bar below the picture: buttons with words, volume, quality, captions, full screen. Choices are remembered.
import { bindKeys } from "./keys.js";
import { remember, remembered } from "./remembered.js";

export class Bar {
  constructor(player, texts) {
    this.player = player;
    this.texts = texts;
    this.root = player.root;
    this.stage = this.root.closest("[data-stage]") ?? this.root; // what full screen shows: picture and state line
    this.captionsOff = remembered("captions-off", false);
    const { video } = player;
    video.volume = Math.min(1, Math.max(0, Number(remembered("volume", 0.8))));
    video.muted = remembered("muted", false);
    player.quality = Number(remembered("quality", 0));
    this.bind(video);
    bindKeys(this);
    this.draw();
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  bind(video) {
    for (const name of ["play", "pause", "volumechange", "ratechange"]) video.addEventListener(name, () => this.draw());
    const click = (name, act) => this.part(name)?.addEventListener("click", act);
    click("toggle", () => this.player.toggle());
    click("captions", () => this.toggleCaptions());
    click("mute", () => this.toggleMute());
    click("fullscreen", () => this.toggleFullscreen());
    click("keys", () => this.help());
    this.part("volume").addEventListener("input", ({ target }) => this.setVolume(Number(target.value) / 100));
    this.part("quality").querySelector("select").addEventListener("change", ({ target }) => {
      remember("quality", Number(target.value));
      this.player.choose(Number(target.value));
    });
    for (const name of ["fullscreenchange", "webkitfullscreenchange"]) document.addEventListener(name, () => this.draw());
  }

  // Heights of the pictures there are, worst first as hls.js has them.
  qualities(heights) {
    const label = this.part("quality");
    label.hidden = heights.length < 2;
    const option = (value, words) => Object.assign(document.createElement("option"), { value, textContent: words });
    const each = [...heights].reverse().map((height) => option(height, `${height}p`));
    const select = label.querySelector("select");
    select.replaceChildren(option(0, this.texts.quality_auto), ...each);
    if (!heights.includes(this.player.quality)) this.player.quality = 0;
    select.value = String(this.player.quality);
  }

  // Address of the captions of the lesson that is on; "" where there are none.
  captions(address) {
    const { video } = this.player;
    video.querySelectorAll("track").forEach((track) => track.remove());
    this.part("captions").hidden = !address;
    if (!address) return;
    const track = document.createElement("track");
    Object.assign(track, { kind: "captions", srclang: "zh-CN", label: "中文", src: address });
    video.append(track);
    track.track.mode = this.captionsOff ? "hidden" : "showing";
  }

  toggleCaptions() {
    if (this.part("captions").hidden) return;
    this.captionsOff = !this.captionsOff;
    remember("captions-off", this.captionsOff);
    for (const track of this.player.video.textTracks) track.mode = this.captionsOff ? "hidden" : "showing";
    this.draw();
  }

  // From 0 to 1; moving it away from 0 ends muting.
  setVolume(volume) {
    const { video } = this.player;
    video.volume = Math.min(1, Math.max(0, Math.round(volume * 100) / 100));
    video.muted = video.volume === 0;
    remember("volume", video.volume);
    remember("muted", video.muted);
  }

  toggleMute() {
    const { video } = this.player;
    if (video.muted && video.volume === 0) return this.setVolume(0.5);
    video.muted = !video.muted;
    remember("muted", video.muted);
  }

  get isFull() {
    return Boolean(document.fullscreenElement ?? document.webkitFullscreenElement);
  }

  toggleFullscreen() {
    if (this.isFull) (document.exitFullscreen ?? document.webkitExitFullscreen).call(document);
    else (this.stage.requestFullscreen ?? this.stage.webkitRequestFullscreen)?.call(this.stage);
  }

  help() {
    const dialog = this.stage.querySelector("[data-part=keys-help]");
    if (dialog.open) dialog.close();
    else dialog.showModal();
  }

  draw() {
    const { texts } = this;
    const { video, reached, durationS = 0 } = this.player;
    const time = Math.min(reached, durationS);
    const percent = durationS ? Math.min(100, (100 * time) / durationS) : 0;
    this.part("time").textContent = clock(time);
    this.part("length").textContent = clock(durationS);
    this.part("value").setAttribute("d", `M0 0h${percent.toFixed(2)}v4H0z`);
    this.part("progress").setAttribute("aria-label", texts.progress.replace("{percent}", Math.floor(percent)));
    label(this.part("toggle"), video.paused ? texts.play : texts.pause, video.paused ? "player-play" : "player-pause");
    label(this.part("captions"), this.captionsOff ? texts.captions_on : texts.captions_off);
    this.part("captions").setAttribute("aria-pressed", String(!this.captionsOff));
    label(this.part("mute"), video.muted ? texts.unmute : texts.mute, video.muted ? "volume-off" : "volume");
    const loud = video.muted ? 0 : Math.round(video.volume * 100);
    this.part("volume").value = String(loud);
    this.part("volume").setAttribute("aria-valuetext", video.muted ? texts.muted : texts.volume.replace("{percent}", loud));
    label(this.part("fullscreen"), this.isFull ? texts.fullscreen_end : texts.fullscreen);
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
