// What a person sees and hears during the check: large words, a picture of the action, a tone, a voice where there is one.

const HINT_EVERY = 4000;

/** A voice of the page's language: rather the mainland's, rather one on this computer; undefined where there is none. */
function voiceFor(lang) {
  const language = lang.startsWith("zh") ? "zh" : "en";
  const tag = (voice) => voice.lang.toLowerCase().replace("_", "-");
  const fit = (voice) => (tag(voice) === "zh-cn" ? 2 : 0) + (voice.localService ? 1 : 0);
  const voices = window.speechSynthesis?.getVoices().filter((voice) => tag(voice).startsWith(language)) ?? [];
  return voices.sort((a, b) => fit(b) - fit(a))[0];
}

export class Prompts {
  #root;
  #texts;
  #timer = 0;
  #audio = null;
  #hinted = 0;

  constructor(root, texts) {
    this.#root = root;
    this.#texts = texts;
  }

  /** Browsers let a page sound only after a gesture: call this in the click. */
  unlockSound() {
    window.speechSynthesis?.getVoices(); // the first call only begins to load them
    try {
      this.#audio ??= new AudioContext();
      this.#audio.resume();
    } catch {
      this.#audio = null; // no sound here; words and picture remain
    }
  }

  /** Shows one of: advice, waiting, neutral, action, failed, passed. */
  view(name) {
    for (const part of this.#root.querySelectorAll("[data-prompt]")) part.hidden = part.dataset.prompt !== name;
    this.#root.dataset.view = name;
    if (name !== "action") this.#stopClock();
  }

  /** Index of `count` actions; the server's clock runs from now. `data-action` tells tests what is being asked. */
  action({ index, action, seconds }, count) {
    this.view("action");
    const words = this.#texts.actions[action];
    this.#say("words", words.prompt);
    this.#say("how", words.advice);
    this.#say("count", this.#texts.ui.count.replace("{n}", index + 1).replace("{all}", count));
    const use = this.#root.querySelector("[data-part=picture] use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#i-act-${action}`));
    this.#dots(index, count);
    this.#clock(seconds);
    this.#root.dataset.action = action;
    this.progress(0);
    this.#tone(880);
    navigator.vibrate?.(80); // where the device can: for those who do not hear the tone
    this.#speak(words.prompt);
  }

  /** How far the action has got, 0 to 1. */
  progress(part) {
    this.#root.querySelector("[data-part=progress] > span").style.inlineSize = `${Math.round(part * 100)}%`;
  }

  neutral() {
    this.view("neutral");
    this.#speak(this.#texts.ui.look);
  }

  /** A hint on framing or light, spoken too: at most one in `HINT_EVERY`. */
  hint(text) {
    if (performance.now() - this.#hinted < HINT_EVERY) return;
    this.#hinted = performance.now();
    this.#speak(text);
  }

  done() {
    this.#root.dataset.action = "";
    this.#stopClock();
    this.progress(1);
    this.#say("words", this.#texts.ui.good);
    this.#say("how", this.#texts.ui.back);
    this.#tone(1320);
    this.#speak(`${this.#texts.ui.good} ${this.#texts.ui.back}`);
  }

  waiting(place, seconds = 0) {
    this.view("waiting");
    const { ui } = this.#texts;
    const wait = seconds > 0 ? ui.wait.replace("{n}", seconds) : "";
    this.#say("place", place > 0 ? ui.place.replace("{n}", place) + wait : ui.connecting);
  }

  failed({ code, action, left }) {
    this.view("failed");
    const words = this.#texts.codes[code] ?? this.#texts.codes["liveness.busy"];
    const title = words.title.replace("{action}", this.#texts.actions[action]?.name ?? "");
    this.#say("failed-title", title);
    const rest = left === undefined || code === "liveness.too_many" ? "" : this.#texts.ui.left.replace("{n}", left);
    this.#say("failed-advice", `${words.advice}${rest}`);
    this.#say("failed-code", code);
    this.#root.querySelector("[data-do=retry]").hidden = left === 0 || code === "liveness.too_many";
    this.#tone(330);
    this.#speak(`${title} ${words.advice}`);
  }

  passed() {
    this.view("passed");
    this.#tone(1320);
    this.#speak(this.#texts.ui.passed);
  }

  quiet() {
    this.#root.dataset.action = "";
    this.#stopClock();
  }

  #say(part, text) {
    this.#root.querySelector(`[data-part=${part}]`).textContent = text;
  }

  #clock(seconds) {
    this.#stopClock();
    const ring = this.#root.querySelector(".countdown-value");
    ring.style.animationDuration = `${seconds}s`;
    ring.replaceWith(ring.cloneNode(true)); // the animation starts over
    const ends = performance.now() + seconds * 1000;
    const tick = () => {
      const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
      this.#say("seconds", left);
      this.#root.querySelector(".countdown").setAttribute("aria-label", this.#texts.ui.seconds.replace("{n}", left));
    };
    tick();
    this.#timer = setInterval(tick, 100);
    this.#root.querySelector("[data-part=clock]").hidden = false;
  }

  #stopClock() {
    clearInterval(this.#timer);
    this.#root.dataset.action = "";
    this.#root.querySelector("[data-part=clock]").hidden = true;
  }

  #dots(index, count) {
    const list = this.#root.querySelector(".prompt-dots");
    list.replaceChildren(
      ...Array.from({ length: count }, (_, i) => {
        const dot = document.createElement("li");
        dot.className = i < index ? "is-done" : i === index ? "is-current" : "";
        dot.textContent = this.#texts.ui[i < index ? "dot_done" : i === index ? "dot_now" : "dot_next"];
        return dot;
      }),
    );
  }

  #tone(hertz) {
    if (!this.#audio || this.#audio.state !== "running") return;
    const start = this.#audio.currentTime;
    const gain = new GainNode(this.#audio, { gain: 0.12 });
    const note = new OscillatorNode(this.#audio, { frequency: hertz });
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.25);
    note.connect(gain).connect(this.#audio.destination);
    note.start(start);
    note.stop(start + 0.25);
  }

  #speak(text) {
    const voice = voiceFor(document.documentElement.lang);
    if (!voice) return;
    speechSynthesis.cancel();
    speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(text), { voice, lang: voice.lang, rate: 1.1 }));
  }
}
